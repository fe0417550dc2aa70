import Files
import Foundation
import Records

/// One record of a stream: the words of a post, its pairs and where its picture is. Its labels are
/// passed over, as they are not needed to be asked about; so numbers in place of tags are taken,
/// too.
///
/// Keys are those of Twinlens JSON Lines and of Hugging Face's datasets (docs/streaming.md).
package struct StreamRecord: Sendable, Hashable {
  /// Where the picture is.
  package enum Picture: Sendable, Hashable {
    case none
    /// The name of a file or of a member of an archive.
    case named(String)
    /// The file itself.
    case bytes([UInt8])
  }

  /// Nil where the record has none.
  package private(set) var id: String?
  /// Never empty.
  package private(set) var tokens: [String] = []
  /// Head and tail of each pair, inside `tokens`; labels are not read.
  package private(set) var pairs: [(head: Range<Int>, tail: Range<Int>)] = []
  /// What the record says of a picture.
  package internal(set) var picture = Picture.none

  /// What a record may take.
  package enum Most {
    /// Bytes of a line: a picture in base64 and a post.
    package static let line = 48 << 20
    /// Bytes of a picture inside a record or an archive.
    package static let picture = 32 << 20
    /// Pairs of a record.
    package static let pairs = 10_000
  }

  /// Reads a line.
  ///
  /// - Throws: `StreamRecordError`.
  package init(_ line: [UInt8]) throws(StreamRecordError) {
    var reading = Reading()
    let failure: String? = line.withUnsafeBufferPointer { bytes in
      do {
        guard !trim(bytes, 0..<bytes.count).isEmpty else {
          return "the line is empty; give one record a line"
        }
        try reading.read(bytes)
        return nil
      } catch let failure as JSONScanner.Failure {
        // `--encoding` is for files of a dataset.
        let reason = failure.reason.replacing(
          TextEncoding.advice, with: "JSON is UTF-8: convert the records, with `iconv -t UTF-8`")
        return "column \(failure.offset + 1): \(reason)"
      } catch { return "\(error)" }
    }
    if let failure {
      let id = line.withUnsafeBufferPointer(Self.id)
      throw StreamRecordError(id: id, reason: failure)
    }
    (id, tokens, pairs, picture) = (reading.id, reading.tokens, reading.pairs, reading.picture)
  }

  /// The id of a record that is wrong elsewhere; nil where it cannot be read.
  private static func id(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    var scanner = JSONScanner(bytes, in: 0..<bytes.count)
    var found: String?
    try? scanner.object { key, scanner in
      if key == "id", scanner.peek() != UInt8(ascii: "n") {
        found = try scanner.scalarText()
      } else {
        try scanner.skip()
      }
    }
    return found.flatMap { $0.isEmpty || $0.utf8.count > Bounds.id ? nil : $0 }
  }

  /// Takes an id where it has none of its own.
  mutating func adopt(id other: String) { id = id ?? other }

  package static func == (a: StreamRecord, b: StreamRecord) -> Bool {
    a.id == b.id && a.tokens == b.tokens && a.picture == b.picture
      && a.pairs.map(\.head) == b.pairs.map(\.head) && a.pairs.map(\.tail) == b.pairs.map(\.tail)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(tokens)
  }

  /// The record as a post without labels.
  ///
  /// - Parameter fallback: its id where it has none.
  package func post(id fallback: String) -> Post {
    var image: String?
    if case .named(let name) = picture { image = name }
    return Post(
      id: id ?? fallback, tokens: tokens.map { Token($0) }, imageID: image, mentions: [],
      relations: pairs.map {
        RelationMention(head: $0.head, tail: $0.tail, label: RelationInventory.none)
      }, split: .all, source: SourceLocation(file: "-", line: 0))
  }
}

/// Why a record cannot be asked about.
package struct StreamRecordError: Error, Hashable, CustomStringConvertible {
  /// Its id; nil where it has none or it cannot be read.
  package let id: String?
  /// What is wrong and what to do.
  package let reason: String

  /// An error by its parts.
  package init(id: String?, reason: String) {
    self.id = id
    self.reason = reason
  }

  package var description: String { reason }
}

/// A record while it is read.
private struct Reading {
  var id: String?
  var tokens: [String] = []
  var pairs: [(head: Range<Int>, tail: Range<Int>)] = []
  var picture = StreamRecord.Picture.none
  private var seen: Set<String> = []

  private static let keys: Set = [
    "id", "tokens", "image", "image_base64", "relations", "pairs",
  ]

  mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    var scanner = JSONScanner(bytes, in: 0..<bytes.count)
    try scanner.object { key, scanner in
      guard Self.keys.contains(key) else {
        try scanner.skip()
        return
      }
      guard seen.insert(key).inserted else {
        throw scanner.failure("key \(JSONScanner.quoted(key)) appears twice")
      }
      try readValue(of: key, &scanner)
    }
    try scanner.finish()
    if id?.isEmpty == true {
      throw scanner.failure("empty \"id\"; give the post another or none")
    }
    if let id, id.utf8.count > Bounds.id {
      throw scanner.failure("an \"id\" of more than \(Bounds.id) bytes; shorten it")
    }
    guard !tokens.isEmpty else {
      throw scanner.failure(
        seen.contains("tokens")
          ? "no word in \"tokens\"; a post needs one" : "no \"tokens\"; give the words as an array")
    }
    for range in pairs.flatMap({ [$0.head, $0.tail] })
    where range.isEmpty || range.upperBound > tokens.count {
      throw scanner.failure(
        "a pair with the words \(range.lowerBound) to \(range.upperBound) of \(tokens.count)")
    }
  }

  private mutating func readValue(of key: String, _ scanner: inout JSONScanner) throws {
    switch key {
    case "id": id = scanner.null() ? nil : try scanner.scalarText()
    case "tokens":
      try scanner.array {
        tokens.append(try $0.string())
        if tokens.count > Bounds.tokens {
          throw $0.failure("more than \(Bounds.tokens) tokens; split the post")
        }
      }
    case "image": try readImage(&scanner)
    case "image_base64":
      if !scanner.null() { try set(.bytes(try Self.base64(&scanner)), &scanner) }
    default:
      guard pairs.isEmpty else {
        throw scanner.failure("\"relations\" and \"pairs\"; leave one of them")
      }
      if !scanner.null() { try scanner.array { pairs.append(try Self.pair(&$0, pairs.count)) } }
    }
  }

  private mutating func set(
    _ picture: StreamRecord.Picture, _ scanner: inout JSONScanner
  ) throws {
    guard self.picture == .none else {
      throw scanner.failure("two pictures; leave one of them")
    }
    self.picture = picture
  }

  /// A name, or bytes and path as Hugging Face writes an image.
  private mutating func readImage(_ scanner: inout JSONScanner) throws {
    if scanner.null() { return }
    if scanner.peek() == UInt8(ascii: "\"") {
      return try set(try Self.named(try scanner.string(), &scanner), &scanner)
    }
    guard scanner.peek() == UInt8(ascii: "{") else {
      throw scanner.failure("\"image\" is neither a name nor an object with bytes or a path")
    }
    var bytes: [UInt8]?
    var path: String?
    try scanner.object { key, scanner in
      switch key {
      case "bytes": bytes = scanner.null() ? nil : try Self.base64(&scanner)
      case "path": path = scanner.null() ? nil : try scanner.string()
      default: try scanner.skip()
      }
    }
    if let bytes {
      try set(.bytes(bytes), &scanner)
    } else if let path {
      try set(try Self.named(path, &scanner), &scanner)
    }
  }

  private static func named(
    _ name: String, _ scanner: inout JSONScanner
  ) throws -> StreamRecord.Picture {
    guard name.utf8.count <= Bounds.id else {
      throw scanner.failure("an \"image\" of more than \(Bounds.id) bytes; shorten the name")
    }
    return name.isEmpty ? .none : .named(name)
  }

  /// The bytes of a file in base64 (RFC 4648 §4), with or without padding, perhaps as a `data:`
  /// URL.
  private static func base64(_ scanner: inout JSONScanner) throws -> [UInt8] {
    let text = try scanner.string()
    let content = text.hasPrefix("data:") ? text.drop { $0 != "," }.dropFirst() : text[...]
    guard content.utf8.count <= (StreamRecord.Most.picture + 2) / 3 * 4 else {
      throw scanner.failure(
        "a picture of more than \(StreamRecord.Most.picture >> 20) MiB; give its path")
    }
    // Foundation takes any number of signs of padding; so they are counted here.
    let digits = content.prefix { $0 != "=" }
    let (count, padding) = (digits.utf8.count, content.utf8.count - digits.utf8.count)
    let missing = (4 - count % 4) % 4
    guard missing < 3, padding == 0 || padding == missing,
      content.dropFirst(count).allSatisfy({ $0 == "=" }),
      let data = Data(base64Encoded: digits + String(repeating: "=", count: missing)),
      !data.isEmpty
    else {
      throw scanner.failure("a picture that is no base64 (RFC 4648 §4)")
    }
    return [UInt8](data)
  }

  private static func pair(
    _ scanner: inout JSONScanner, _ count: Int
  ) throws -> (head: Range<Int>, tail: Range<Int>) {
    guard count < StreamRecord.Most.pairs else {
      throw scanner.failure("more than \(StreamRecord.Most.pairs) pairs; split the post")
    }
    var ends: [String: [Int]] = [:]
    try scanner.object { key, scanner in
      guard key == "head" || key == "tail" else {
        try scanner.skip()
        return
      }
      var numbers: [Int] = []
      try scanner.array {
        numbers.append(try $0.integer())
        if numbers.count > 2 { throw $0.failure("\"\(key)\" is [start,end]") }
      }
      ends[key] = numbers
    }
    func range(_ key: String) -> Range<Int>? {
      guard let ends = ends[key], ends.count == 2, 0 <= ends[0], ends[0] < ends[1] else {
        return nil
      }
      return ends[0]..<ends[1]
    }
    guard let head = range("head"), let tail = range("tail") else {
      throw scanner.failure("a pair needs \"head\" and \"tail\" as [start,end]")
    }
    return (head, tail)
  }
}
