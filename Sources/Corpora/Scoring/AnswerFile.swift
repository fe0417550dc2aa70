/// What is scored.
package enum ScoredTask: String, Sendable, Hashable, CaseIterable, Codable {
  /// Entity mentions.
  case ner
  /// Relations of given pairs.
  case re
}

/// Labels that stand in a file of any system or annotator, as far as scoring needs them: posts with
/// mentions, or pairs with relations, in the order of the file.
///
/// Formats are told by content: the dataset formats, and plain labels, one a line.
package struct AnswerFile: Sendable {
  /// A post and what the file says is in it.
  package struct Post: Sendable, Hashable {
    /// Where it begins, counted from 1.
    package let line: Int
    /// Its picture or id; nil where the format has none.
    package let name: String?
    /// Its words; nil where the file has labels only.
    package let tokens: [String]?
    /// How many tokens it has; 0 where the file does not say.
    package let count: Int
    /// Its mentions.
    package let mentions: [EntityMention]
    /// Whether each token has a line of its own behind `line`, and how far the first is.
    let tokenOffset: Int?

    /// The line of a token.
    func line(of token: Int) -> Int { tokenOffset.map { line + $0 + token } ?? line }
  }

  /// A pair with its relation.
  package struct Pair: Sendable, Hashable {
    /// Its line, counted from 1.
    package let line: Int
    /// Index of its post in `posts`; nil where the file has labels only.
    package let post: Int?
    /// Head and tail; nil where the file has labels only.
    package let ends: Ends?
    /// `/per/org/member_of`, or `None`.
    package let label: String

    /// Where head and tail stand.
    package struct Ends: Sendable, Hashable {
      /// Tokens of the head.
      package let head: Range<Int>
      /// Tokens of the tail.
      package let tail: Range<Int>
    }
  }

  /// The path as it was given.
  package let path: String
  /// The posts; empty where the file has one relation label a line.
  package var posts: [Post] = []
  /// The pairs; empty when entities are scored.
  package var pairs: [Pair] = []
  /// Tags that were read as `O` since they are none, and the line of the first.
  package var unreadable: (count: Int, firstLine: Int)?
  /// Whether pairs stand post by post although the file is not ordered so.
  var isGrouped = false
  /// Tags without words and without blank lines, as they stood: where posts end is not known.
  var flatTags: [BIO.Tag]?
  /// How the file spells mentions as tags.
  package internal(set) var scheme = TaggingScheme.iob2
  /// How tags were understood.
  var reading = BIO.Reading.lenient
}
