import Corpora
import Records

/// Lines in and out of `twinlens tokenize`.
package enum TokenLines {
  /// A line to encode.
  package enum Input: Sendable, Hashable {
    case words([String])
    case text(String)
  }

  /// Why a line cannot be encoded.
  package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where lines come from, e.g. `standard input`.
    package let source: String
    /// The line from 1.
    package let line: Int
    let column: Int
    let reason: String

    /// What is wrong, where, and what to do.
    package var description: String {
      "\(source):\(line):\(column): \(reason); give {\"words\": [...]} or {\"text\": \"...\"}"
    }
  }

  /// Words of one line at most.
  static let wordLimit = 100_000

  /// Reads a line that begins with `{` as `{"words": [...]}` or `{"text": "..."}`, other fields
  /// passed over; any other line as a plain text.
  /// - Throws: `Failure`.
  package static func read(_ line: String, source: String, number: Int) throws -> Input {
    func failure(_ column: Int, _ reason: String) -> Failure {
      Failure(source: source, line: number, column: column, reason: reason)
    }
    let bytes = Array(line.utf8)
    guard bytes.count <= Bounds.line else {
      throw failure(1, "\(bytes.count) bytes are more than \(Bounds.line)")
    }
    guard isJSON(line) else { return .text(line) }
    return try bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, in: 0..<buffer.count)
      do {
        return try input(&scanner)
      } catch let error as JSONScanner.Failure {
        throw failure(error.offset + 1, error.reason)
      }
    }
  }

  /// True for a line that is read as JSON.
  package static func isJSON(_ line: String) -> Bool { line.utf8.first == UInt8(ascii: "{") }

  /// The words of a plain text, between blanks and tabs.
  package static func words(of text: String) -> [String] {
    text.utf8.split { $0 == 0x20 || $0 == 0x09 }.map { String(Substring($0)) }
  }

  private static func input(_ scanner: inout JSONScanner) throws -> Input {
    var input: Input?
    try scanner.object { key, scanner in
      switch key {
      case "words":
        var words: [String] = []
        try scanner.array { scanner in
          words.append(try scanner.string())
          if words.count > wordLimit { throw scanner.failure("more than \(wordLimit) words") }
        }
        input = .words(words)
      case "text": input = .text(try scanner.string())
      default: try scanner.skip()
      }
    }
    try scanner.finish()
    guard let input else { throw scanner.failure("neither \"words\" nor \"text\"") }
    return input
  }

  /// `{"ids": [...], "word_ids": [...]}`, with the pieces' spelling when a tokenizer is given.
  package static func json(_ encoding: Encoding, pieces tokenizer: Tokenizer? = nil) -> String {
    let ids = encoding.ids.map(String.init).joined(separator: ", ")
    let words = encoding.wordIndices.map { $0.map(String.init) ?? "null" }.joined(separator: ", ")
    var line = "{\"ids\": [\(ids)], \"word_ids\": [\(words)]"
    if let tokenizer {
      let pieces = encoding.ids.map { JSONScanner.quoted(tokenizer.piece($0) ?? "") }
      line += ", \"pieces\": [\(pieces.joined(separator: ", "))]"
    }
    return line + "}"
  }
}
