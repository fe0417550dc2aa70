import Corpora
import Tensors

/// The scores of a system on a set of posts: the headline, a row for each type or relation, and
/// intervals that say how far the choice of posts moves them (MODELS §2.8).
package struct ScoreSheet: Sendable {
  /// Precision, recall or F1 that 95 % of the resamples lie between, percent.
  package struct Interval: Sendable, Hashable {
    /// The 2.5th percentile.
    package let low: Double
    /// The 97.5th percentile.
    package let high: Double
  }

  /// The intervals of one row.
  package struct Intervals: Sendable, Hashable {
    /// Of precision.
    package let precision: Interval
    /// Of recall.
    package let recall: Interval
    /// Of F1.
    package let f1: Interval
  }

  /// Counts with their scores in percent.
  package typealias Counts = RelationScore.Counts

  /// One type or relation.
  package struct Row: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its counts; `gold` is the support.
    package let counts: Counts
    /// How far the choice of posts moves its scores; nil where there are too many rows for that.
    package let intervals: Intervals?
  }

  /// Posts that were resampled.
  package let posts: Int
  /// The headline: all mentions, or all relations but `None`.
  package let headline: Counts
  /// Its intervals.
  package let intervals: Intervals
  /// A row for each type or relation that either side has; of relations all but `None`.
  package let rows: [Row]
  /// With `None` counted as a relation, where relations are scored.
  package let withNone: Counts?
  /// The row of `None`, where relations are scored and it is used.
  package let none: Row?

  /// Resamples behind the intervals.
  package static let resamples = 1000
  /// The seed of the resampling.
  package static let seed: UInt64 = 1

  /// Scores mentions: a prediction is correct when range and type are those of a gold mention
  /// (MODELS §2.8.1).
  /// - Parameter progress: told how much of the resampling is done, 0 … 1.
  package init(
    mentions posts: some Sequence<(gold: [EntityMention], predicted: [EntityMention])>,
    progress: (Double) -> Void = { _ in }
  ) {
    var counting = MentionCounting()
    for post in posts { counting.add(gold: post.gold, predicted: post.predicted) }
    self.init(counting, progress: progress)
  }

  /// Scores mentions that were counted post by post.
  /// - Parameter progress: told how much of the resampling is done, 0 … 1.
  package init(_ counting: MentionCounting, progress: (Double) -> Void = { _ in }) {
    let score = counting.score
    headline = Counts(correct: score.correct, predicted: score.predicted, gold: score.gold)
    var tally = counting.tally
    tally.endPost()
    let result = tally.resampled(leavingOut: nil, progress)
    let order = ["PER", "LOC", "ORG", "MISC"]
    rows = Self.ordered(tally.rows(result.rows), as: order)
    intervals = result.headline
    posts = tally.count
    withNone = nil
    none = nil
  }

  /// Scores relations, `None` left out of the headline (MODELS §2.8.2); `posts` are resampled with
  /// all their pairs.
  /// - Parameter progress: told how much of the resampling is done, 0 … 1.
  package init(
    relations posts: some Sequence<[(gold: String, predicted: String)]>,
    progress: (Double) -> Void = { _ in }
  ) {
    var score = RelationScore()
    var tally = Tally()
    for post in posts {
      tally.beginPost()
      for pair in post {
        score.add(predicted: pair.predicted, gold: pair.gold)
        tally.add(pair.predicted) {
          $0.predicted += 1
          if pair.predicted == pair.gold { $0.correct += 1 }
        }
        tally.add(pair.gold) { $0.gold += 1 }
      }
    }
    tally.endPost()
    headline = score.withoutNone
    withNone = score.withNone
    let result = tally.resampled(leavingOut: RelationScore.none, progress)
    let all = Self.ordered(tally.rows(result.rows), as: RelationScheme.mnre.labels)
    rows = all.filter { $0.name != RelationScore.none }
    none = all.first { $0.name == RelationScore.none }
    intervals = result.headline
    self.posts = tally.count
  }

  /// Mentions that are counted post by post, whose posts need not be held: four bytes are for each.
  package struct MentionCounting: Sendable {
    fileprivate var score = EntityScore()
    fileprivate var tally = Tally()

    /// Nothing counted yet.
    package init() {}

    /// Adds a post.
    package mutating func add(gold: [EntityMention], predicted: [EntityMention]) {
      score.add(predicted: predicted, gold: gold)
      tally.beginPost()
      for mention in Set(predicted).intersection(gold) {
        tally.add(mention.type.rawValue) { $0.correct += 1 }
      }
      for mention in predicted { tally.add(mention.type.rawValue) { $0.predicted += 1 } }
      for mention in gold { tally.add(mention.type.rawValue) { $0.gold += 1 } }
    }
  }

  /// The rows in a known order, the others behind them by name.
  private static func ordered(_ rows: [Row], as order: [String]) -> [Row] {
    let ranks = Dictionary(zip(order, order.indices)) { first, _ in first }
    return rows.sorted {
      (ranks[$0.name] ?? order.count, $0.name) < (ranks[$1.name] ?? order.count, $1.name)
    }
  }
}
