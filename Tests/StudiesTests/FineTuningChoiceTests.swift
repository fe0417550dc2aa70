import Foundation
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// Which of several trainings a model folder holds, and what is measured of it.
@Suite("What a fine-tuning keeps")
struct FineTuningChoiceTests {
  private let tagger = System.bertCRF

  @Test(arguments: [[1, 2, 3], [3, 1, 2]] as [[UInt64]])
  func theFolderHoldsTheBestOfTheSeeds(seeds: [UInt64]) throws {
    let place = try SmallTraining()
    defer { place.remove() }
    let results = try place.job(tagger, epochs: 2).run(seeds: seeds)
    #expect(results.map(\.origin.seed) == seeds)
    let most = try #require(results.map(\.bestDev).max())
    // Of equals the first.
    let best = try #require(results.first { $0.bestDev == most })
    let kept = try place.provenance("models/bert-crf")
    #expect(kept.seed == best.origin.seed)
    let told = try #require(kept.metrics["devF1"])
    #expect(abs(told - most) < 1e-9)
    for result in results {
      let score = try #require(result.scores["devF1"])
      #expect(abs(score - result.bestDev) < 1e-9)
    }
  }

  /// Results of seeds that were trained before count too, whichever command trained them.
  @Test func earlierSeedsAreOnlyReplacedByBetterOnes() throws {
    let place = try SmallTraining()
    defer { place.remove() }
    let job = place.job(tagger, epochs: 1)
    /// Writes a kept result as if its seed had reached that score.
    func pretend(_ result: TrainingResult, dev: Double) throws {
      let epochs = result.epochs.map {
        TrainingEpoch(
          epoch: $0.epoch, loss: $0.loss, dev: dev, seconds: $0.seconds, scoring: $0.scoring,
          steps: $0.steps)
      }
      let changed = TrainingResult(
        origin: result.origin, epochs: epochs, scores: result.scores, relations: result.relations)
      let path = job.resultPath(result.origin.seed)
      try StableJSON.encode(changed).write(to: URL(fileURLWithPath: path))
    }
    func seed() throws -> UInt64 { try place.provenance("models/bert-crf").seed }
    let first = try #require(try job.run(seeds: [1]).first)
    #expect(try seed() == 1)
    // Better than any other can be.
    try pretend(first, dev: 101)
    let second = try #require(try job.run(seeds: [2]).first)
    #expect(try seed() == 1)
    // Worse than any other can be.
    try pretend(first, dev: -1)
    try pretend(second, dev: -1)
    _ = try job.run(seeds: [3])
    #expect(try seed() == 3)
    // In one command, beside a seed that is done.
    try pretend(first, dev: 101)
    let both = try job.run(seeds: [1, 4])
    #expect(both.map(\.origin.seed) == [1, 4] && both[0].bestDev == 101)
    #expect(try seed() == 3)
  }

  /// Whether MAF's matching and alignment tell a post's own picture from another's.
  @Test func mafSaysHowWellItTellsPicturesApart() throws {
    let place = try SmallTraining()
    defer { place.remove() }
    _ = try place.job(.maf, epochs: 1).run(seeds: [1])
    let metrics = try place.provenance("models/maf").metrics
    for name in ["devMatchAUC", "devCosineAUC"] {
      let value = try #require(metrics[name], "\(name) is missing")
      #expect((0...1).contains(value), "\(name): \(value)")
    }
    #expect(metrics["devF1"] != nil)
    // Without a matching there is nothing to measure of it.
    _ = try place.job(.maf, ["matching": "off"], epochs: 1, models: "other").run(seeds: [1])
    let without = try place.provenance("other/maf").metrics
    #expect(without["devMatchAUC"] == nil && without["devCosineAUC"] != nil)
    _ = try place.job(tagger, epochs: 1).run(seeds: [1])
    #expect(try place.provenance("models/bert-crf").metrics["devMatchAUC"] == nil)
  }

  /// A CRF and its scores have a rate of their own where one is given: with 0 they stay.
  @Test func aCRFHasARateOfItsOwn() throws {
    func weights(_ rate: Float?, epochs: Int) throws -> [String: Tensor] {
      let place = try SmallTraining()
      defer { place.remove() }
      var job = place.job(tagger, epochs: epochs)
      job.changes.crfRate = rate
      _ = try job.run(seeds: [1])
      return try Safetensors(path: job.folder + "/model.safetensors").allTensors()
    }
    let (still, longer, moved) = (
      try weights(0, epochs: 1), try weights(0, epochs: 2), try weights(nil, epochs: 2)
    )
    let names = still.keys.filter(FineTuneNames.scoresTags)
    #expect(names.contains { $0.contains("crf.") } && names.contains("classifier.weight"))
    for name in names {
      #expect(still[name] == longer[name], "\(name) moved")
      #expect(still[name] != moved[name], "\(name) did not")
    }
  }
}
