/// Where the labels that somebody gave a post are not the right ones.
package enum LabelDifference: Sendable, Hashable {
  /// Nothing overlaps this mention.
  case missed(EntityMention)
  /// No right mention overlaps it.
  case invented(EntityMention)
  /// The right words with another type.
  case type(EntityMention, right: EntityType)
  /// Words that overlap those of the right mention.
  case boundary(EntityMention, right: EntityMention)
  /// A pair with a relation that was not given.
  case missedPair(RelationMention)
  /// A relation of two that have none.
  case inventedPair(RelationMention)
  /// The right relation with head and tail exchanged; as it was given.
  case reversedPair(RelationMention)
  /// The right pair with another relation.
  case relation(RelationMention, right: String)

  /// What a pair is labelled until somebody answers, where pairs are given.
  package static let unanswered = "?"

  /// The kinds, as screens, summaries and JSON name them.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case missed, invented
    case type = "wrong type"
    case boundary = "wrong boundary"
    case missedPair = "pair missed"
    case inventedPair = "pair invented"
    case reversedPair = "pair reversed"
    case relation = "wrong relation"
  }

  /// Its kind.
  package var kind: Kind {
    switch self {
    case .missed: .missed
    case .invented: .invented
    case .type: .type
    case .boundary: .boundary
    case .missedPair: .missedPair
    case .inventedPair: .inventedPair
    case .reversedPair: .reversedPair
    case .relation: .relation
    }
  }

  /// All differences, mentions in the order of the text, then pairs.
  /// - Parameter nulls: what the right labels call no relation.
  package static func all(
    _ given: Post, right: Post, nulls: NullRelations
  ) -> [LabelDifference] {
    mentions(given.mentions, right: right.mentions) + pairs(given, right: right, nulls)
  }

  /// Where mentions are not the right ones, in the order of the text.
  package static func mentions(
    _ given: [EntityMention], right: [EntityMention]
  ) -> [LabelDifference] {
    let same = Set(given).intersection(right)
    var open = right.filter { !same.contains($0) }
    var found: [(place: Int, LabelDifference)] = []
    // The same words first: another mention that overlaps them must not take their place.
    var others: [EntityMention] = []
    for mention in given where !same.contains(mention) {
      if let at = open.firstIndex(where: { $0.range == mention.range }) {
        found.append((mention.range.lowerBound, .type(mention, right: open.remove(at: at).type)))
      } else {
        others.append(mention)
      }
    }
    for mention in others {
      if let at = open.firstIndex(where: { $0.range.overlaps(mention.range) }) {
        found.append((mention.range.lowerBound, .boundary(mention, right: open.remove(at: at))))
      } else {
        found.append((mention.range.lowerBound, .invented(mention)))
      }
    }
    found += open.map { ($0.range.lowerBound, .missed($0)) }
    return found.sorted { $0.place < $1.place }.map(\.1)
  }

  private static func pairs(
    _ given: Post, right: Post, _ nulls: NullRelations
  ) -> [LabelDifference] {
    func label(_ head: Range<Int>, _ tail: Range<Int>, in post: Post) -> String {
      let found = post.relations.first { $0.head == head && $0.tail == tail }?.label
      return nulls.unified(found ?? RelationInventory.none)
    }
    let none = RelationInventory.none
    var result: [LabelDifference] = []
    // Right pairs that are answered the other way round.
    var reversed: Set<RelationMention> = []
    for pair in given.relations where pair.label != unanswered {
      let answer = nulls.unified(pair.label)
      let wanted = label(pair.head, pair.tail, in: right)
      guard answer != wanted else { continue }
      if answer != none, wanted == none, label(pair.tail, pair.head, in: right) == answer {
        result.append(.reversedPair(pair))
        reversed.insert(RelationMention(head: pair.tail, tail: pair.head, label: answer))
      } else if wanted == none {
        result.append(.inventedPair(pair))
      } else {
        result.append(.relation(pair, right: wanted))
      }
    }
    for pair in right.relations where nulls.unified(pair.label) != none {
      let answer = given.relations.first { $0.head == pair.head && $0.tail == pair.tail }
      guard answer == nil || answer?.label == unanswered, !reversed.contains(pair) else { continue }
      result.append(.missedPair(pair))
    }
    return result
  }
}
