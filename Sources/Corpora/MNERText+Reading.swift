import Files

/// The text format of Twitter-2015 and Twitter-2017: `IMGID:` blocks of word, tab, tag
/// (docs/formats.md).
package enum MNERText {}

/// A post before it has its key in the dataset.
struct ParsedPost: Sendable {
  /// The id the file gives, if it gives one.
  var id: String?
  var imageID: String?
  var tokens = Tokens.none
  var mentions: [EntityMention] = []
  var relations: [RelationMention] = []
  var attributes: [String: String] = [:]
  var line: Int
}

/// The posts of one file and what was noticed while reading them.
struct ParsedFile: Sendable {
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
    let pieces = ReadingInPieces().pieces(of: bytes) { start(of: layout, bytes, from: $0) }
    func read(_ scheme: TaggingScheme) throws -> (file: ParsedFile, tally: TaggingScheme.Tally) {
      let read = ReadingInPieces.read(pieces, bytes) { piece in
        var reader = Reader(
          bytes: piece, file: file, strict: strict, reading: reading, layout: layout,
          scheme: scheme)
        return reader.piece()
      }
      return try ParsedPiece.joined(read, findings: FindingCollector(file: file, strict: strict))
    }
    // Nearly every file is IOB2, and is read once.
    var (result, tally) = try read(.iob2)
    let scheme = tally.scheme
    if scheme != .iob2 { (result, tally) = try read(scheme) }
    result.scheme = scheme
    result.wordOffset = layout.wordOffset
    return result
  }

  /// The first line from a place on at which a post begins, whatever stands above it.
  private static func start(
    of layout: ColumnLayout, _ bytes: UnsafeBufferPointer<UInt8>, from place: Int
  ) -> Int? {
    var start = ReadingInPieces.lineStart(bytes, from: place)
    var isBelowBlank = false
    while let line = start, line < bytes.count {
      let next = ReadingInPieces.lineStart(bytes, from: line + 1) ?? bytes.count
      if layout.hasHeaders {
        if MNERLine.isHeader(bytes, line..<next) { return line }
      } else if isBelowBlank, bytes[line] < 0x80 {
        // Nothing that could be taken for the mark at the beginning of a file.
        return line
      }
      isBelowBlank = (line..<next).allSatisfy { bytes[$0] == 0x0A || bytes[$0] == 0x0D }
      start = next
    }
    return nil
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
    private var tokens = TokenBuilder()
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

    /// Reads all of the bytes.
    mutating func piece() -> ParsedPiece {
      var lines = 0
      var failure: (any Error)?
      do {
        try MNERLine.walk(bytes, layout) { line, number, _ in
          lines = number
          try add(line, number)
        }
        try closePost()
      } catch { failure = error }
      tokens.close(&result.posts, isLast: true)
      return ParsedPiece(
        file: result, tally: tally, findings: findings, failure: failure, knowsMisc: miscSeen,
        lines: lines)
    }

    private mutating func add(_ line: MNERLine, _ number: Int) throws {
      switch line {
      case .blank:
        if layout.hasBlankAfterHeader, header != nil, tokens.count == 0 { return }
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
      // As it will be written: what is no UTF-8 grows.
      let length = id.utf8.count
      if length > Bounds.id {
        // The words that follow belong to a post that is left out: no finding for each.
        try findings.add(.idTooLong(bytes: length), line: number)
        outside = true
      } else {
        header = (number, range.isEmpty ? nil : id)
      }
    }

    private mutating func add(
      _ word: Range<Int>, _ tag: Range<Int>, _ fields: Int, _ number: Int
    ) throws {
      var other: String?
      if bytes[word].contains(where: { $0 >= 0x80 }) {
        let (text, valid) = text(bytes, word)
        if !valid { try findings.add(.invalidUTF8, line: number) }
        other = text
      }
      if fields > 2, fields != layout.columns {
        try findings.add(.tooManyFields(fields), line: number)
      }
      if word.isEmpty { try findings.add(.emptyWord, line: number) }
      if tag.count == 1, bytes[tag.lowerBound] == UInt8(ascii: "O") {
        append(word, other, tag: "O")
        tags.append(.outside)
        tally.addOutside()
      } else {
        let (tag, valid) = text(bytes, tag)
        if !valid { try findings.add(.invalidUTF8, line: number) }
        append(word, other, tag: tag)
        tags.append(parse(tag))
        tally.add(tag)
        labelled = true
      }
      lines.append(number)
    }

    /// Adds a word to the open post; one that is not ASCII as a text.
    private mutating func append(_ word: Range<Int>, _ text: String?, tag: String) {
      if let text {
        tokens.append(text, tag: tag)
      } else {
        tokens.append(utf8: UnsafeBufferPointer(rebasing: bytes[word]), tag: tag)
      }
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
        tags.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        labelled = false
        tooLong = false
      }
      if tooLong {
        tokens.dropPost()
        return try findings.add(.tooManyTokens(id: id ?? "?"), line: line)
      }
      if tokens.count == 0 {
        return try findings.add(.postWithoutTokens(id: id ?? "?"), line: line)
      }
      var post = ParsedPost(imageID: id, line: line)
      if labelled {
        let read = BIO.mentions(of: tags, reading: reading, scheme: scheme)
        post.mentions = read.mentions
        for irregular in read.irregularities {
          let tag = tokens.tag(irregular.token) ?? ""
          try findings.add(.tag(tag, irregular.kind), line: lines[irregular.token])
        }
      }
      tokens.endPost(at: result.posts.count)
      result.posts.append(post)
      tokens.close(&result.posts)
    }
  }
}
