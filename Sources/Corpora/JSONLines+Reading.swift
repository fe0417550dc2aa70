import Files
import Records

/// Twinlens JSON Lines: one post a line (docs/formats.md).
package enum JSONLines {}

extension JSONLines {
  /// Reads all posts of a file.
  /// - Parameter tagNames: the tags that numbers stand for.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String, strict: Bool, reading: BIO.Reading,
    tagNames: [String] = []
  ) throws -> ParsedFile {
    let pieces = ReadingInPieces().pieces(of: bytes) {
      ReadingInPieces.recordStart(bytes, from: $0)
    }
    func read(_ scheme: TaggingScheme) throws -> (file: ParsedFile, tally: TaggingScheme.Tally) {
      let read = ReadingInPieces.read(pieces, bytes) { bytes in
        var piece = ParsedPiece(findings: FindingCollector(file: file, strict: strict))
        do {
          try self.read(bytes, reading, tagNames, scheme, &piece)
        } catch { piece.failure = error }
        return piece
      }
      return try ParsedPiece.joined(read, findings: FindingCollector(file: file, strict: strict))
    }
    // Nearly every file is IOB2, and is read once.
    var (result, tally) = try read(.iob2)
    let scheme = tally.scheme
    if scheme != .iob2 { (result, tally) = try read(scheme) }
    result.scheme = scheme
    return result
  }

  private static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reading: BIO.Reading, _ tagNames: [String],
    _ scheme: TaggingScheme, _ piece: inout ParsedPiece
  ) throws {
    var tokens = TokenBuilder()
    var line = Line()
    defer { tokens.close(&piece.file.posts, isLast: true) }
    try forEachLine(bytes) { content, _ in
      piece.lines += 1
      let number = piece.lines
      guard !trim(bytes, content).isEmpty else { return }
      guard content.count <= Bounds.line else {
        return try piece.findings.add(.lineTooLong(bytes: content.count), line: number)
      }
      line.clear()
      line.looksForMisc = !piece.knowsMisc
      do {
        try line.read(bytes, content, into: &tokens, tagNames: tagNames)
      } catch let failure as JSONScanner.Failure {
        tokens.dropPost()
        let column = failure.offset - content.lowerBound + 1
        return try piece.findings.add(.syntax(column: column, failure.reason), line: number)
      }
      let bytes = max(line.id?.utf8.count ?? 0, line.image?.utf8.count ?? 0)
      if bytes > Bounds.id {
        tokens.dropPost()
        return try piece.findings.add(.idTooLong(bytes: bytes), line: number)
      }
      if !piece.knowsMisc, let misc = line.misc {
        piece.file.misc = misc
        piece.knowsMisc = true
      }
      if let tags = line.tags { piece.tally.add(post: tags) }
      let post = try post(line, number, reading, scheme, &piece.findings)
      tokens.endPost(at: piece.file.posts.count)
      piece.file.posts.append(post)
      tokens.close(&piece.file.posts)
    }
  }

  static func post(
    _ line: Line, _ number: Int, _ reading: BIO.Reading, _ scheme: TaggingScheme,
    _ findings: inout FindingCollector
  ) throws -> ParsedPost {
    let count = line.count
    var post = ParsedPost(
      id: line.id, imageID: line.image, attributes: line.attributes, line: number)
    if line.mentionsKey == nil, let tags = line.tags {
      let read = BIO.mentions(of: tags, reading: reading, scheme: scheme)
      post.mentions = read.mentions
      for irregular in read.irregularities {
        try findings.add(.tag(tags[irregular.token], irregular.kind), line: number)
      }
    }
    var end = 0
    for mention in line.mentions.sorted(by: { $0.start < $1.start }) {
      guard mention.start >= 0, mention.start < mention.end, mention.end <= count else {
        try findings.add(
          .mentionOutside(start: mention.start, end: mention.end, tokens: count), line: number)
        continue
      }
      guard mention.start >= end else {
        try findings.add(.mentionOverlap(start: mention.start, end: mention.end), line: number)
        continue
      }
      end = mention.end
      post.mentions.append(
        EntityMention(mention.start..<mention.end, .normalized(mention.type)))
    }
    for relation in line.relations {
      let ends = [relation.head, relation.tail]
      if let wrong = ends.first(where: { $0.start < 0 || $0.start >= $0.end || $0.end > count }) {
        try findings.add(
          .mentionOutside(start: wrong.start, end: wrong.end, tokens: count), line: number)
        continue
      }
      post.relations.append(
        RelationMention(
          head: relation.head.start..<relation.head.end,
          tail: relation.tail.start..<relation.tail.end, label: relation.label))
    }
    return post
  }

  /// The fields of one line, ranges not yet checked.
  struct Line {
    typealias Ends = (start: Int, end: Int)
    /// Nil where the line has none; Hugging Face's are often numbers.
    var id: String?
    var image: String?
    /// The hash of the picture inside the line; nil where none is, or nobody asks.
    var embedded: UInt64?
    private var hasTokens = false
    private var isAnswer = false
    /// How many words it has.
    var count = 0
    var mentions: [(start: Int, end: Int, type: String)] = []
    var relations: [(head: Ends, tail: Ends, label: String)] = []
    var attributes: [String: String] = [:]
    var tags: [String]?
    /// The key of the tags: `tags` or Hugging Face's `ner_tags`.
    var tagsKey: String?
    /// The tags that the line has as numbers stand for; nil where it has texts.
    var tagNames: [String]?
    /// The key of the mentions: `mentions` or `entities`.
    var mentionsKey: String?
    /// The key of a mention's type: `type` or `label`.
    var typeKey = "type"
    /// Where the values of the top-level keys stand, for the writer.
    private(set) var fields = JSONFields()
    /// Whether the line is asked for its word for MISC.
    var looksForMisc = true
    /// The word the line uses for MISC, nil when it uses none.
    var misc: String?

    /// Forgets a line and keeps the room of its fields for the next.
    mutating func clear() {
      var fields = fields
      self = Line()
      fields.removeAll()
      self.fields = fields
    }

    /// - Parameters:
    ///   - tokens: takes the words and tags as an open post; some of them when this throws.
    ///   - isAnswer: whether it may be a line that `predict` wrote.
    mutating func read(
      _ bytes: UnsafeBufferPointer<UInt8>, _ content: Range<Int>, into tokens: inout TokenBuilder,
      tagNames: [String] = [], isAnswer: Bool = false
    ) throws {
      var scanner = JSONScanner(bytes, in: content)
      self.isAnswer = isAnswer
      var fields = JSONFields()
      swap(&fields, &self.fields)
      defer { swap(&fields, &self.fields) }
      try fields.read(&scanner) { key, scanner in
        // What `predict` answers for pairs stands under another name.
        let name = isAnswer && key == "pairs" ? "relations" : key
        try readValue(of: name, &scanner, &tokens, tagNames)
      }
      try scanner.finish()
      if id?.isEmpty == true {
        throw scanner.failure("empty \"id\"; give the post another or none")
      }
      count = tokens.count
      guard count > 0 else {
        throw scanner.failure(
          hasTokens
            ? "no word in \"tokens\"; a post needs one"
            : "no \"tokens\"; give the words as an array")
      }
      guard let tags else { return }
      guard tags.count == count else {
        throw scanner.failure("\(tags.count) tags for \(count) tokens")
      }
      tokens.tag(tags)
    }

    /// A name, or bytes and path as Hugging Face writes an image.
    private mutating func readImage(_ scanner: inout JSONScanner) throws {
      if scanner.peek() == UInt8(ascii: "{") {
        try scanner.object { key, scanner in
          switch key {
          case "bytes" where isAnswer: embedded = try Self.hash(&scanner) ?? embedded
          case "path": image = scanner.null() ? nil : try scanner.string()
          default: try scanner.skip()
          }
        }
      } else {
        image = scanner.null() ? nil : try scanner.string()
      }
    }

    private static func hash(_ scanner: inout JSONScanner) throws -> UInt64? {
      if scanner.null() { return nil }
      var hash = FNV1a()
      hash.add(bytes: try scanner.string().utf8)
      return hash.value
    }

    private mutating func readValue(
      of key: String, _ scanner: inout JSONScanner, _ tokens: inout TokenBuilder,
      _ names: [String]
    ) throws {
      switch key {
      case "id": id = scanner.null() ? nil : try scanner.scalarText()
      case "image": try readImage(&scanner)
      case "image_base64" where isAnswer: embedded = try Self.hash(&scanner) ?? embedded
      case "tokens":
        hasTokens = true
        try scanner.array {
          try tokens.append(from: &$0)
          if tokens.count > Bounds.tokens {
            throw $0.failure("more than \(Bounds.tokens) tokens; split the post")
          }
        }
      case "tags", "ner_tags":
        guard tagsKey == nil else {
          throw scanner.failure("\"tags\" and \"ner_tags\"; leave one of them")
        }
        tagsKey = key
        try readTags(&scanner, names)
      case "mentions", "entities":
        guard mentionsKey == nil else {
          throw scanner.failure("\"mentions\" and \"entities\"; leave one of them")
        }
        mentionsKey = key
        try readMentions(&scanner)
      case "relations": try readRelations(&scanner)
      case "attributes":
        try scanner.object { attributes[$0] = try $1.scalarText() }
      default: try scanner.skip()
      }
    }

    private mutating func readTags(_ scanner: inout JSONScanner, _ names: [String]) throws {
      var tags: [String] = []
      try scanner.array { scanner in
        if scanner.peek() == UInt8(ascii: "\"") { return tags.append(try scanner.string()) }
        let number = try scanner.integer()
        guard !names.isEmpty else {
          throw scanner.failure(
            "numbers in place of tags; say what they stand for in dataset.toml: "
              + "tags = [\"O\", \"B-PER\", …]")
        }
        guard names.indices.contains(number) else {
          throw scanner.failure("\(number) is none of the \(names.count) tags of dataset.toml")
        }
        tagNames = names
        tags.append(names[number])
      }
      self.tags = tags
      if looksForMisc, let first = tags.first(where: { BIO.Tag($0).type == .miscellaneous }) {
        noteMisc(first.hasSuffix(EntityType.otherSpelling))
      }
    }

    private mutating func readMentions(_ scanner: inout JSONScanner) throws {
      try scanner.array { scanner in
        let (start, end, type, key) = try scanner.keyedMention()
        typeKey = key
        mentions.append((start, end, type))
        if EntityType.normalized(type) == .miscellaneous {
          noteMisc(type == EntityType.otherSpelling)
        }
      }
    }

    private mutating func readRelations(_ scanner: inout JSONScanner) throws {
      try scanner.array { scanner in
        var head: [Int] = []
        var tail: [Int] = []
        var label: String?
        try scanner.object { key, scanner in
          switch key {
          case "head": try scanner.array { head.append(try $0.integer()) }
          case "tail": try scanner.array { tail.append(try $0.integer()) }
          case "label": label = try scanner.string()
          default: try scanner.skip()
          }
        }
        guard head.count == 2, tail.count == 2, let label else {
          throw scanner.failure(
            "a relation needs \"head\" and \"tail\" as [start,end] and a \"label\"")
        }
        relations.append(((head[0], head[1]), (tail[0], tail[1]), label))
      }
    }

    private mutating func noteMisc(_ other: Bool) {
      if misc == nil {
        misc = other ? EntityType.otherSpelling : EntityType.miscellaneous.rawValue
      }
    }
  }
}
