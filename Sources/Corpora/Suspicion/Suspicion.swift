/// A label that is probably wrong, or one that is probably missing, and why.
package struct Suspicion: Sendable, Hashable {
  /// The words in question: those of the given mention, or of the one that is missing; of a pair
  /// its head. The cursor goes there.
  package let range: Range<Int>
  /// The tail of a pair; nil for mentions.
  package let tail: Range<Int>?
  /// The type or relation label that the dataset gives; nil where it has no mention.
  package let given: String?
  /// What an expert answers there, or other posts have: `given` itself where all agree, nil where
  /// that is no mention.
  package let suggested: String?
  /// The words of the mention that is suggested, where they are not those of `range`.
  package let suggestedRange: Range<Int>?
  /// From 0, as everything else says, to 1, surely wrong.
  package let score: Double
  /// In plain words, on one line. Holds words of the post as they are: escape before showing.
  package let why: String

  /// A suspicion by its parts; the score is rounded to four decimals, as files have it.
  package init(
    _ range: Range<Int>, tail: Range<Int>? = nil, given: String?, suggested: String?,
    suggestedRange: Range<Int>? = nil, score: Double, why: String
  ) {
    self.range = range
    self.tail = tail
    self.given = given
    self.suggested = suggested
    self.suggestedRange = suggestedRange
    self.score = SuspicionRanking.rounded(score)
    self.why = why
  }
}

/// A post in a ranking.
package struct SuspiciousPost: Sendable, Hashable, Identifiable {
  /// The post's id.
  package let id: String
  /// From 0 to 1: how probably one of its labels is wrong.
  package let score: Double
  /// Why, in plain words, on one line. Escape before showing.
  package let why: String
  /// The post's words and labels at the time, by `SuspicionRanking.mark(of:)`.
  package let mark: String
  /// Its mentions, and those that are missing, most suspicious first; none far down the ranking.
  package let mentions: [Suspicion]
  /// Its pairs, most suspicious first.
  package let pairs: [Suspicion]

  /// A post by its parts; the score is rounded to four decimals, as files have it.
  package init(
    id: String, score: Double, why: String, mark: String, mentions: [Suspicion] = [],
    pairs: [Suspicion] = []
  ) {
    self.id = id
    self.score = SuspicionRanking.rounded(score)
    self.why = why
    self.mark = mark
    self.mentions = mentions
    self.pairs = pairs
  }

  /// The same with score and reason alone.
  var withoutDetails: SuspiciousPost {
    SuspiciousPost(id: id, score: score, why: why, mark: mark)
  }

  /// The most suspicious of its mentions and pairs; nil when there are none.
  package var worst: Suspicion? {
    guard let mention = mentions.first, let pair = pairs.first else {
      return mentions.first ?? pairs.first
    }
    return pair.score > mention.score ? pair : mention
  }
}
