import Files
import Records

extension DataFormat {
  /// MNRE's pairs: a Python dict per line.
  package static let mnre = DataFormat(
    name: "mnre", title: "MNRE text", fileExtension: "txt",
    recognises: { kind(of: $0) == .pair },
    read: { try MNREText.read($0, file: $1.file, strict: $1.strict) },
    rewrite: { MNREText.rewrite($0, edited: $1.edited) },
    write: { posts, _ in MNREText.bytes(of: posts) },
    // A post stands there by its pairs.
    holds: { new, old in new.mentions == old.mentions && !new.relations.isEmpty },
    lacks: { post in
      let ends = post.relations.flatMap { [$0.head, $0.tail] }
      if let lost = post.mentions.first(where: { !ends.contains($0.range) }) {
        return "the mention \(post.tokens[lost.range].map(\.text).joined(separator: " "))"
      }
      return post.relations.isEmpty ? "the words, since there is no pair," : nil
    })

  /// Twinlens JSON Lines.
  package static let jsonLines = DataFormat(
    name: "jsonl", title: "Twinlens JSON Lines", fileExtension: "jsonl",
    recognises: { kind(of: $0) == .tokens },
    read: {
      try JSONLines.read(
        $0, file: $1.file, strict: $1.strict, reading: $1.reading, tagNames: $1.tagNames)
    },
    rewrite: {
      JSONLines.rewrite(
        $0, originals: $1.originals, edited: $1.edited, reading: $1.reading, misc: $1.misc,
        tagNames: $1.tagNames)
    },
    write: { JSONLines.bytes(of: $0, reading: $1.reading, misc: $1.misc) },
    holds: { _, _ in true }, lacks: { _ in nil })

  /// JSON Lines as Hugging Face's datasets have them: `tokens` and `ner_tags`. They are read as
  /// Twinlens JSON Lines, which they nearly are.
  package static let huggingFace: DataFormat = {
    var format = DataFormat(
      name: "hf", title: "Hugging Face JSON Lines", fileExtension: "jsonl",
      recognises: { _ in false }, read: jsonLines.read, rewrite: jsonLines.rewrite,
      write: { posts, request in
        var output: [UInt8] = []
        for post in posts {
          let tags = request.tags(of: post).map(JSONScanner.quoted)
          let words = post.tokens.map { JSONScanner.quoted($0.text) }
          let image = post.imageID.map { "\"image\":\(JSONScanner.quoted($0))," } ?? ""
          output +=
            ("{\"id\":\(JSONScanner.quoted(post.id)),\(image)\"tokens\":[\(words.joined(separator: ","))],"
            + "\"ner_tags\":[\(tags.joined(separator: ","))]}\n").utf8
        }
        return output
      },
      holds: jsonLines.holds,
      lacks: { post in
        post.relations.first { $0.label != RelationInventory.none }.map {
          "the relation \($0.label)"
        }
      })
    format.hasTags = true
    return format
  }()

  /// A text of one post beside its picture; told by the picture, not by its content.
  package static let bareText = DataFormat(
    name: "text", title: "a bare text", fileExtension: "txt", recognises: { _ in false },
    read: {
      try Pairs.read($0, file: $1.file, stem: DataFile.stem(of: $1.file), strict: $1.strict)
    },
    rewrite: { bytes, _ in bytes }, write: nil,
    holds: { new, old in new.relations == old.relations && new.mentions == old.mentions },
    lacks: { _ in nil })

  private enum RecordKind { case tokens, pair }

  /// What the first line among the first 64 that is a record is, told by its keys in any order; by
  /// the bytes alone where the record cannot be read.
  private static func kind(of bytes: UnsafeBufferPointer<UInt8>) -> RecordKind? {
    var kind: RecordKind?
    var lines = 0
    forEachLine(bytes) { content, _ in
      let line = trim(bytes, content)
      guard kind == nil, lines < 64, !line.isEmpty else { return }
      lines += 1
      kind = self.kind(bytes, record: line)
    }
    return kind
  }

  private static func kind(
    _ bytes: UnsafeBufferPointer<UInt8>, record line: Range<Int>
  ) -> RecordKind? {
    guard bytes[line.lowerBound] == UInt8(ascii: "{"),
      let second = line.dropFirst().first(where: { !isBlank(bytes[$0]) })
    else { return nil }
    let isJSON = bytes[second] == UInt8(ascii: "\"")
    guard isJSON || bytes[second] == UInt8(ascii: "'") else { return nil }
    let inJSON = isJSON ? JSONScanner.keys(bytes, in: line) : []
    if inJSON.contains("tokens") { return .tokens }
    let pair: Set<String> = ["token", "h", "t"]
    // Python's dicts may have either quotes.
    if inJSON.isSuperset(of: pair) || PythonScanner.keys(bytes, in: line).isSuperset(of: pair) {
      return .pair
    }
    let beginning = String(decoding: bytes[line.prefix(4096)], as: UTF8.self)
    if isJSON { return beginning.contains("\"tokens\"") ? .tokens : nil }
    return beginning.contains("'token'") ? .pair : nil
  }
}
