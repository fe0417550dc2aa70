/// Widths of words without a font, so that every renderer lays a figure out alike: no letter of
/// DejaVu Sans is wider on average than is counted here.
enum Letters {
  /// Width of a line in pixels at a height of text.
  static func width(_ text: String, _ size: Float) -> Float {
    Float(columns(text)) * size * columnWidth
  }

  /// Width of a column of text over its height: a little more than the mean of DejaVu Sans.
  static let columnWidth: Float = 0.6

  /// Columns of a line: two for signs that are drawn wide.
  static func columns(_ text: String) -> Int {
    text.reduce(0) { $0 + columns($1) }
  }

  private static func columns(_ sign: Character) -> Int {
    guard let first = sign.unicodeScalars.first?.value else { return 0 }
    return (0x1100...0x115F).contains(first) || (0x2E80...0xA4CF).contains(first)
      || (0xAC00...0xD7A3).contains(first) || (0xF900...0xFAFF).contains(first)
      || (0xFE30...0xFE6F).contains(first) || (0xFF00...0xFF60).contains(first)
      || (0x1F300...0x1FAFF).contains(first) ? 2 : 1
  }

  /// The beginning of a line that has room, with `…` where something is missing.
  static func cut(_ text: String, _ room: Float, _ size: Float) -> String {
    guard width(text, size) > room else { return text }
    let columns = Int(room / (size * columnWidth)) - 1
    guard columns > 0 else { return "" }
    return head(text, columns) + "…"
  }

  private static func head(_ text: String, _ most: Int) -> String {
    var (result, count) = ("", 0)
    for sign in text {
      count += columns(sign)
      if count > most { break }
      result.append(sign)
    }
    return result
  }

  /// Lines of at most `room` pixels, broken at blanks, and within words that are longer.
  static func lines(_ text: String, _ room: Float, _ size: Float) -> [String] {
    let most = max(1, Int(room / (size * columnWidth)))
    var (lines, line) = ([String](), "")
    for word in text.split(whereSeparator: \.isWhitespace) {
      var word = String(word)
      if !line.isEmpty, columns(line) + 1 + columns(word) <= most {
        line += " " + word
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while columns(word) > most {
        let piece = head(word, most)
        guard !piece.isEmpty, piece.count < word.count else { break }
        lines.append(piece)
        word = String(word.dropFirst(piece.count))
      }
      line = word
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
