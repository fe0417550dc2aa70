/// Breaking text into lines of cells.
package enum Wrapping {
  /// Lines of at most `columns` cells, broken at spaces; a longer word is broken inside.
  /// An empty text gives one empty line; line feeds always break.
  package static func lines(_ text: String, columns: Int) -> [String] {
    guard columns > 0 else { return [] }
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      var used = 0
      for word in paragraph.split(separator: " ") {
        let wide = TextWidth.columns(of: word)
        if used > 0, used + 1 + wide <= columns {
          line += " " + word
          used += 1 + wide
          continue
        }
        if used > 0 { lines.append(line) }
        line = ""
        used = 0
        for character in word {
          let more = TextWidth.columns(of: character)
          if used + more > columns, used > 0 {
            lines.append(line)
            line = ""
            used = 0
          }
          line.append(character)
          used += more
        }
      }
      lines.append(line)
    }
    return lines
  }

  /// Where items of the given widths go when laid out in lines with `gap` cells between them:
  /// column and line of each item. An item wider than a line stands alone on one.
  package static func flow(_ widths: [Int], columns: Int, gap: Int = 1) -> [Position] {
    var column = 0
    var row = 0
    return widths.map { width in
      if column > 0, column + width > columns {
        column = 0
        row += 1
      }
      defer { column += width + gap }
      return Position(column: column, row: row)
    }
  }
}
