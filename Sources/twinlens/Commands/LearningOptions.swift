import ArgumentParser
import Extractors

/// What can be set of how an expert on an encoder learns.
struct LearningOptions: ParsableArguments {
  @Option(help: "Passes over the training posts.")
  var epochs: Int?

  @Option(help: "Inputs per step.")
  var batch: Int?

  @Option(help: "Peak learning rate of the encoder (not for riva and bilstm-crf).")
  var encoderRate: Float?

  @Option(help: "Peak learning rate of the layers above the encoder (not for riva and bilstm-crf).")
  var headRate: Float?

  @Option(
    help: "Peak learning rate of a CRF and the layer that scores for it; else as all above.")
  var crfRate: Float?

  func validate() throws {
    func check(_ holds: Bool, _ problem: String) throws {
      if !holds { throw ValidationError(problem) }
    }
    try check((1...1000).contains(epochs ?? 1), "--epochs takes a number from 1 to 1000")
    try check((1...4096).contains(batch ?? 1), "--batch takes a number from 1 to 4096")
    for rate in [encoderRate, headRate, crfRate].compactMap(\.self) {
      try check((0...1).contains(rate), "a learning rate is a number from 0 to 1")
    }
  }

  var changes: FineTuningChanges {
    var result = FineTuningChanges(
      epochs: epochs, batch: batch, encoderRate: encoderRate, headRate: headRate)
    result.crfRate = crfRate
    return result
  }
}
