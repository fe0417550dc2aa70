import Extractors
import Screen

extension WorkbenchState {
  /// The probability of every tag at every token, on screens with room: the shown system first.
  func drawMarginals(_ pen: inout Pen, _ box: Box, row: Int) {
    let area = Box(
      column: box.column, row: box.row + row, columns: box.columns, rows: box.rows - row)
    guard area.rows >= 5, area.columns >= 60, let index = current else { return }
    let name = 16
    var column = name
    for prediction in systems {
      let width = prediction.labels.count * 7
      guard column + width <= area.columns, !prediction.labels.isEmpty else { continue }
      let part = Box(
        column: area.column + column, row: area.row, columns: width, rows: area.rows)
      pen.line("tag probabilities, \(safe(prediction.system))", .title, in: part, row: 0)
      for (i, label) in prediction.labels.enumerated() {
        pen.line(pen.cell(label, 6), .muted, in: part, row: 1, indent: i * 7)
      }
      for (line, token) in marginalTokens(area.rows - 2).enumerated() {
        guard prediction.marginals.indices.contains(token) else { continue }
        for (i, p) in prediction.marginals[token].prefix(prediction.labels.count).enumerated() {
          let style = p >= 0.005 ? pen.look.theme.heat(Double(p)) : pen.look.theme[.muted]
          pen.frame.write(
            p >= 0.005 ? " \(TextWidth.padded(Digits.short(p), columns: 5))" : "  \(pen.look.glyphs.dot)",
            at: Position(column: part.column + i * 7, row: part.row + 2 + line), style: style,
            within: part)
        }
      }
      column += width + 2
    }
    guard column > name else { return }
    let words = visibleTokens(index)
    for (line, token) in marginalTokens(area.rows - 2).enumerated() {
      let here = token == self.token
      pen.line(
        (here ? pen.look.glyphs.pointer : " ") + pen.cell(words[token], name - 2),
        here ? .title : .text, in: area, row: 2 + line)
    }
  }

  /// The tokens whose rows fit, around the cursor.
  private func marginalTokens(_ rows: Int) -> Range<Int> {
    guard let index = current, rows > 0 else { return 0..<0 }
    let count = posts[index].tokens.count
    let start = max(0, min(token - rows / 2, count - rows))
    return start..<min(count, start + rows)
  }
}
