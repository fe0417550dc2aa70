import Files
import Records

/// What the records of a file are, one on a line.
enum RecordKind {
  /// Twinlens JSON Lines or Hugging Face's: words as texts.
  case tokens
  /// MNRE's pairs.
  case pair
  case doccano
  case prodigy

  /// What the first line among the first 64 that is a record is, told by its keys in any order; by
  /// the bytes alone where the record cannot be read.
  init?(of bytes: UnsafeBufferPointer<UInt8>) {
    var kind: RecordKind?
    var lines = 0
    forEachLine(bytes) { content, _ in
      let line = trim(bytes, content)
      guard kind == nil, lines < 64, !line.isEmpty else { return }
      lines += 1
      kind = RecordKind(bytes, record: line)
    }
    guard let kind else { return nil }
    self = kind
  }

  private init?(_ bytes: UnsafeBufferPointer<UInt8>, record line: Range<Int>) {
    guard bytes[line.lowerBound] == UInt8(ascii: "{"),
      let second = line.dropFirst().first(where: { !isBlank(bytes[$0]) })
    else { return nil }
    let isJSON = bytes[second] == UInt8(ascii: "\"")
    guard isJSON || bytes[second] == UInt8(ascii: "'") else { return nil }
    let inJSON = isJSON ? JSONScanner.keys(bytes, in: line) : []
    if inJSON.contains("text") {
      let hasTexts = inJSON.contains("tokens") && Self.hasTextTokens(bytes, line)
      if !hasTexts, !inJSON.isDisjoint(with: Self.prodigyKeys) {
        self = .prodigy
        return
      }
      if !inJSON.contains("tokens"), !inJSON.isDisjoint(with: Self.doccanoKeys) {
        self = .doccano
        return
      }
    }
    let pair: Set<String> = ["token", "h", "t"]
    let beginning = String(decoding: bytes[line.prefix(4096)], as: UTF8.self)
    if inJSON.contains("tokens") {
      self = .tokens
    } else if inJSON.isSuperset(of: pair)
      || PythonScanner.keys(bytes, in: line).isSuperset(of: pair)
    {
      // Python's dicts may have either quotes.
      self = .pair
    } else if isJSON, beginning.contains("\"tokens\"") {
      self = .tokens
    } else if !isJSON, beginning.contains("'token'") {
      self = .pair
    } else {
      return nil
    }
  }

  private static let prodigyKeys: Set<String> = ["spans", "answer", "_input_hash", "_task_hash"]
  private static let doccanoKeys: Set<String> = ["label", "labels", "entities", "annotations"]

  /// Whether `tokens` is a list of texts; Prodigy's are objects.
  private static func hasTextTokens(
    _ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>
  ) -> Bool {
    var scanner = JSONScanner(bytes, in: line)
    var hasTexts = false
    try? scanner.object { key, scanner in
      if key == "tokens" {
        _ = scanner.take(UInt8(ascii: "["))
        hasTexts = scanner.peek() == UInt8(ascii: "\"")
        throw scanner.failure("enough")
      }
      try scanner.skip()
    }
    return hasTexts
  }
}
