import Foundation
import Tensors
import Testing

@testable import Extractors

@Suite("Training taggers")
struct TrainingTests {
  func makeRun(
    _ model: RIVAModel, _ epochs: Int, patience: Int = 3
  ) -> TaggerRun<RIVATagger>? {
    var settings = TaggerTraining()
    settings.epochs = epochs
    settings.batch = 8
    settings.patience = patience
    return TaggerRun(
      model.network, settings, words: model.words, characters: model.characters,
      scheme: Samples.scheme)
  }

  func weights(_ container: some ParameterContainer) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, value) in container.parameters { result[name] = value }
    return result
  }

  @Test func learnsWhatIsThereToLearn() throws {
    let inputs = Samples.inputs(40, seed: 21)
    var run = try #require(makeRun(Samples.riva(), 60, patience: 100))
    while !run.isFinished {
      #expect(try run.runEpoch(TrainingItems(train: inputs, dev: inputs)) { _ in true })
    }
    let first = try #require(run.epochs.first?.loss)
    let last = try #require(run.epochs.last?.loss)
    #expect(last < 0.7 * first)
  }

  @Test func anInterruptedRunGoesOnToTheSameBits() throws {
    let inputs = Samples.inputs(24, seed: 22)
    var whole = try #require(makeRun(Samples.riva(), 6))
    while !whole.isFinished {
      _ = try whole.runEpoch(TrainingItems(train: inputs, dev: inputs)) { _ in true }
    }
    var broken = try #require(makeRun(Samples.riva(), 6))
    for _ in 0..<3 {
      _ = try broken.runEpoch(TrainingItems(train: inputs, dev: inputs)) { _ in true }
    }
    let (tensors, state) = broken.checkpoint
    let json = try JSONEncoder().encode(state)
    let file = try Safetensors(data: Safetensors.encode(tensors), path: "checkpoint")
    // A stopped epoch leaves nothing behind once the checkpoint is taken up.
    var resumed = try #require(makeRun(Samples.riva(seed: 99), 6))
    try resumed.restore(
      file.allTensors(), JSONDecoder().decode(CheckpointState.self, from: json))
    while !resumed.isFinished {
      _ = try resumed.runEpoch(TrainingItems(train: inputs, dev: inputs)) { _ in true }
    }
    #expect(weights(resumed.best) == weights(whole.best))
    #expect(resumed.epochs.map(\.loss) == whole.epochs.map(\.loss))
  }

  @Test func progressCanStopAnEpoch() throws {
    let inputs = Samples.inputs(24, seed: 23)
    var run = try #require(makeRun(Samples.riva(), 6))
    #expect(try run.runEpoch(TrainingItems(train: inputs, dev: inputs)) { $0.step < 2 } == false)
    #expect(run.epochs.isEmpty)
  }
}

@Suite("Model folders")
struct ModelFolderTests {
  func temporary() -> String {
    NSTemporaryDirectory() + "twinlens-models-" + UUID().uuidString
  }

  @Test func expertsSurviveTheRoundTrip() throws {
    func survives<Network>(_ model: WordTaggerModel<Network>) throws {
      let folder = temporary()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try model.save(
        to: folder, provenance: Provenance(command: "test", seed: 1, data: [:], metrics: ["f1": 2]))
      let again = try WordTaggerModel<Network>(folder: folder)
      let inputs = Samples.inputs(5, seed: 31)
      #expect(try again.mentions(inputs) == model.mentions(inputs))
      #expect(again.configuration == model.configuration)
    }
    try survives(Samples.biLSTMCRF())
    try survives(Samples.riva())
  }

  @Test func damagedFoldersAreRefusedByName() throws {
    let folder = temporary()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(throws: ModelFolderError.self) { try RIVAModel(folder: folder) }
    let model = Samples.riva()
    try model.save(
      to: folder, provenance: Provenance(command: "", seed: 0, data: [:], metrics: [:]))
    let path = folder + "/config.json"
    let good = try String(contentsOfFile: path, encoding: .utf8)
    let bad = [
      "", "{}", "[1]",
      good.replacingOccurrences(of: "\"hidden\" : 5", with: "\"hidden\" : 500000000"),
      good.replacingOccurrences(of: "\"heads\" : 8", with: "\"heads\" : 7"),
      good.replacingOccurrences(of: "\"system\" : \"riva\"", with: "\"system\" : \"x\""),
    ]
    for text in bad {
      #expect(text != good)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      do {
        _ = try RIVAModel(folder: folder)
        Issue.record("accepted \(text.prefix(60))")
      } catch { #expect("\(error)".contains(folder)) }
    }
    let wrong = good.replacingOccurrences(of: "\"hidden\" : 5", with: "\"hidden\" : 6")
    try wrong.write(toFile: path, atomically: true, encoding: .utf8)
    do {
      _ = try RIVAModel(folder: folder)
      Issue.record("accepted other sizes")
    } catch { #expect("\(error)".contains("expected")) }
  }
}
