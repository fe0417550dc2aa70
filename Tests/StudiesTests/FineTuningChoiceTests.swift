import Foundation
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
}
