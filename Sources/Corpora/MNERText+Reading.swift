import Files

/// The text format of Twitter-2015 and Twitter-2017: `IMGID:` blocks of word, tab, tag
/// (docs/formats.md).
package enum MNERText {}

/// A post before it has its key in the dataset.
struct ParsedPost {
  /// The id the file gives, if it gives one.
  var id: String?
  var imageID: String?
  var tokens: [Token]
  var mentions: [EntityMention] = []
  var relations: [RelationMention] = []
  var attributes: [String: String] = [:]
  var line: Int
}

/// The posts of one file and what was noticed while reading them.
struct ParsedFile {
  var posts: [ParsedPost] = []
  /// The file's word for MISC: what it uses first, `MISC` when it uses neither.
  var misc = EntityType.miscellaneous.rawValue
  var findings: [Finding] = []
  /// How the file spells mentions as tags.
  var scheme = TaggingScheme.iob2
  /// How many lines the first word of a post stands below the post's first line; nil where words
  /// have no lines of their own.
  var wordOffset: Int?
}

extension MNERText {
  /// Reads all posts of a file.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String, strict: Bool, reading: BIO.Reading
  ) throws -> ParsedFile {
    let layout = ColumnLayout(bytes) ?? ColumnLayout()
    func read(_ scheme: TaggingScheme) throws -> Reader {
      var reader = Reader(
        bytes: bytes, file: file, strict: strict, reading: reading, layout: layout, scheme: scheme)
      try MNERLine.walk(bytes, layout) { line, number, _ in try reader.add(line, number) }
      try reader.closePost()
      return reader
    }
    // Nearly every file is IOB2, and is read once.
    var reader = try read(.iob2)
    if reader.tally.scheme != .iob2 { reader = try read(reader.tally.scheme) }
    reader.result.findings = reader.findings.all
    reader.result.scheme = reader.scheme
    reader.result.wordOffset = layout.wordOffset
    return reader.result
  }

  private struct Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    let reading: BIO.Reading
    let layout: ColumnLayout
    let scheme: TaggingScheme
    var tally = TaggingScheme.Tally()
    var findings: FindingCollector
    var result = ParsedFile()
    /// The open post: its header line, id, and the lines of its tokens are consecutive but for bad
    /// ones.
    private var header: (line: Int, id: String?)?
    private var tokens: [Token] = []
    private var tags: [BIO.Tag] = []
    private var lines: [Int] = []
    private var labelled = false
    private var tooLong = false
    /// Set inside a run of words without a header, which is one finding.
    private var outside = false
    private var parsed: [String: BIO.Tag] = [:]
    private var miscSeen = false

    init(
      bytes: UnsafeBufferPointer<UInt8>, file: String, strict: Bool, reading: BIO.Reading,
      layout: ColumnLayout, scheme: TaggingScheme
    ) {
      self.bytes = bytes
      self.reading = reading
      self.layout = layout
      self.scheme = scheme
      findings = FindingCollector(file: file, strict: strict)
    }

    mutating func add(_ line: MNERLine, _ number: Int) throws {
      switch line {
      case .blank:
        if layout.hasBlankAfterHeader, header != nil, tokens.isEmpty { return }
        try closePost()
        outside = false
      case .header(let id):
        try closePost()
        outside = false
        try open(id, number)
      case .malformed(let problem):
        try findings.add(problem, line: number)
      case .word(let word, let tag, let fields):
        if !layout.hasHeaders, header == nil { header = (number, nil) }
        guard header != nil else {
          if !outside { try findings.add(.lineOutsidePost, line: number) }
          outside = true
          return
        }
        if tokens.count == Bounds.tokens {
          tooLong = true
          return
        }
        try add(word, tag, fields, number)
      }
    }

    private mutating func open(_ range: Range<Int>, _ number: Int) throws {
      let (id, valid) = text(bytes, range)
      if !valid { try findings.add(.invalidUTF8, line: number) }
      if range.isEmpty { try findings.add(.emptyPicture, line: number) }
      if range.count > Bounds.id {
        // The words that follow belong to a post that is left out: no finding for each.
        try findings.add(.idTooLong(bytes: range.count), line: number)
        outside = true
      } else {
        header = (number, range.isEmpty ? nil : id)
      }
    }

    private mutating func add(
      _ word: Range<Int>, _ tag: Range<Int>, _ fields: Int, _ number: Int
    ) throws {
      let (word, valid) = text(bytes, word)
      if !valid { try findings.add(.invalidUTF8, line: number) }
      if fields > 2, fields != layout.columns {
        try findings.add(.tooManyFields(fields), line: number)
      }
      if word.isEmpty { try findings.add(.emptyWord, line: number) }
      if tag.count == 1, bytes[tag.lowerBound] == UInt8(ascii: "O") {
        tokens.append(Token(word, originalTag: "O"))
        tags.append(.outside)
        tally.addOutside()
      } else {
        let (tag, valid) = text(bytes, tag)
        if !valid { try findings.add(.invalidUTF8, line: number) }
        tokens.append(Token(word, originalTag: tag))
        tags.append(parse(tag))
        tally.add(tag)
        labelled = true
      }
      lines.append(number)
    }

    private mutating func parse(_ text: String) -> BIO.Tag {
      if let tag = parsed[text] { return tag }
      let tag = scheme.tag(text)
      // A hostile file may have a million different tags; remember the first few only.
      if parsed.count < 256 { parsed[text] = tag }
      if !miscSeen, tag.type == .miscellaneous {
        miscSeen = true
        if text.hasSuffix(EntityType.otherSpelling) { result.misc = EntityType.otherSpelling }
      }
      return tag
    }

    mutating func closePost() throws {
      tally.addOutside()
      guard let (line, id) = header else { return }
      defer {
        header = nil
        tokens.removeAll(keepingCapacity: true)
        tags.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        labelled = false
        tooLong = false
      }
      if tooLong { return try findings.add(.tooManyTokens(id: id ?? "?"), line: line) }
      if tokens.isEmpty { return try findings.add(.postWithoutTokens(id: id ?? "?"), line: line) }
      // A copy of exactly the size: the working array keeps its capacity for the next post.
      let exact = tokens.withUnsafeBufferPointer { Array($0) }
      var post = ParsedPost(imageID: id, tokens: exact, line: line)
      if labelled {
        let read = BIO.mentions(of: tags, reading: reading, scheme: scheme)
        post.mentions = read.mentions
        for irregular in read.irregularities {
          let tag = tokens[irregular.token].originalTag ?? ""
          try findings.add(.tag(tag, irregular.kind), line: lines[irregular.token])
        }
      }
      result.posts.append(post)
    }
  }
}
