import Screen

extension WorkbenchState {
  /// The list of everything there is, over the screen.
  func drawHelp(_ pen: inout Pen, _ list: HelpList) {
    let look = pen.look
    let screen = Box(column: 0, row: 1, columns: size.columns, rows: size.rows - 3)
    let box = screen.centered(columns: min(100, size.columns - 4), rows: size.rows - 4)
    pen.frame.fill(box, style: look.theme[.popup])
    let inside = pen.frame.border(
      box, glyphs: look.glyphs, style: look.theme[.popup], title: "help",
      titleStyle: look.theme[.popupTitle])
    pen.frame.fill(inside, style: look.theme[.popup])
    let entries = list.entries(in: self)
    pen.line(
      [pen.piece("/", .prompt), pen.piece(safe(list.filter.text), .popup)], in: inside, row: 0)
    pen.rightLine([pen.piece("\(entries.count) entries", .popup)], in: inside, row: 0)
    pen.frame.cursor = Position(
      column: inside.column + 1 + TextWidth.columns(of: safe(list.filter.text)), row: inside.row)
    drawEntries(
      &pen, Box(column: inside.column, row: inside.row + 1, columns: inside.columns, rows: inside.rows - 1),
      entries, chosen: list.chosen)
  }

  private func drawEntries(
    _ pen: inout Pen, _ box: Box, _ entries: [HelpList.Entry], chosen: Int
  ) {
    guard !entries.isEmpty else {
      pen.line("nothing matches; Backspace widens", .popup, in: box, row: 0)
      return
    }
    let top = max(0, min(chosen - box.rows / 2, entries.count - box.rows))
    let usage = min(28, box.columns / 3)
    for (row, entry) in entries.dropFirst(top).prefix(box.rows).enumerated() {
      let isChosen = top + row == chosen
      let style = isChosen ? pen.look.theme[.selection] : pen.look.theme[.popup]
      let faded = isChosen ? style : pen.look.theme[.disabled].on(style.background)
      let keys = entry.keys.map(KeyName.label).joined(separator: " ")
      let words = entry.unavailable.map { "not now: \($0)" } ?? entry.summary
      let line = Box(column: box.column, row: box.row + row, columns: box.columns, rows: 1)
      pen.frame.fill(line, style: style)
      pen.line(
        [
          Pen.Piece(text: isChosen ? pen.look.glyphs.pointer : " ", style: style),
          Pen.Piece(text: pen.cell(keys, 12) + " ", style: style),
          Pen.Piece(text: pen.cell(entry.usage, usage) + " ", style: style),
          Pen.Piece(text: safe(words), style: entry.unavailable == nil ? style : faded),
        ], in: line, row: 0)
    }
  }
}
