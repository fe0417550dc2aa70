/// Twinlens JSON Lines: one post a line (docs/formats.md).
public enum JSONLines {}

extension JSONLines {
  /// Reads all posts of a file.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String, strict: Bool, reading: BIO.Reading
  ) throws -> ParsedFile {
    var result = ParsedFile()
    var findings = FindingCollector(file: file, strict: strict)
    var number = 0
    var miscSeen = false
    try forEachLine(bytes) { content, _ in
      number += 1
      guard !trim(bytes, content).isEmpty else { return }
      guard content.count <= Bounds.line else {
        return try findings.add(.lineTooLong(bytes: content.count), line: number)
      }
      var line = Line()
      do {
        try line.read(bytes, content)
      } catch let failure as JSONScanner.Failure {
        let column = failure.offset - content.lowerBound + 1
        return try findings.add(.syntax(column: column, failure.reason), line: number)
      }
      if line.id.utf8.count > Bounds.id || (line.image?.utf8.count ?? 0) > Bounds.id {
        let bytes = max(line.id.utf8.count, line.image?.utf8.count ?? 0)
        return try findings.add(.idTooLong(bytes: bytes), line: number)
      }
      if !miscSeen, let misc = line.misc {
        result.misc = misc
        miscSeen = true
      }
      result.posts.append(try post(line, number, reading, &findings))
    }
    result.findings = findings.all
    return result
  }

  private static func post(
    _ line: Line, _ number: Int, _ reading: BIO.Reading, _ findings: inout FindingCollector
  ) throws -> ParsedPost {
    let count = line.tokens.count
    var post = ParsedPost(
      id: line.id, imageID: line.image, tokens: [], attributes: line.attributes, line: number)
    if let tags = line.tags {
      post.tokens = zip(line.tokens, tags).map { Token($0, originalTag: $1) }
    } else {
      post.tokens = line.tokens.map { Token($0) }
    }
    if line.ranges["mentions"] == nil, let tags = line.tags {
      let read = BIO.mentions(of: tags, reading: reading)
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
    var id = ""
    var image: String?
    var tokens: [String] = []
    var mentions: [(start: Int, end: Int, type: String)] = []
    var relations: [(head: Ends, tail: Ends, label: String)] = []
    var attributes: [String: String] = [:]
    var tags: [String]?
    /// Where the values of the top-level keys stand, for the writer.
    var ranges: [String: Range<Int>] = [:]
    /// The byte of the closing brace.
    var close = 0
    /// The word the line uses for MISC, nil when it uses none.
    var misc: String?

    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ content: Range<Int>) throws {
      var scanner = JSONScanner(bytes, in: content)
      try scanner.object { key, scanner in
        _ = scanner.peek()
        let start = scanner.position
        guard ranges[key] == nil else {
          throw scanner.failure("key \(JSONScanner.quoted(key)) stands twice")
        }
        try readValue(of: key, &scanner)
        ranges[key] = start..<scanner.position
      }
      close = scanner.position - 1
      try scanner.finish()
      if id.isEmpty { throw scanner.failure("no \"id\"; give each post one") }
      if tokens.isEmpty { throw scanner.failure("no \"tokens\"; give the words as an array") }
      if let tags, tags.count != tokens.count {
        throw scanner.failure("\(tags.count) tags for \(tokens.count) tokens")
      }
    }

    private mutating func readValue(of key: String, _ scanner: inout JSONScanner) throws {
      switch key {
      case "id": id = try scanner.string()
      case "image": image = scanner.null() ? nil : try scanner.string()
      case "tokens":
        try scanner.array {
          tokens.append(try $0.string())
          if tokens.count > Bounds.tokens {
            throw $0.failure("more than \(Bounds.tokens) tokens; split the post")
          }
        }
      case "tags":
        var tags: [String] = []
        try scanner.array { tags.append(try $0.string()) }
        self.tags = tags
        if let first = tags.first(where: { BIO.Tag($0).type == .miscellaneous }) {
          noteMisc(first.hasSuffix(EntityType.otherSpelling))
        }
      case "mentions": try readMentions(&scanner)
      case "relations": try readRelations(&scanner)
      case "attributes":
        try scanner.object { attributes[$0] = try $1.scalarText() }
      default: try scanner.skip()
      }
    }

    private mutating func readMentions(_ scanner: inout JSONScanner) throws {
      try scanner.array { scanner in
        let (start, end, type) = try scanner.mention()
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
