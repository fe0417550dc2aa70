import Corpora

/// What `twinlens tokenize` prints of an encoding.
public struct TokenListing: Sendable, Hashable {
  /// One piece.
  public struct Row: Sendable, Hashable {
    /// The place in the input, from 0.
    public let position: Int
    /// The piece's id.
    public let id: Int
    /// The piece as the vocabulary spells it, escaped.
    public let piece: String
    /// The word it belongs to; nil for special tokens.
    public let word: Int?
    /// That word where it is known, escaped; empty for the word's later pieces.
    public let text: String
  }

  /// The pieces in order.
  public let rows: [Row]

  /// The listing of an encoding; `words` are the words it was made of, none for a plain text.
  public init(_ encoding: Encoding, _ tokenizer: Tokenizer, words: [String] = []) {
    let roles = encoding.roles
    rows = encoding.ids.indices.map { i in
      let word = encoding.wordIndices[i]
      let isFirst = roles[i] == .firstPiece
      let text = word.flatMap { isFirst && $0 < words.count ? words[$0] : nil } ?? ""
      let piece = tokenizer.piece(encoding.ids[i]) ?? "?"
      return Row(
        position: i, id: encoding.ids[i], piece: PieceText.escaped(piece), word: word,
        text: PieceText.escaped(text))
    }
  }

  /// Columns `at`, `id`, `piece`, `word` and the word's text; `width` says how many cells a text
  /// takes.
  public func table(width: (String) -> Int) -> String {
    func padded(_ text: String, _ cells: Int, right: Bool = false) -> String {
      let blanks = String(repeating: " ", count: max(0, cells - width(text)))
      return right ? blanks + text : text + blanks
    }
    var cells = [["at", "id", "piece", "word", ""]]
    for row in rows {
      cells.append(
        ["\(row.position)", "\(row.id)", row.piece, row.word.map(String.init) ?? "-", row.text])
    }
    let widths = (0..<5).map { column in cells.map { width($0[column]) }.max() ?? 0 }
    return cells.map { line in
      let columns = [
        padded(line[0], widths[0], right: true), padded(line[1], widths[1], right: true),
        padded(line[2], widths[2]), padded(line[3], widths[3], right: true), line[4],
      ]
      let text = columns.joined(separator: "  ")
      return String(
        text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.endIndex)])
    }
    .joined(separator: "\n")
  }
}

/// JSON Lines in and out of `twinlens tokenize`.
public enum TokenLines {
  /// A line to encode.
  public enum Input: Sendable, Hashable {
    case words([String])
    case text(String)
  }

  /// Why a line cannot be encoded.
  public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where lines come from, e.g. `standard input`.
    public let source: String
    /// The line from 1.
    public let line: Int
    let column: Int
    let reason: String

    /// What is wrong, where, and what to do.
    public var description: String {
      "\(source):\(line):\(column): \(reason); give {\"words\": [...]} or {\"text\": \"...\"}"
    }
  }

  /// Words of one line at most.
  static let wordLimit = 100_000

  /// Reads `{"words": [...]}` or `{"text": "..."}`; other fields are passed over.
  /// - Throws: `Failure`.
  public static func read(_ line: String, source: String, number: Int) throws -> Input {
    let bytes = Array(line.utf8)
    return try bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, in: 0..<buffer.count)
      do {
        guard buffer.count <= Bounds.line else {
          throw scanner.failure("\(buffer.count) bytes are more than \(Bounds.line)")
        }
        return try input(&scanner)
      } catch let failure as JSONScanner.Failure {
        throw Failure(
          source: source, line: number, column: failure.offset + 1, reason: failure.reason)
      }
    }
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
  public static func json(_ encoding: Encoding, pieces tokenizer: Tokenizer? = nil) -> String {
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
