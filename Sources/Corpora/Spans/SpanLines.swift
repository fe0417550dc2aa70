import Files
import Foundation
import Records

/// Files with a JSON record of a text on each line: what doccano's and Prodigy's have in common.
enum SpanLines {
  /// What a format knows of one line.
  protocol Line {
    /// - Throws: `ScanFailure`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ content: Range<Int>) throws
    var record: SpanRecord { get }
    /// What to change so that the line says what a post says.
    func patches(
      _ bytes: UnsafeBufferPointer<UInt8>, _ reading: SpanReading, _ post: Post, misc: String
    ) -> [Patch]
  }

  /// Reads all posts of a file.
  static func read<L: Line>(
    _ line: L.Type, _ bytes: UnsafeBufferPointer<UInt8>, _ request: DataFormat.ReadingRequest
  ) throws -> ParsedFile {
    var result = ParsedFile()
    var findings = FindingCollector(file: request.file, strict: request.strict)
    var number = 0
    var words = MiscWord()
    try forEachLine(bytes) { content, _ in
      number += 1
      guard !trim(bytes, content).isEmpty else { return }
      guard content.count <= Bounds.line else {
        return try findings.add(.lineTooLong(bytes: content.count), line: number)
      }
      let record: SpanRecord
      do {
        record = try L(bytes, content).record
      } catch let failure as ScanFailure {
        let column = failure.offset - content.lowerBound + 1
        return try findings.add(.syntax(column: column, failure.reason), line: number)
      }
      words.note(record)
      if let post = try SpanReading(record).post(record, line: number, &findings) {
        result.posts.append(post)
      }
    }
    result.misc = words.misc
    result.findings = findings.all
    return result
  }

  /// The file's bytes with the labels of edited posts changed, and nothing else.
  static func rewrite<L: Line>(
    _ line: L.Type, _ bytes: [UInt8], _ request: DataFormat.RewritingRequest
  ) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      var patches: [Patch] = []
      var number = 0
      forEachLine(buffer) { content, _ in
        number += 1
        guard let post = request.edited[number], let line = try? L(buffer, content) else { return }
        patches += line.patches(buffer, SpanReading(line.record), post, misc: request.misc)
      }
      return patches.applied(to: buffer)
    }
  }
}

/// A file's word for MISC: what it uses first.
struct MiscWord {
  private(set) var misc = EntityType.miscellaneous.rawValue
  private var isKnown = false

  mutating func note(_ record: SpanRecord) {
    guard !isKnown,
      let first = record.spans.first(where: {
        $0.label.map { EntityType.normalized($0) } == .miscellaneous
      })
    else { return }
    isKnown = true
    misc = first.label ?? misc
  }
}

/// Where the values of an object's keys stand.
///
/// Objects have few keys, which are compared one by one; a hostile one may have a million.
struct KeyRanges {
  private var few: [(key: String, range: Range<Int>)] = []
  private var more: [String: Range<Int>] = [:]

  private static let most = 16

  subscript(key: String) -> Range<Int>? {
    few.first { $0.key == key }?.range ?? (more.isEmpty ? nil : more[key])
  }

  var isEmpty: Bool { few.isEmpty }

  /// Adds a key that is not there yet.
  mutating func add(_ key: String, _ range: Range<Int>) {
    if few.count < Self.most { few.append((key, range)) } else { more[key] = range }
  }

  /// Forgets the keys and keeps the room for the next object's.
  mutating func removeAll() {
    few.removeAll(keepingCapacity: true)
    if !more.isEmpty { more = [:] }
  }
}

/// A JSON object of a file, with the places of its fields.
struct JSONFields {
  /// Where the values stand, by key.
  private(set) var values = KeyRanges()
  /// The byte of the closing brace.
  private(set) var close = 0

  /// Calls `body` for each key; it must consume the value.
  /// - Throws: `ScanFailure`, also for a key that stands twice.
  mutating func read(
    _ scanner: inout JSONScanner, _ body: (_ key: String, inout JSONScanner) throws -> Void
  ) throws {
    try scanner.object { key, scanner in
      _ = scanner.peek()
      let start = scanner.position
      guard values[key] == nil else {
        throw scanner.failure("key \(JSONScanner.quoted(key)) appears twice")
      }
      try body(key, &scanner)
      values.add(key, start..<scanner.position)
    }
    close = scanner.position - 1
  }

  /// Forgets the fields and keeps the room for the next object's.
  mutating func removeAll() { values.removeAll() }

  /// Another value for a key, or the key with it where the object has none.
  func putting(_ key: String, _ value: String) -> Patch {
    if let range = values[key] { return Patch(range: range, text: value) }
    let comma = values.isEmpty ? "" : ","
    return Patch(range: close..<close, text: "\(comma)\(JSONScanner.quoted(key)):\(value)")
  }
}

extension JSONScanner {
  /// A string; nil for any other value, which is passed over.
  mutating func optionalString() throws -> String? {
    if peek() == UInt8(ascii: "\"") { return try string() }
    try skip()
    return nil
  }

  /// A string or a number as text; nil for null, and for lists and objects, which are passed over.
  mutating func optionalText() throws -> String? {
    switch peek() {
    case UInt8(ascii: "n"), UInt8(ascii: "{"), UInt8(ascii: "["):
      try skip()
      return nil
    default: return try scalarText()
    }
  }

  /// A whole number; nil for any other value, which is passed over.
  mutating func optionalInteger() throws -> Int? {
    guard let first = peek(), first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
      try skip()
      return nil
    }
    return Int(try scalarText())
  }

  /// The plain values of an object, as texts; nothing for any other value.
  mutating func texts() throws -> [String: String] {
    guard peek() == UInt8(ascii: "{") else {
      try skip()
      return [:]
    }
    var texts: [String: String] = [:]
    try object { key, scanner in texts[key] = try scanner.optionalText() }
    return texts
  }

  /// A list of `body`'s elements, each with its bytes; nothing where there is null.
  mutating func items(
    _ body: (inout JSONScanner, _ source: (Int) -> Range<Int>) throws -> Void
  ) throws {
    if null() { return }
    try array { scanner in
      _ = scanner.peek()
      let start = scanner.position
      func source(_ end: Int) -> Range<Int> { start..<end }
      try body(&scanner, source)
    }
  }
}

/// How files of other tools name pictures.
enum PictureName {
  /// The picture's id: the last part of an address or an absolute path, else the name as it is;
  /// nil for a picture that stands in the file itself.
  static func id(_ text: String?) -> String? {
    guard let text, !text.isEmpty, !text.hasPrefix("data:") else { return nil }
    let isAddress = text.hasPrefix("/") || text.contains("://")
    guard isAddress, let slash = text.lastIndex(of: "/") else { return text }
    let name = String(text[text.index(after: slash)...])
    return name.isEmpty ? nil : name.removingPercentEncoding ?? name
  }
}

extension SpanRecord {
  /// Attributes of a post as a JSON object.
  static func text(of attributes: [String: String]) -> String {
    let items = attributes.sorted { $0.key < $1.key }
      .map { "\(JSONScanner.quoted($0.key)):\(JSONScanner.quoted($0.value))" }
    return "{\(items.joined(separator: ","))}"
  }
}
