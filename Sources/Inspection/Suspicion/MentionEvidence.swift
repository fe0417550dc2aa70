import Corpora
import Extractors
import Foundation

/// What speaks for and against each mention of a post, and for mentions that it may lack: as
/// numbers to be weighed, and as what a person is told.
struct MentionEvidence: Sendable {
  /// A mention that is given, or one that may be missing.
  struct Item: Sendable {
    /// Where it is and what it is called, or would be.
    let mention: EntityMention
    /// Whether the post has it.
    let isGiven: Bool
    /// The columns that are weighed.
    let row: [Double]
    /// How other posts label its words.
    let elsewhere: LabelCounts
    /// What the expert answers there: the answer that overlaps it, of several the surest.
    let answer: ScoredMention?
    /// The least probability that any of its words is in no mention.
    let outside: Double
    /// The probability of the mention itself.
    let probability: Double
  }

  /// The types of the dataset: each is a column, so that weights are calibrated by type.
  let types: [EntityType]

  /// Words of the longest missing mention that is looked for.
  private static let longest = 6
  private static let least = 1e-4

  /// The log-odds of a probability that is kept off 0 and 1.
  static func logit(_ probability: Double) -> Double {
    let p = min(1 - least, max(least, probability))
    return log(p / (1 - p))
  }

  private func typeColumns(_ type: EntityType) -> [Double] {
    types.map { $0 == type ? 1 : 0 }
  }

  /// The items of a post: its mentions as far as the expert read, then those that it may lack,
  /// which overlap none of them.
  ///
  /// - Parameter words: the post's words as numbers.
  func items(
    _ post: Post, _ words: [Int], _ tags: HeldOutTags, _ counts: SurfaceCounts
  ) -> [Item] {
    let own = counts.own(post, words)
    var taken = [Bool](repeating: false, count: words.count)
    for mention in post.mentions { for token in mention.range { taken[token] = true } }
    let given = post.mentions.filter { $0.range.upperBound <= tags.count }
      .map { self.given($0, words, tags, counts, own, taken) }
    return given + missing(post, words, tags, counts, own, taken)
  }

  // MARK: Given mentions

  private func given(
    _ mention: EntityMention, _ words: [Int], _ tags: HeldOutTags, _ counts: SurfaceCounts,
    _ own: SurfaceCounts.Own, _ taken: [Bool]
  ) -> Item {
    let range = mention.range
    let elsewhere = counts.form(words[range], without: own)
    let overlapping = tags.mentions.filter { $0.mention.range.overlaps(range) }
    let other =
      overlapping.filter { $0.mention != mention }
      .map { tags.probability(of: $0.mention) }.max() ?? 0
    let share = tags.share(of: mention.type, over: range)
    let otherShare =
      tags.columns.types.keys.filter { $0 != mention.type }
      .map { tags.share(of: $0, over: range) }.max() ?? 0
    let (all, same) = (Double(elsewhere.all), Double(elsewhere[.type(mention.type)]))
    // The word that other posts have least often in a mention of this type.
    let leastWord =
      range.map { token -> Double in
        let found = counts.word(words[token], without: own)
        let all = Double(found.all)
        return all > 0 ? (Double(found[.type(mention.type)]) + 0.5) / (all + 1) : 0.5
      }.min() ?? 0.5
    let inner = range.map(tags.outside).max() ?? 0
    let edges = [range.lowerBound - 1, range.upperBound].filter {
      $0 >= 0 && $0 < tags.count && !taken[$0]
    }
    let outer = edges.map { 1 - tags.outside($0) }.max() ?? 0
    let probability = tags.probability(of: mention)
    let row =
      [
        Self.logit(probability),
        log((share + Self.least) / (otherShare + Self.least)),
        Self.logit(other),
        all == 0 ? 1 : 0,
        log(all > 0 ? (same + 0.5) / (all + 1) : 0.5),
        Double(range.count - 1),
        log(leastWord),
        Self.logit(inner),
        Self.logit(outer),
      ] + typeColumns(mention.type)
    return Item(
      mention: mention, isGiven: true, row: row, elsewhere: elsewhere,
      answer: surest(overlapping), outside: range.map(tags.outside).min() ?? 0,
      probability: probability)
  }

  private func surest(_ mentions: [ScoredMention]) -> ScoredMention? {
    mentions.max {
      ($0.confidence ?? 0, $1.mention.range.lowerBound)
        < ($1.confidence ?? 0, $0.mention.range.lowerBound)
    }
  }

  // MARK: Missing mentions

  /// What the expert answers, words that other posts label, and words that the expert nearly
  /// labels; only where the post has no mention.
  private func missing(
    _ post: Post, _ words: [Int], _ tags: HeldOutTags, _ counts: SurfaceCounts,
    _ own: SurfaceCounts.Own, _ taken: [Bool]
  ) -> [Item] {
    func isFree(_ range: Range<Int>) -> Bool {
      range.upperBound <= tags.count && range.allSatisfy { !taken[$0] }
    }
    var found: [Range<Int>: EntityType] = [:]
    for answer in tags.mentions where isFree(answer.mention.range) {
      found[answer.mention.range] = answer.mention.type
    }
    for range in counts.ranges(words) where found[range] == nil && isFree(range) {
      found[range] = counts.form(words[range], without: own).commonestType
    }
    for start in 0..<tags.count {
      for end in (start + 1)..<min(tags.count + 1, start + Self.longest + 1) {
        // Longer ones would hold this word too.
        guard !taken[end - 1], tags.outside(end - 1) < 0.8 else { break }
        guard found[start..<end] == nil, let best = best(tags, start..<end),
          best.probability >= 0.1
        else { continue }
        found[start..<end] = best.type
      }
    }
    return found.sorted {
      ($0.key.lowerBound, $0.key.upperBound) < ($1.key.lowerBound, $1.key.upperBound)
    }
    .map { missing(EntityMention($0.key, $0.value), post, words, tags, counts, own) }
  }

  /// The likeliest mention over a range.
  private func best(
    _ tags: HeldOutTags, _ range: Range<Int>
  ) -> (type: EntityType, probability: Double)? {
    tags.columns.types.keys.map { ($0, tags.probability(of: EntityMention(range, $0))) }
      .max { ($0.1, $1.0) < ($1.1, $0.0) }
  }

  private func missing(
    _ mention: EntityMention, _ post: Post, _ words: [Int], _ tags: HeldOutTags,
    _ counts: SurfaceCounts, _ own: SurfaceCounts.Own
  ) -> Item {
    let range = mention.range
    let elsewhere = counts.form(words[range], without: own)
    let (labelled, free) = (Double(elsewhere.mentions), Double(elsewhere[.outside]))
    let leastWord =
      range.map { token -> Double in
        let found = counts.word(words[token], without: own)
        let all = Double(found.all)
        return all > 0 ? (all - Double(found[.outside]) + 0.5) / (all + 1) : 0.5
      }.min() ?? 0.5
    let outside = range.map(tags.outside)
    let isNamed = range.contains { post.tokens[$0].text.first?.isUppercase == true }
    let row =
      [
        Self.logit(best(tags, range)?.probability ?? 0),
        Self.logit(1 - (outside.max() ?? 1)),
        log(labelled + free > 0 ? (labelled + 0.5) / (labelled + free + 1) : 0.5),
        labelled + free == 0 ? 1 : 0,
        Double(range.count - 1),
        log(leastWord),
        isNamed ? 1 : 0,
      ] + typeColumns(mention.type)
    return Item(
      mention: mention, isGiven: false, row: row, elsewhere: elsewhere,
      answer: surest(tags.mentions.filter { $0.mention.range.overlaps(range) }),
      outside: outside.min() ?? 1, probability: tags.probability(of: mention))
  }
}
