/// What `twinlens tokenize` prints of an encoding.
package struct TokenListing: Sendable, Hashable {
  /// One piece.
  package struct Row: Sendable, Hashable {
    /// The place in the input, from 0.
    package let position: Int
    /// The piece's id.
    package let id: Int
    /// The piece as the vocabulary spells it, escaped.
    package let piece: String
    /// The word it belongs to; nil for special tokens.
    package let word: Int?
    /// That word where it is known, escaped; empty for the word's later pieces.
    package let text: String
  }

  /// The pieces in order.
  package let rows: [Row]

  /// The listing of an encoding; `words` are the words it was made of, none for a plain text.
  package init(_ encoding: Encoding, _ tokenizer: Tokenizer, words: [String] = []) {
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
  package func table(width: (String) -> Int) -> String {
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
