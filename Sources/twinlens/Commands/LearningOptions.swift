import ArgumentParser
import Extractors

/// How often posts are learned from, and how many at once.
struct PassOptions: ParsableArguments {
  @Option(help: "Passes over the training posts.")
  var epochs: Int?

  @Option(help: "Inputs per step.")
  var batch: Int?

  func validate() throws {
    guard (1...1000).contains(epochs ?? 1) else {
      throw ValidationError("--epochs takes a number from 1 to 1000")
    }
    guard (1...4096).contains(batch ?? 1) else {
      throw ValidationError("--batch takes a number from 1 to 4096")
    }
  }
}

/// How fast the parts of an expert learn that is built on an encoder.
struct RateOptions: ParsableArguments {
  @Option(help: "Peak learning rate of the encoder.")
  var encoderRate: Float?

  @Option(help: "Peak learning rate of the layers above the encoder.")
  var headRate: Float?

  func validate() throws {
    try Self.check(encoderRate, "--encoder-rate")
    try Self.check(headRate, "--head-rate")
  }

  /// - Throws: `ValidationError`.
  static func check(_ rate: Float?, _ name: String) throws {
    guard (0...1).contains(rate ?? 0) else {
      throw ValidationError("\(name) takes a learning rate, a number from 0 to 1")
    }
  }

  /// An option that was given; nil when none was.
  var given: String? {
    encoderRate != nil ? "--encoder-rate" : headRate != nil ? "--head-rate" : nil
  }
}

/// How fast a CRF learns, for experts on mentions.
struct CRFRateOption: ParsableArguments {
  @Option(
    help: "Peak learning rate of a CRF and the layer that scores for it; else as all above.")
  var crfRate: Float?

  func validate() throws { try RateOptions.check(crfRate, "--crf-rate") }
}

/// What can be set of how several experts learn; rates are those of experts on encoders.
struct LearningOptions: ParsableArguments {
  @OptionGroup var passes: PassOptions
  @OptionGroup var rates: RateOptions
  @OptionGroup var crf: CRFRateOption

  var changes: FineTuningChanges {
    var result = FineTuningChanges(
      epochs: passes.epochs, batch: passes.batch, encoderRate: rates.encoderRate,
      headRate: rates.headRate)
    result.crfRate = crf.crfRate
    return result
  }
}
