import Encoders
import Tensors

/// A network on top of a pretrained text encoder, trained end to end.
package protocol FineTunable: ParameterContainer {
  /// One training example, already cut into pieces.
  associatedtype Item: PieceSequence
  /// What it is judged by on dev.
  associatedtype Score: FineTuneScore
  /// Whether the loss treats items by their place in the batch, so that it must not depend on their
  /// length.
  static var readsPlaces: Bool { get }

  /// Whether a parameter stays as it is, by its name.
  var isFrozen: @Sendable (_ name: String) -> Bool { get }
  /// The training loss of a batch, a scalar.
  ///
  /// - Throws: `EncoderInputError` when pieces do not fit the encoder's tables.
  func loss(_ items: [Item], _ tape: Tape) throws(EncoderInputError) -> Tape.Variable

  /// The score over items.
  ///
  /// - Throws: `EncoderInputError`.
  func score(_ items: [Item]) throws(EncoderInputError) -> Score
}

extension FineTunable {
  /// Most losses are means over items.
  package static var readsPlaces: Bool { false }
  package var isFrozen: @Sendable (_ name: String) -> Bool { { _ in false } }
}

/// Pieces of one input.
package protocol PieceSequence: Sendable {
  /// Piece ids with the special tokens.
  var ids: [Int] { get }
}

/// A score with one number that decides.
package protocol FineTuneScore: Sendable {
  /// F1 in percent, by which the best epoch is chosen.
  var f1: Double { get }
}

extension EntityScore: FineTuneScore {}

/// How an encoder with a head is trained: AdamW, a linear warm-up, then linearly to 0
/// (MODELS §2.7).
package struct FineTuning: Sendable, Hashable, Codable {
  /// Decides the order, dropout and the head's first weights.
  package var seed: UInt64 = 1
  /// Passes over the training items.
  package var epochs: Int
  /// Items per step.
  package var batch: Int
  /// The encoder's highest learning rate.
  package var encoderRate: Float
  /// The highest rate of what lies on top of the encoder.
  package var headRate: Float
  /// The highest rate of a CRF and the layer that scores for it; nil: as the rest of the head
  /// (HVPNeT and I2SRM publish 5e-2, MODELS §3.6).
  package var crfRate: Float?
  /// Share of all steps over which the rates rise.
  package var warmUp = 0.06
  /// Decoupled weight decay of all parameters.
  package var decay: Float = 0.01
  /// Batches among which items are sorted by length, so that padding costs little; 1: not at all.
  package var bucket = 16
  /// Pieces of the longest input, special tokens included.
  package var longest = 128
  /// Whether the latest of epochs with the same score on dev is kept, as HVPNeT's family does, not
  /// the first; nil in settings of older versions.
  package var keepsLatest: Bool?

  /// Settings with the defaults of the properties.
  package init(epochs: Int, batch: Int, encoderRate: Float, headRate: Float) {
    self.epochs = epochs
    self.batch = batch
    self.encoderRate = encoderRate
    self.headRate = headRate
  }

  /// The same, keeping the latest of equal epochs.
  package func keepingLatest() -> FineTuning {
    var result = self
    result.keepsLatest = true
    return result
  }

  /// Whether an epoch with a score takes the place of the best one before it.
  func isBetter(_ score: Double, than best: Double?) -> Bool {
    score > best ?? -1 || keepsLatest == true && score == best
  }
}

/// What somebody wants otherwise than in a recipe; nil keeps the recipe's.
package struct FineTuningChanges: Sendable, Hashable, Codable {
  /// Passes over the training items.
  package var epochs: Int?
  /// Items per step.
  package var batch: Int?
  /// The encoder's highest learning rate.
  package var encoderRate: Float?
  /// The highest rate of what lies on top of the encoder.
  package var headRate: Float?
  /// The highest rate of a CRF and the layer that scores for it.
  package var crfRate: Float?
  /// Pieces of the longest input.
  package var longest: Int?

  /// Changes by their parts; none by default.
  package init(
    epochs: Int? = nil, batch: Int? = nil, encoderRate: Float? = nil, headRate: Float? = nil,
    longest: Int? = nil
  ) {
    self.longest = longest
    self.epochs = epochs
    self.batch = batch
    self.encoderRate = encoderRate
    self.headRate = headRate
  }

  /// The same for taggers that need no encoder, which take epochs and batch alone.
  package func applied(to recipe: TaggerTraining) -> TaggerTraining {
    var result = recipe
    result.epochs = epochs ?? recipe.epochs
    result.batch = batch ?? recipe.batch
    return result
  }

  /// A recipe with the changes.
  package func applied(to recipe: FineTuning) -> FineTuning {
    var result = recipe
    result.epochs = epochs ?? recipe.epochs
    result.batch = batch ?? recipe.batch
    result.encoderRate = encoderRate ?? recipe.encoderRate
    result.headRate = headRate ?? recipe.headRate
    result.crfRate = crfRate ?? recipe.crfRate
    result.longest = longest ?? recipe.longest
    return result
  }
}
