import Corpora

/// The tags of a tagger: O, then B and I of each entity type, in the types' order.
package struct TagScheme: Sendable, Hashable, Codable {
  /// Names of the entity types, in the order of their tags.
  package let types: [String]

  /// Tags for types in a fixed order.
  package init(types: [String]) { self.types = types }

  /// PER, LOC, ORG, MISC: the four types of the Twitter datasets and of harbor.
  package static let standard = TagScheme(types: ["PER", "LOC", "ORG", "MISC"])

  /// K = 1 + 2 × types.
  package var count: Int { 1 + 2 * types.count }

  /// `O`, `B-PER`, `I-PER`, …
  package var labels: [String] { ["O"] + types.flatMap { ["B-\($0)", "I-\($0)"] } }

  /// Tag indices of mentions; types that the scheme does not know become O.
  package func indices(of mentions: [EntityMention], count: Int) -> [Int] {
    var result = [Int](repeating: 0, count: count)
    for mention in mentions {
      guard let type = types.firstIndex(of: mention.type.rawValue) else { continue }
      for t in mention.range where t < count {
        result[t] = 1 + 2 * type + (t == mention.range.lowerBound ? 0 : 1)
      }
    }
    return result
  }

  /// Mentions of a tag path, read leniently (MODELS §2.8.1): a chunk also opens at an I of another
  /// type.
  package func mentions(of path: [Int]) -> [EntityMention] {
    var result: [EntityMention] = []
    var open: (start: Int, type: Int)?
    func close(_ end: Int) {
      if let chunk = open {
        result.append(EntityMention(chunk.start..<end, EntityType(types[chunk.type])))
      }
      open = nil
    }
    for (t, tag) in path.enumerated() {
      guard tag > 0 else {
        close(t)
        continue
      }
      let type = (tag - 1) / 2
      let begins = (tag - 1) % 2 == 0
      if let chunk = open, !begins, chunk.type == type { continue }
      close(t)
      open = (t, type)
    }
    close(path.count)
    return result
  }

  /// As `mentions(of:)`, but a chunk must begin with a B (strict IOB2).
  package func strictMentions(of path: [Int]) -> [EntityMention] {
    mentions(of: path).filter { (path[$0.range.lowerBound] - 1) % 2 == 0 }
  }
}
