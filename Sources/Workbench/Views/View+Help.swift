import Screen

extension WorkbenchState {
  /// The popup of the list, with its border.
  private var helpBox: Box {
    Box(column: 0, row: 1, columns: size.columns, rows: size.rows - 3)
      .centered(columns: min(100, size.columns - 4), rows: size.rows - 4)
  }

  /// The parts inside the border: filter, entries, and what the chosen one does.
  private func helpParts(_ inside: Box) -> [Box] {
    inside.splitRows([.fixed(1), .share(1), .fixed(min(3, inside.rows / 4))])
  }

  /// How far a page goes: a line of the page before stays.
  var helpPage: Int { max(1, helpParts(helpBox.inset())[1].rows - 1) }

  /// The first entry on screen.
  private func helpTop(_ count: Int, chosen: Int, rows: Int) -> Int {
    max(0, min(chosen - rows / 2, count - rows))
  }

  /// The entry at a place, counted in the filtered list.
  func helpEntry(at place: Position, _ list: HelpList) -> Int? {
    let box = helpParts(helpBox.inset())[1]
    guard Panes(self).isUsable, box.contains(place) else { return nil }
    let count = list.entries(in: self).count
    let entry = helpTop(count, chosen: list.chosen, rows: box.rows) + place.row - box.row
    return entry < count ? entry : nil
  }

  /// The list of everything there is, over the screen.
  func drawHelp(_ pen: inout Pen, _ list: HelpList) {
    let look = pen.look
    let box = helpBox
    pen.frame.fill(box, style: look.theme[.popup])
    let inside = pen.frame.border(
      box, glyphs: look.glyphs, style: look.theme[.popup], title: "help",
      titleStyle: look.theme[.popupTitle])
    pen.frame.fill(inside, style: look.theme[.popup])
    let entries = list.entries(in: self)
    pen.line(
      [pen.piece("/", .prompt), pen.piece(safe(list.filter.text), .popup)], in: inside, row: 0)
    let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
    pen.rightLine([pen.piece(count, .popup)], in: inside, row: 0)
    pen.frame.cursor = Position(
      column: inside.column + 1 + TextWidth.columns(of: safe(list.filter.text)), row: inside.row)
    let parts = helpParts(inside)
    drawEntries(&pen, parts[1], entries, chosen: list.chosen)
    guard entries.indices.contains(list.chosen) else { return }
    let chosen = entries[list.chosen]
    let words = chosen.unavailable.map { "; not now: \($0)" } ?? ""
    pen.heading(":\(chosen.usage)", in: parts[2])
    pen.frame.restyle(parts[2]) { $0.on(look.theme[.popup].background) }
    let rest = Box(
      column: parts[2].column, row: parts[2].row + 1, columns: parts[2].columns,
      rows: parts[2].rows - 1)
    pen.wrap(chosen.summary + words, .popup, in: rest, row: 0)
  }

  private func drawEntries(
    _ pen: inout Pen, _ box: Box, _ entries: [HelpList.Entry], chosen: Int
  ) {
    guard !entries.isEmpty else {
      pen.line("nothing matches; Backspace widens", .popup, in: box, row: 0)
      return
    }
    let top = helpTop(entries.count, chosen: chosen, rows: box.rows)
    let usage = min(28, box.columns / 4 + 2)
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
          Pen.Piece(text: pen.cell(keys, 10) + " ", style: style),
          Pen.Piece(text: pen.cell(entry.usage, usage) + " ", style: style),
          Pen.Piece(text: safe(words), style: entry.unavailable == nil ? style : faded),
        ], in: line, row: 0)
    }
  }
}
