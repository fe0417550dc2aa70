import Files
import Records

/// The text format of MNRE: a Python dict, or the same as JSON, per line, one labelled pair of one
/// post each (docs/formats.md).
///
/// Lines with the same tokens and picture are the pairs of one post, which stands where the first
/// of them stands.
package enum MNREText {
  /// One line: a pair and the text it stands in.
  struct Line {
    typealias Ends = (start: Int, end: Int)
    var tokens: [String] = []
    var image = ""
    var head: Ends?
    var tail: Ends?
    var label: String?
    /// Where the values of the top-level keys stand, for the writer.
    var ranges: [String: Range<Int>] = [:]
    /// Whether the line is JSON; else it is a Python dict.
    var isJSON = false

    /// A text as the line writes strings.
    func quoted(_ text: String) -> String {
      isJSON ? JSONScanner.quoted(text) : PythonScanner.quoted(text)
    }

    /// Which post the pair belongs to.
    struct Group: Hashable {
      let tokens: [String]
      let image: String
    }
    var group: Group { Group(tokens: tokens, image: image) }

    /// Reads the dict of a line; the other keys of it are passed over.
    /// - Throws: `PythonScanner.Failure`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ content: Range<Int>) throws {
      // `{"` begins JSON, where escapes mean something else, or a dict in Python's other quotes.
      let inner = trim(bytes, content)
      let second = inner.dropFirst().first { !isBlank(bytes[$0]) }
      var reason: ScanFailure?
      if let second, bytes[second] == UInt8(ascii: "\"") {
        do {
          try read(JSONScanner(bytes, in: content))
          isJSON = true
          return
        } catch let failure as ScanFailure { reason = failure }
      }
      self = Self()
      do {
        try read(PythonScanner(bytes, in: content))
      } catch let failure as ScanFailure {
        // Whichever reading came further knows better what is wrong.
        if let reason, reason.offset > failure.offset { throw reason }
        throw failure
      }
    }

    private init() {}

    private mutating func read(_ whole: some RecordScanner) throws {
      var scanner = whole
      try scanner.object { key, scanner in
        _ = scanner.peek()
        let start = scanner.position
        guard ranges[key] == nil else {
          throw scanner.failure("key \(PythonScanner.quoted(key)) appears twice")
        }
        switch key {
        case "token": try scanner.array { tokens.append(try $0.string()) }
        case "img_id": image = try scanner.string()
        case "relation": label = try scanner.string()
        case "h": head = try Self.span(&scanner)
        case "t": tail = try Self.span(&scanner)
        default: _ = try scanner.skip(depth: 64)
        }
        ranges[key] = start..<scanner.position
      }
      try scanner.finish()
      for key in ["token", "h", "t", "relation"] where ranges[key] == nil {
        throw scanner.failure("no key '\(key)'")
      }
    }

    private static func span(_ scanner: inout some RecordScanner) throws -> Ends {
      var ends: [Int] = []
      try scanner.object { key, scanner in
        if key == "pos" {
          try scanner.array { scanner in
            guard ends.count < 2 else { throw scanner.failure("'pos' has more than two numbers") }
            ends.append(try scanner.integer())
          }
        } else {
          _ = try scanner.skip(depth: 64)
        }
      }
      guard ends.count == 2 else { throw scanner.failure("no 'pos' of two numbers") }
      return (ends[0], ends[1])
    }

    /// The pair, or what is wrong with the line's content.
    var checked: Result<RelationMention, Refusal> {
      let count = tokens.count
      if tokens.isEmpty { return .failure(Refusal(problem: .postWithoutTokens(id: image))) }
      if count > Bounds.tokens { return .failure(Refusal(problem: .tooManyTokens(id: image))) }
      if image.utf8.count > Bounds.id {
        return .failure(Refusal(problem: .idTooLong(bytes: image.utf8.count)))
      }
      guard let head, let tail, let label else {
        return .failure(Refusal(problem: .postWithoutTokens(id: image)))
      }
      for ends in [head, tail]
      where ends.start < 0 || ends.start >= ends.end || ends.end > count {
        return .failure(
          Refusal(problem: .mentionOutside(start: ends.start, end: ends.end, tokens: count)))
      }
      return .success(
        RelationMention(
          head: head.start..<head.end, tail: tail.start..<tail.end, label: label))
    }

    struct Refusal: Error { let problem: Finding.Problem }
  }

  /// Calls `body` with every line that holds a pair, and `note` with what is wrong on the others.
  static func walk(
    _ bytes: UnsafeBufferPointer<UInt8>,
    _ note: (_ problem: Finding.Problem, _ number: Int) throws -> Void,
    _ body: (
      _ line: Line, _ pair: RelationMention, _ number: Int, _ range: Range<Int>
    ) throws -> Void
  ) throws {
    var number = 0
    try forEachLine(bytes) { content, range in
      number += 1
      guard !trim(bytes, content).isEmpty else { return }
      guard content.count <= Bounds.line else {
        return try note(.lineTooLong(bytes: content.count), number)
      }
      let line: Line
      do {
        line = try Line(bytes, content)
      } catch let failure as ScanFailure {
        let column = failure.offset - content.lowerBound + 1
        return try note(.syntax(column: column, failure.reason), number)
      }
      switch line.checked {
      case .success(let pair): try body(line, pair, number, range)
      case .failure(let refusal): try note(refusal.problem, number)
      }
    }
  }

  /// Reads all posts of a file, in the order of their first lines; a post's pairs in the order of
  /// theirs. Spans of pairs have no types, so posts have no mentions.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String, strict: Bool
  ) throws -> ParsedFile {
    var result = ParsedFile()
    var findings = FindingCollector(file: file, strict: strict)
    var places: [Line.Group: Int] = [:]
    try walk(bytes) {
      try findings.add($0, line: $1)
    } _: { line, pair, number, _ in
      let place = places[line.group] ?? result.posts.count
      if place == result.posts.count {
        places[line.group] = place
        result.posts.append(
          ParsedPost(
            imageID: Self.stem(of: line.image), tokens: Tokens(line.tokens.map { Token($0) }),
            line: number))
      }
      result.posts[place].relations.append(pair)
    }
    result.findings = findings.all
    return result
  }

  /// The picture's id: its name without the extension of a picture; nil for an empty name.
  static func stem(of image: String) -> String? {
    if image.isEmpty { return nil }
    let ending = DataFile.fileExtension(of: image).lowercased()
    return ImageIndex.extensions.contains(ending) ? DataFile.stem(of: image) : image
  }
}
