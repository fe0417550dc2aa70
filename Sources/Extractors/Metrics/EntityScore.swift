import Corpora

/// Entity-level counts of a set of posts and the scores that follow (MODELS §2.8.1).
public struct EntityScore: Sendable, Hashable {
  /// Predictions whose type and range are exactly those of a gold mention.
  public var correct = 0
  /// Predicted mentions.
  public var predicted = 0
  /// Gold mentions.
  public var gold = 0

  /// Nothing counted yet.
  public init() {}

  /// Adds one post.
  public mutating func add(predicted: [EntityMention], gold: [EntityMention]) {
    correct += Set(predicted).intersection(gold).count
    self.predicted += predicted.count
    self.gold += gold.count
  }

  /// Percent; 0 when nothing is correct.
  public var precision: Double { predicted == 0 ? 0 : 100 * Double(correct) / Double(predicted) }
  /// Percent; 0 when nothing is correct.
  public var recall: Double { gold == 0 ? 0 : 100 * Double(correct) / Double(gold) }
  /// Harmonic mean of the two, percent.
  public var f1: Double {
    predicted + gold == 0 ? 0 : 200 * Double(correct) / Double(predicted + gold)
  }
}
