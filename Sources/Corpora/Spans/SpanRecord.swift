import Files

/// A post as doccano, Prodigy, Label Studio and brat have it: a text, labelled spans of it, and
/// relations between spans.
struct SpanRecord {
  /// A piece of the text.
  struct Span {
    /// What relations call it.
    var name: String
    /// Places in the text, half-open, in the unit of the record.
    var start: Int
    var end: Int
    /// Nil where it is only an end of a relation.
    var label: String?
    /// Its bytes in the file.
    var source: Range<Int>?
  }

  /// A labelled pair of spans, by their names.
  struct Relation {
    var head: String
    var tail: String
    var label: String
    /// Its bytes in the file.
    var source: Range<Int>?
  }

  var id: String?
  var image: String?
  var text = ""
  var unit = OffsetUnit.codePoints
  var spans: [Span] = []
  var relations: [Relation] = []
  var attributes: [String: String] = [:]
  /// The words, where the format gives them with their places; else blanks separate them.
  var tokens: [(text: String, start: Int, end: Int)]?

  /// The label of a span that is only an end of a relation, in formats that label every span.
  static let untyped = "UNTYPED"
  /// The key under which posts keep what their file answered about them.
  static let answerName = "answer"

  /// The label as a format writes it that labels every span.
  static func spelled(_ label: String?) -> String { label ?? untyped }
  /// The same, read.
  static func label(_ text: String) -> String? { text == untyped ? nil : text }

  /// The bytes of the given words. A word outside the text is as good as empty, so that the words
  /// stay in order.
  func wordBytes(in text: CharacterText) -> [Range<Int>] {
    var end = 0
    return (tokens ?? []).map { token in
      let low = max(end, text.byte(at: token.start) ?? end)
      let high = max(low, text.byte(at: token.end) ?? low)
      end = high
      return low..<high
    }
  }

  /// What a post says that no format of spans has a place for.
  static func lacks(_ post: Post) -> String? {
    post.mentions.first { $0.type.rawValue == untyped }.map { _ in
      "the type \(untyped), which stands for ends of relations without one,"
    }
  }
}

/// A record once its words are known: which tokens its spans are, and which of them are mentions.
struct SpanReading {
  let text: CharacterText
  /// The bytes of each word in the text.
  let words: [Range<Int>]
  let tokens: [Token]
  /// The tokens of each span of the record; nil for those outside the text.
  private(set) var ranges: [Range<Int>?] = []
  /// The mentions by the index of their span, sorted by range.
  private(set) var mentions: [(span: Int, mention: EntityMention)] = []
  /// The pairs by the index of their relation.
  private(set) var relations: [(relation: Int, pair: RelationMention)] = []
  /// What was left out.
  private(set) var problems: [Finding.Problem] = []

  init(_ record: SpanRecord) {
    text = CharacterText(record.text, unit: record.unit)
    let places = record.spans.map { [text] in text.range($0.start, $0.end) }
    if let given = record.tokens {
      tokens = given.map { Token($0.text) }
      words = record.wordBytes(in: text)
    } else {
      words = text.words(cutBy: places.compactMap(\.self))
      tokens = words.map { [text] in Token(text.slice($0)) }
    }
    ranges = places.map { [words] in $0.flatMap { Self.tokens(of: $0, in: words) } }
    for (span, range) in zip(record.spans, ranges) where range == nil {
      problems.append(.spanOutside(start: span.start, end: span.end, characters: text.count))
    }
    addMentions(record)
    addRelations(record)
  }

  private mutating func addMentions(_ record: SpanRecord) {
    let labelled = record.spans.indices.filter { record.spans[$0].label != nil }
      .compactMap { [ranges] i in ranges[i].map { (i, $0) } }
      .sorted { $0.1.lowerBound < $1.1.lowerBound }
    var end = 0
    for (i, range) in labelled {
      guard let label = record.spans[i].label, !label.isEmpty else { continue }
      guard range.lowerBound >= end else {
        problems.append(.mentionOverlap(start: range.lowerBound, end: range.upperBound))
        continue
      }
      end = range.upperBound
      mentions.append((i, EntityMention(range, .normalized(label))))
    }
  }

  private mutating func addRelations(_ record: SpanRecord) {
    let named = Dictionary(zip(record.spans.map(\.name), ranges)) { first, _ in first }
    for (i, relation) in record.relations.enumerated() {
      guard let head = named[relation.head] ?? nil, let tail = named[relation.tail] ?? nil else {
        problems.append(.relationEnds(relation.label))
        continue
      }
      relations.append((i, RelationMention(head: head, tail: tail, label: relation.label)))
    }
  }

  /// Where some words stand, in the unit of the record.
  func places(_ range: Range<Int>) -> Range<Int> {
    text.places(words[range.lowerBound].lowerBound..<words[range.upperBound - 1].upperBound)
  }

  /// The words that some bytes touch.
  private static func tokens(of span: Range<Int>, in words: [Range<Int>]) -> Range<Int>? {
    var (low, high) = (0, words.count)
    while low < high {
      let middle = (low + high) / 2
      if words[middle].upperBound <= span.lowerBound { low = middle + 1 } else { high = middle }
    }
    let first = low
    high = words.count
    while low < high {
      let middle = (low + high) / 2
      if words[middle].lowerBound < span.upperBound { low = middle + 1 } else { high = middle }
    }
    return first < low ? first..<low : nil
  }

  /// The post, or what is wrong with it as a whole.
  func post(
    _ record: SpanRecord, line: Int, _ findings: inout FindingCollector
  ) throws -> ParsedPost? {
    let bytes = max(record.id?.utf8.count ?? 0, record.image?.utf8.count ?? 0)
    let name = record.id ?? record.image ?? "line\(line)"
    if bytes > Bounds.id {
      try findings.add(.idTooLong(bytes: bytes), line: line)
      return nil
    }
    if tokens.isEmpty || tokens.count > Bounds.tokens {
      try findings.add(
        tokens.isEmpty ? .postWithoutTokens(id: name) : .tooManyTokens(id: name), line: line)
      return nil
    }
    for problem in problems { try findings.add(problem, line: line) }
    var post = ParsedPost(id: record.id, imageID: record.image, tokens: Tokens(tokens), line: line)
    post.mentions = mentions.map(\.mention)
    post.relations = relations.map(\.pair)
    post.attributes = record.attributes
    return post
  }
}
