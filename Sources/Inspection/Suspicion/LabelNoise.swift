import Corpora
import Extractors
import Tensors

/// Labels that are spoiled on purpose, at places that a seed decides: what a ranking has to find,
/// and what it learns from which evidence counts.
package struct LabelNoise: Sendable, Hashable {
  /// What is done to a label.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Another type, drawn as often as the dataset has it.
    case type
    /// One of the two edges, one word in or out.
    case boundary
    /// The mention is taken away.
    case dropped
    /// One or two words become a mention that they are not.
    case invented
    /// Another relation, drawn as often as the dataset has it.
    case relation

    /// Of the spoiled mentions, those of the kind; relations are all of one kind.
    var share: Double {
      switch self {
      case .type: 0.4
      case .boundary, .dropped, .invented: 0.2
      case .relation: 1
      }
    }
  }

  /// A label that was spoiled.
  package struct Place: Sendable, Hashable {
    /// The post's place in the list.
    package let post: Int
    /// What was done.
    package let kind: Kind
    /// The words in question as they are labelled afterwards; of a dropped mention those that it
    /// had, of a pair its head.
    package let range: Range<Int>
    /// The tail of a pair.
    package let tail: Range<Int>?
  }

  /// The posts with spoiled labels.
  package private(set) var posts: [Post]
  /// What was spoiled, in the order in which it was done.
  package private(set) var places: [Place] = []

  /// Spoils a share of all mentions, or pairs: at least one where there is any. No label is spoiled
  /// twice. What cannot be done (another type in a dataset of one type) is left undone.
  ///
  /// - Parameters:
  ///   - rate: spoiled labels to all labels, 0 … 1.
  ///   - stream: names the random numbers, so that other uses of a seed draw others.
  package init(
    of posts: [Post], _ task: ExpertTask, rate: Double, seed: UInt64,
    stream: String = "label noise"
  ) {
    self.posts = posts
    var generator = SeededGenerator(seed: seed, stream: stream)
    switch task {
    case .entities: spoilMentions(rate, &generator)
    case .relations: spoilPairs(rate, &generator)
    }
  }

  /// How many of each kind a number of spoiled mentions has: the shares, rounded; what is left are
  /// invented ones.
  static func counts(_ total: Int) -> [(kind: Kind, count: Int)] {
    var left = total
    var result: [(kind: Kind, count: Int)] = []
    for kind in [Kind.type, .boundary, .dropped] {
      let count = min(left, Int((kind.share * Double(total)).rounded()))
      result.append((kind, count))
      left -= count
    }
    return result + [(.invented, left)]
  }

  private static func total(_ rate: Double, of count: Int) -> Int {
    count == 0 ? 0 : min(count, max(1, Int((rate * Double(count)).rounded())))
  }

  // MARK: Mentions

  private mutating func spoilMentions(_ rate: Double, _ generator: inout SeededGenerator) {
    let original = posts
    let all = posts.indices.flatMap { post in posts[post].mentions.map { (post, $0) } }
    let kinds = Self.counts(Self.total(rate, of: all.count))
    let frequencies = Frequencies(all.map(\.1.type))
    var wanted = kinds.filter { $0.kind != .invented }
      .flatMap { [Kind](repeating: $0.kind, count: $0.count) }
    wanted = generator.permutation(wanted.count).map { wanted[$0] }
    for place in generator.permutation(all.count) where !wanted.isEmpty {
      let (post, mention) = all[place]
      // The next kind that can be done here.
      guard
        let at = wanted.lastIndex(where: {
          canSpoil(mention, of: post, $0, frequencies)
        })
      else { continue }
      spoil(mention, of: post, wanted.remove(at: at), frequencies, &generator)
    }
    for _ in 0..<(kinds.last?.count ?? 0) {
      invent(frequencies, original, &generator)
    }
  }

  private func canSpoil(
    _ mention: EntityMention, of post: Int, _ kind: Kind, _ frequencies: Frequencies<EntityType>
  ) -> Bool {
    switch kind {
    case .type: frequencies.others(than: mention.type)
    case .boundary: !moved(mention, in: posts[post]).isEmpty
    default: true
    }
  }

  private mutating func spoil(
    _ mention: EntityMention, of post: Int, _ kind: Kind, _ frequencies: Frequencies<EntityType>,
    _ generator: inout SeededGenerator
  ) {
    var after: EntityMention?
    switch kind {
    case .type:
      after = EntityMention(
        mention.range, frequencies.draw(otherThan: mention.type, &generator) ?? mention.type)
    case .boundary:
      after = EntityMention(generator.pick(moved(mention, in: posts[post])), mention.type)
    default: break
    }
    set(posts[post].mentions.filter { $0 != mention } + [after].compactMap(\.self), of: post)
    places.append(
      Place(post: post, kind: kind, range: after?.range ?? mention.range, tail: nil))
  }

  /// Ranges with one edge moved by one word that reach into no other mention.
  private func moved(_ mention: EntityMention, in post: Post) -> [Range<Int>] {
    let (low, high) = (mention.range.lowerBound, mention.range.upperBound)
    var result: [Range<Int>] = []
    if low > 0, !post.labels(low - 1) { result.append((low - 1)..<high) }
    if high < post.tokens.count, !post.labels(high) { result.append(low..<(high + 1)) }
    if high - low > 1 { result += [(low + 1)..<high, low..<(high - 1)] }
    return result
  }

  /// A mention of one or two words that were in none; nothing where a hundred draws find no room.
  private mutating func invent(
    _ frequencies: Frequencies<EntityType>, _ original: [Post],
    _ generator: inout SeededGenerator
  ) {
    for _ in 0..<100 {
      let post = generator.index(below: posts.count)
      let words = posts[post].tokens
      let length = generator.chance(0.6) ? 1 : 2
      guard words.count >= length else { continue }
      let start = generator.index(below: words.count - length + 1)
      let range = start..<(start + length)
      let isFree = range.allSatisfy { token in
        !posts[post].labels(token) && !original[post].labels(token)
          && words[token].text.contains { $0.isLetter || $0.isNumber }
      }
      guard isFree, let type = frequencies.draw(otherThan: nil, &generator) else { continue }
      set(posts[post].mentions + [EntityMention(range, type)], of: post)
      places.append(Place(post: post, kind: .invented, range: range, tail: nil))
      return
    }
  }

  private mutating func set(_ mentions: [EntityMention], of post: Int) {
    posts[post].mentions = mentions.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  // MARK: Pairs

  private mutating func spoilPairs(_ rate: Double, _ generator: inout SeededGenerator) {
    let all = posts.indices.flatMap { post in
      posts[post].relations.indices.map { (post, $0) }
    }
    let frequencies = Frequencies(posts.flatMap { $0.relations.map(\.label) })
    for place in generator.permutation(all.count).prefix(Self.total(rate, of: all.count)) {
      let (post, pair) = all[place]
      let before = posts[post].relations[pair]
      guard let label = frequencies.draw(otherThan: before.label, &generator) else { return }
      posts[post].relations[pair] = RelationMention(
        head: before.head, tail: before.tail, label: label)
      places.append(
        Place(post: post, kind: .relation, range: before.head, tail: before.tail))
    }
  }
}

extension Post {
  /// Whether a token is in a mention.
  fileprivate func labels(_ token: Int) -> Bool { mentions.contains { $0.range.contains(token) } }
}

/// How often each label stands in a dataset.
private struct Frequencies<Label: Hashable & Comparable> {
  /// In their order: a dictionary has none, and draws must repeat.
  let labels: [Label]
  let counts: [Float]

  init(_ all: [Label]) {
    let found = Dictionary(grouping: all) { $0 }.mapValues(\.count)
    labels = found.keys.sorted()
    counts = labels.map { Float(found[$0] ?? 0) }
  }

  func others(than label: Label) -> Bool { labels.contains { $0 != label } }

  /// A label as often as it stands in the dataset; nil when there is no other.
  func draw(otherThan label: Label?, _ generator: inout SeededGenerator) -> Label? {
    let weights = zip(labels, counts).map { $0 == label ? 0 : $1 }
    guard weights.contains(where: { $0 > 0 }) else { return nil }
    return labels[generator.pick(weights: weights)]
  }
}
