/// What is scored.
public enum ScoredTask: String, Sendable, Hashable, CaseIterable, Codable {
  /// Entity mentions.
  case ner
  /// Relations of given pairs.
  case re
}

/// Labels that stand in a file of any system or annotator, as far as scoring needs them: posts with
/// mentions, or pairs with relations, in the order of the file.
///
/// Formats are told by content: the dataset formats, and plain labels, one a line.
public struct AnswerFile: Sendable {
  /// A post and what the file says is in it.
  public struct Post: Sendable, Hashable {
    /// Where it begins, counted from 1.
    public let line: Int
    /// Its picture or id; nil where the format has none.
    public let name: String?
    /// Its words; nil where the file has labels only.
    public let tokens: [String]?
    /// How many tokens it has; 0 where the file does not say.
    public let count: Int
    /// Its mentions.
    public let mentions: [EntityMention]
    /// Whether each token has a line of its own behind `line`, and how far the first is.
    let tokenOffset: Int?

    /// The line of a token.
    func line(of token: Int) -> Int { tokenOffset.map { line + $0 + token } ?? line }
  }

  /// A pair with its relation.
  public struct Pair: Sendable, Hashable {
    /// Its line, counted from 1.
    public let line: Int
    /// Index of its post in `posts`; nil where the file has labels only.
    public let post: Int?
    /// Head and tail; nil where the file has labels only.
    public let ends: Ends?
    /// `/per/org/member_of`, or `None`.
    public let label: String

    /// Where head and tail stand.
    public struct Ends: Sendable, Hashable {
      /// Tokens of the head.
      public let head: Range<Int>
      /// Tokens of the tail.
      public let tail: Range<Int>
    }
  }

  /// The path as it was given.
  public let path: String
  /// The posts; empty where the file has one relation label a line.
  public var posts: [Post] = []
  /// The pairs; empty when entities are scored.
  public var pairs: [Pair] = []
  /// Tags that were read as `O` since they are none, and the line of the first.
  public var unreadable: (count: Int, firstLine: Int)?
  /// Whether pairs stand post by post although the file is not ordered so.
  var isGrouped = false
  /// Tags without words and without blank lines, as they stood: where posts end is not known.
  var flatTags: [BIO.Tag]?
  /// How the file spells mentions as tags.
  public internal(set) var scheme = TaggingScheme.iob2
  /// How tags were understood.
  var reading = BIO.Reading.lenient
}
