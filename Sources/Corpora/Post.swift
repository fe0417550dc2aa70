/// One social media post: its tokens, the picture it came with, and the labels people gave it.
///
/// Spans are the truth here; BIO tags are a spelling of them (`BIO`). A post is one
/// (tokens, picture) group: several relation pairs on the same text share one post.
package struct Post: Sendable, Hashable, Identifiable {
  /// Stable key inside its dataset: survives re-reading, is unique, is what `:goto` takes.
  package let id: String
  /// The words in order; never empty.
  package let tokens: Tokens
  /// File stem of the picture, e.g. `16_05_01_606`; nil when the post has none.
  package let imageID: String?
  /// Entity mentions, sorted by range, never overlapping, all inside `tokens`.
  package var mentions: [EntityMention]
  /// Relations between mentions of this post.
  package var relations: [RelationMention]
  /// Tokens whose tags are to be written as their scheme has them, even where the mentions are the
  /// file's own: somebody fixed how the file spells them.
  package var respelled: [Range<Int>] = []
  /// How the file of the post spells mentions as tags.
  package var scheme = TaggingScheme.iob2
  /// Which part of the dataset the file belongs to.
  package let split: Split
  /// What the dataset knows beside the labels, e.g. harbor's `imageAdds` and `textInImage`.
  package let attributes: [String: String]
  /// Where the post starts in its file.
  package let source: SourceLocation

  /// A post; mentions are sorted here, and must not overlap or leave the tokens.
  package init(
    id: String, tokens: Tokens, imageID: String?, mentions: [EntityMention],
    relations: [RelationMention] = [], split: Split, attributes: [String: String] = [:],
    source: SourceLocation
  ) {
    self.id = id
    self.tokens = tokens
    self.imageID = imageID
    self.mentions =
      mentions.count < 2 ? mentions : mentions.sorted { $0.range.lowerBound < $1.range.lowerBound }
    self.relations = relations
    self.split = split
    self.attributes = attributes
    self.source = source
  }

  /// A post of words that share their memory with no other.
  package init(
    id: String, tokens: [Token], imageID: String?, mentions: [EntityMention],
    relations: [RelationMention] = [], split: Split, attributes: [String: String] = [:],
    source: SourceLocation
  ) {
    self.init(
      id: id, tokens: Tokens(tokens), imageID: imageID, mentions: mentions, relations: relations,
      split: split, attributes: attributes, source: source)
  }
}

extension Post {
  /// The same post of the same file with other words, and the labels that belong to them.
  package func replacing(
    tokens: some Collection<Token>, mentions: [EntityMention], relations: [RelationMention]
  ) -> Post {
    Post(
      id: id, tokens: tokens as? Tokens ?? Tokens(tokens), imageID: imageID, mentions: mentions,
      relations: relations,
      split: split, attributes: attributes, source: source)
  }

  /// The same post of which something else is known.
  func replacing(attribute name: String, _ value: String) -> Post {
    var result = Post(
      id: id, tokens: tokens, imageID: imageID, mentions: mentions, relations: relations,
      split: split, attributes: attributes.merging([name: value]) { _, new in new },
      source: source)
    (result.respelled, result.scheme) = (respelled, scheme)
    return result
  }

  static let imageAddsName = "imageAdds"

  /// Whether the picture adds to the text, where the dataset says (`imageAdds`).
  package var imageAdds: Bool? {
    attributes[Self.imageAddsName].flatMap { ["yes": true, "no": false][$0] }
  }
}

/// A word as it stood in the file.
package struct Token: Sendable, Hashable {
  /// The text, exactly as read; may hold control characters: escape before showing.
  package let text: String
  /// The tag as it stood in the file (`B-OTHER`, an orphan `I-PER` …), nil where the format has
  /// none.
  package let originalTag: String?

  /// A token with the tag its file gave it.
  package init(_ text: String, originalTag: String? = nil) {
    self.text = text
    self.originalTag = originalTag
  }
}

/// An entity type by its name in this project: PER, LOC, ORG, MISC, or whatever a dataset declares.
package struct EntityType: RawRepresentable, Sendable, Hashable, Comparable, Codable {
  /// The name as files spell it, `OTHER` aside.
  package let rawValue: String

  /// A type by name.
  package init(rawValue: String) { self.rawValue = rawValue }
  /// A type by name.
  package init(_ name: String) { rawValue = name }

  /// `PER`
  package static let person = EntityType("PER")
  /// `LOC`
  package static let location = EntityType("LOC")
  /// `ORG`
  package static let organization = EntityType("ORG")
  /// `MISC`, which Twitter-2015 calls `OTHER`.
  package static let miscellaneous = EntityType("MISC")

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// A run of tokens that names an entity.
package struct EntityMention: Sendable, Hashable {
  /// Half-open token range, never empty.
  package let range: Range<Int>
  /// What the entity is.
  package let type: EntityType

  /// A mention over a non-empty token range.
  package init(_ range: Range<Int>, _ type: EntityType) {
    precondition(!range.isEmpty, "a mention covers at least one token")
    self.range = range
    self.type = type
  }
}

/// A labelled pair of token ranges (they may overlap, as some do in MNRE).
package struct RelationMention: Sendable, Hashable {
  /// Tokens of the first of the two.
  package let head: Range<Int>
  /// Tokens of the second.
  package let tail: Range<Int>
  /// `/per/org/member_of`, or `None`.
  package let label: String

  /// A relation from head to tail.
  package init(head: Range<Int>, tail: Range<Int>, label: String) {
    self.head = head
    self.tail = tail
    self.label = label
  }
}

/// The part of a dataset, told by file name.
package enum Split: String, Sendable, Hashable, CaseIterable, Codable {
  case train, dev, test, all
}

/// A line of a file, counted from 1.
package struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
  /// Path of the file inside the dataset.
  package let file: String
  /// The line, counted from 1.
  package let line: Int

  /// A place in a file.
  package init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  package var description: String { "\(file):\(line)" }
}
