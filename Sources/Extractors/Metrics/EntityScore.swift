import Corpora

/// Entity-level counts of a set of posts and the scores that follow (MODELS §2.8.1).
package struct EntityScore: Sendable, Hashable {
  /// Predictions whose type and range are exactly those of a gold mention.
  package var correct = 0
  /// Predicted mentions.
  package var predicted = 0
  /// Gold mentions.
  package var gold = 0

  /// Nothing counted yet.
  package init() {}

  /// Adds one post.
  package mutating func add(predicted: [EntityMention], gold: [EntityMention]) {
    correct += Set(predicted).intersection(gold).count
    self.predicted += predicted.count
    self.gold += gold.count
  }

  /// Percent; 0 when nothing is correct.
  package var precision: Double { predicted == 0 ? 0 : 100 * Double(correct) / Double(predicted) }
  /// Percent; 0 when nothing is correct.
  package var recall: Double { gold == 0 ? 0 : 100 * Double(correct) / Double(gold) }
  /// Harmonic mean of the two, percent.
  package var f1: Double {
    predicted + gold == 0 ? 0 : 200 * Double(correct) / Double(predicted + gold)
  }
}
