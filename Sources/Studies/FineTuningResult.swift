import Extractors

/// A finished training, whoever did it.
public protocol FineTuningOutcome: Sendable, Codable {
  /// The epochs in order.
  var epochs: [FineTuneEpoch] { get }
}

extension FineTuningOutcome {
  /// The best epoch's F1 on dev, percent.
  public var bestDev: Double { epochs.map(\.dev).max() ?? 0 }
  /// Seconds of all steps and scoring.
  public var seconds: Double { epochs.reduce(0) { $0 + $1.seconds + $1.scoring } }
  /// Milliseconds per step.
  public var stepTime: Double {
    let steps = epochs.reduce(0) { $0 + $1.steps }
    return steps == 0 ? 0 : 1000 * epochs.reduce(0) { $0 + $1.seconds } / Double(steps)
  }
}

/// What one seed of a fine-tuning came to.
public struct FineTuningResult: FineTuningOutcome {
  /// What it was trained with: a result or checkpoint of another origin is not taken for this one.
  public struct Origin: Sendable, Hashable, Codable {
    /// `bert-crf`, `mtb`, `umt`, `maf` or `mega-lite`.
    public let system: String
    /// How tags stand at pieces; nil for relations.
    public let labels: LabelScheme?
    /// The encoder folder's name.
    public let encoder: String
    /// A checksum of the encoder's numbers.
    let weights: UInt64
    /// The dataset's name.
    public let dataset: String
    /// SHA-256 of its files.
    let data: String
    /// All settings with the seed.
    public let settings: FineTuning
    /// The expert's own options as JSON; nil where it has none.
    public var options: String?
    /// The region source's name and a checksum of its weights; nil for text experts.
    public var pictures: String?
    /// Files of regions with checksums; nil for experts that take none.
    public var boxes: String?
    /// What must stand beside every number of it, e.g. that its regions leak; nil when nothing.
    public var mark: String?

    /// Whether it is the same training, with any seed.
    func isSameTraining(as other: Origin) -> Bool {
      OriginDifference.words(self, other).isEmpty
    }
  }

  /// What it was trained with.
  public let origin: Origin
  /// The epochs in order.
  public let epochs: [FineTuneEpoch]
  /// Scores of the best epoch on dev, percent, by name.
  public let scores: [String: Double]
  /// Precision, recall, F1 (percent) and gold pairs on dev, by relation; empty for entities.
  public let relations: [String: [Double]]
}

/// What the reference came to with the same recipe, encoder and data.
public struct FineTuningPeer: FineTuningOutcome {
  /// What it was trained with.
  public let origin: FineTuningResult.Origin
  /// Name and version, e.g. `PyTorch 2.13.0`.
  public let name: String
  /// The epochs in order.
  public let epochs: [FineTuneEpoch]
}
