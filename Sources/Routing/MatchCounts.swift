import Corpora
import Extractors

/// How one model's answers match the gold labels of some posts: all that micro-averaged scores
/// need.
///
/// Sums of counts are counts of unions, so a score of any set of posts is a ratio of sums (MODELS
/// §2.8.1, §4.5).
package struct MatchCounts: Sendable, Hashable, AdditiveArithmetic {
  /// Answers that are exactly right.
  package var correct: Int
  /// Answers given.
  package var predicted: Int
  /// Answers asked for.
  package var gold: Int

  /// Counts by their parts.
  package init(correct: Int, predicted: Int, gold: Int) {
    self.correct = correct
    self.predicted = predicted
    self.gold = gold
  }

  /// Exact matches of (range, type) between two sets of mentions of one post.
  package static func count(
    predicted: some Sequence<EntityMention>, gold: some Sequence<EntityMention>
  ) -> MatchCounts {
    let predicted = Set(predicted)
    let gold = Set(gold)
    return MatchCounts(
      correct: predicted.intersection(gold).count, predicted: predicted.count, gold: gold.count)
  }

  /// The counts of one answered pair: `None` is neither an answer nor asked for (MODELS §2.8.2).
  package init(answer: String, gold: String) {
    let none = RelationInventory.none
    self.init(
      correct: answer == gold && gold != none ? 1 : 0, predicted: answer == none ? 0 : 1,
      gold: gold == none ? 0 : 1)
  }

  /// How an expert's answer for a post matches its labels, over all pairs for relations.
  package init(_ labels: Labels, gold: Post) {
    switch labels {
    case .mentions(let found, _): self = .count(predicted: found, gold: gold.mentions)
    case .relations(let found):
      self = zip(found, gold.relations).reduce(.zero) {
        $0 + MatchCounts(answer: $1.0.label, gold: $1.1.label)
      }
    }
  }

  /// No answers, none asked for.
  package static let zero = MatchCounts(correct: 0, predicted: 0, gold: 0)

  /// The counts of both sets of posts together.
  package static func + (a: Self, b: Self) -> Self {
    Self(
      correct: a.correct + b.correct, predicted: a.predicted + b.predicted, gold: a.gold + b.gold)
  }

  /// The counts without those of a part.
  package static func - (a: Self, b: Self) -> Self {
    Self(
      correct: a.correct - b.correct, predicted: a.predicted - b.predicted, gold: a.gold - b.gold)
  }

  /// Answers that are wrong, and those that are missing.
  package var mistakes: Int { predicted + gold - 2 * correct }

  /// Correct over predicted, as a fraction; 0 when nothing was predicted.
  package var precision: Double { predicted == 0 ? 0 : Double(correct) / Double(predicted) }

  /// Correct over gold, as a fraction; 0 when nothing was asked for.
  package var recall: Double { gold == 0 ? 0 : Double(correct) / Double(gold) }

  /// Micro-averaged F1 = 2·correct / (predicted + gold), as a fraction 0 … 1; 0 for the empty set.
  package var f1: Double {
    predicted + gold == 0 ? 0 : 2 * Double(correct) / Double(predicted + gold)
  }

  /// F1 in percent, 0 … 100.
  package var f1Percent: Double { 100 * f1 }
}
