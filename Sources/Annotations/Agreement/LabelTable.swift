import Corpora

/// Who says what of which posts: what agreement is computed from.
package struct LabelTable: Sendable {
  /// The annotators, in the order in which they are shown.
  package let annotators: [String]
  /// The posts that somebody labelled.
  package private(set) var posts: [Row] = []
  /// Entity types and relations by their numbers, from 0 in the order of their names.
  let types: [EntityType]
  let relations: [String]
  private let typeNumbers: [EntityType: Int32]
  private let relationNumbers: [String: Int32]

  /// What annotators say of one post.
  package struct Row: Sendable {
    /// Number of its words.
    package let tokens: Int
    /// Pairs that the dataset lists for it, with or without a relation.
    package let pairs: [RelationMention]
    /// By annotator, as a place in `annotators`; only of those for whom the post counts.
    package let labels: [(annotator: Int, labels: Labels)]

    /// What annotators say of a post; annotators ascend.
    package init(
      tokens: Int, pairs: [RelationMention], labels: [(annotator: Int, labels: Labels)]
    ) {
      self.tokens = tokens
      self.pairs = pairs
      self.labels = labels
    }
  }

  /// The labels that one annotator gave a post.
  package struct Labels: Sendable, Hashable {
    /// Sorted, not overlapping.
    package let mentions: [EntityMention]
    /// Labelled pairs.
    package let relations: [RelationMention]

    /// Labels by their parts.
    package init(mentions: [EntityMention], relations: [RelationMention] = []) {
      self.mentions = mentions
      self.relations = relations
    }
  }

  /// A table by its rows; those that nobody labelled are left out.
  package init(annotators: [String], posts: [Row]) {
    self.annotators = annotators
    self.posts = posts.filter { !$0.labels.isEmpty }
    var types: Set<EntityType> = []
    var relations: Set<String> = []
    for row in self.posts {
      for (_, labels) in row.labels {
        for mention in labels.mentions { types.insert(mention.type) }
        for relation in labels.relations { relations.insert(relation.label) }
      }
    }
    relations.remove(RelationInventory.none)
    self.types = types.sorted()
    self.relations = relations.sorted()
    typeNumbers = Dictionary(
      zip(self.types, 0...).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    relationNumbers = Dictionary(
      zip(self.relations, 0...).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
  }

  /// Codes of a post's words: 0 outside of mentions, 1 + 2 · type where one begins, 2 + 2 · type
  /// inside.
  func codes(_ labels: Labels, tokens: Int) -> [Int32] {
    var codes = [Int32](repeating: 0, count: tokens)
    for mention in labels.mentions {
      guard let type = typeNumbers[mention.type] else { continue }
      for token in mention.range.clamped(to: 0..<tokens) {
        codes[token] = (token == mention.range.lowerBound ? 1 : 2) + 2 * type
      }
    }
    return codes
  }

  static func codes(ofType type: Int32) -> [Int32] { [1 + 2 * type, 2 + 2 * type] }

  static func type(of code: Int32) -> Int32? { code > 0 ? (code - 1) / 2 : nil }

  /// Mentions as spans with the numbers of their types.
  func spans(_ labels: Labels) -> [(span: Range<Int>, label: Int32)] {
    labels.mentions.compactMap { mention in
      typeNumbers[mention.type].map { (mention.range, $0) }
    }
  }

  /// Head and tail of a pair.
  struct Pair: Hashable {
    let head, tail: Range<Int>
  }

  /// Codes of a post's pairs, 1 + relation; pairs without a relation are left out. Of two relations
  /// of the same pair the first counts.
  func relations(_ labels: Labels) -> [Pair: Int32] {
    var result: [Pair: Int32] = [:]
    for relation in labels.relations {
      let pair = Pair(head: relation.head, tail: relation.tail)
      guard result[pair] == nil, let number = relationNumbers[relation.label] else { continue }
      result[pair] = number + 1
    }
    return result
  }

  static func codes(ofRelation relation: Int32) -> [Int32] { [1 + relation] }

  static func relation(of code: Int32) -> Int32? { code > 0 ? code - 1 : nil }
}
