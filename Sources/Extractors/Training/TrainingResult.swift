import Foundation

/// A finished training, whoever did it.
package protocol TrainingOutcome: Sendable, Codable {
  /// The epochs in order.
  var epochs: [TrainingEpoch] { get }
}

extension TrainingOutcome {
  /// The best epoch's F1 on dev, percent.
  package var bestDev: Double { epochs.map(\.dev).max() ?? 0 }
  /// Seconds of all steps and scoring.
  package var seconds: Double { epochs.reduce(0) { $0 + $1.seconds + $1.scoring } }
  /// Milliseconds per step.
  package var stepTime: Double {
    let steps = epochs.reduce(0) { $0 + $1.steps }
    return steps == 0 ? 0 : 1000 * epochs.reduce(0) { $0 + $1.seconds } / Double(steps)
  }
}

/// What one seed of a training came to.
package struct TrainingResult: TrainingOutcome {
  /// What it was trained with: a result or checkpoint of another origin is not taken for this one.
  package struct Origin: Sendable, Hashable, Codable {
    /// The file of published word vectors, with its size; nil for none.
    package var vectors: String?
    /// The system's id.
    package let system: String
    /// The pretrained encoder folder's name; nil for systems that need none.
    package var encoder: String?
    /// A checksum of the encoder's numbers.
    var weights: UInt64?
    /// The dataset's name.
    package let dataset: String
    /// SHA-256 of its files.
    let data: String
    /// How an encoder with a head is trained, with the seed; nil for systems that need none.
    package var settings: FineTuning?
    /// How a tagger without one is trained, with the seed.
    package var tagger: TaggerTraining?
    /// Switches that are not as usual, `gate=off, labels=with-x`; nil when all are.
    package var options: String?
    /// The region source's name and a checksum of its weights; nil for text experts.
    package var pictures: String?
    /// True where pictures are seen by a tower that was trained along; nil for regions.
    package var tower: Bool?
    /// Files of regions with checksums; nil for experts that take none.
    package var boxes: String?
    /// What must stand beside every number of it, e.g. that its regions leak; nil when nothing.
    package var mark: String?
    /// The folder whose first stages were taken over, with a fingerprint; nil for none.
    package var pretrained: String?
    /// A checksum of a vocabulary that was given; nil where the training posts make their own.
    var words: String?

    /// Decides order, dropout and first weights.
    package var seed: UInt64 { settings?.seed ?? tagger?.seed ?? 0 }

    /// Whether it is the same training, with any seed.
    func isSameTraining(as other: Origin) -> Bool {
      OriginDifference.words(self, other).isEmpty
    }
  }

  /// What it was trained with.
  package let origin: Origin
  /// The epochs in order.
  package let epochs: [TrainingEpoch]
  /// Scores of the best epoch on dev, percent, by name.
  package let scores: [String: Double]
  /// Precision, recall, F1 (percent) and gold pairs on dev, by relation; empty for entities.
  package let relations: [String: [Double]]
}

/// What is told of the best epoch on dev: numbers by name, and by relation.
package struct TrainingScores: Sendable, Hashable {
  /// F1 in percent, by which the best of several seeds is kept.
  package let f1: Double
  /// Numbers by name.
  package let scores: [String: Double]
  /// Precision, recall, F1 and gold pairs by relation.
  package let relations: [String: [Double]]

  /// Scores of mentions.
  package init(_ score: EntityScore) {
    f1 = score.f1
    scores = ["devF1": score.f1, "devPrecision": score.precision, "devRecall": score.recall]
    relations = [:]
  }

  /// Scores of relations.
  package init(_ score: RelationScore) {
    f1 = score.f1
    scores = [
      "devF1": score.f1, "devPrecision": score.withoutNone.precision,
      "devRecall": score.withoutNone.recall, "devF1WithNone": score.withNone.f1,
      "devAccuracy": score.accuracy,
    ]
    relations = score.labels.mapValues { [$0.precision, $0.recall, $0.f1, Double($0.gold)] }
  }

  private init(_ f1: Double, _ scores: [String: Double], _ relations: [String: [Double]]) {
    (self.f1, self.scores, self.relations) = (f1, scores, relations)
  }

  /// The same with more numbers.
  func adding(_ more: [String: Double]) -> TrainingScores {
    TrainingScores(f1, scores.merging(more) { own, _ in own }, relations)
  }

  /// Scores by their names.
  package init(f1: Double, scores: [String: Double]) {
    self.f1 = f1
    self.scores = scores
    relations = [:]
  }
}
