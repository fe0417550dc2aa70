extension Frame {
  /// Fills a box with one sign of width 1.
  package mutating func fill(_ box: Box, with sign: String = " ", style: Style = .plain) {
    let clip = box.intersection(Box(size))
    guard !clip.isEmpty else { return }
    let line = String(repeating: sign, count: clip.columns)
    for row in clip.row..<clip.endRow {
      write(line, at: Position(column: clip.column, row: row), style: style, within: clip)
    }
  }

  /// A horizontal line, with a title near its left end when given.
  package mutating func rule(
    at place: Position, columns: Int, glyphs: Glyphs, style: Style, title: String? = nil,
    titleStyle: Style? = nil
  ) {
    guard columns > 0 else { return }
    let line = String(repeating: glyphs.horizontal, count: columns)
    write(line, at: place, style: style, maxColumns: columns)
    guard let title, columns > 4 else { return }
    let start = Position(column: place.column + 1, row: place.row)
    write(
      " \(title) ", at: start, style: titleStyle ?? style, maxColumns: columns - 2,
      ellipsis: glyphs.ellipsis)
  }

  /// A vertical line.
  package mutating func verticalRule(at place: Position, rows: Int, glyphs: Glyphs, style: Style) {
    for row in 0..<max(0, rows) {
      write(
        glyphs.vertical, at: Position(column: place.column, row: place.row + row), style: style)
    }
  }

  /// A border along the edge of a box with a title in its top line. Returns the inside.
  @discardableResult
  package mutating func border(
    _ box: Box, glyphs: Glyphs, style: Style, title: String? = nil, titleStyle: Style? = nil
  ) -> Box {
    guard box.columns >= 2, box.rows >= 2 else { return box.inset() }
    rule(
      at: Position(column: box.column + 1, row: box.row), columns: box.columns - 2,
      glyphs: glyphs, style: style, title: title, titleStyle: titleStyle)
    rule(
      at: Position(column: box.column + 1, row: box.endRow - 1), columns: box.columns - 2,
      glyphs: glyphs, style: style)
    let tall = box.rows - 2
    let right = box.endColumn - 1
    verticalRule(
      at: Position(column: box.column, row: box.row + 1), rows: tall, glyphs: glyphs, style: style)
    verticalRule(
      at: Position(column: right, row: box.row + 1), rows: tall, glyphs: glyphs, style: style)
    write(glyphs.topLeft, at: box.origin, style: style)
    write(glyphs.topRight, at: Position(column: right, row: box.row), style: style)
    write(glyphs.bottomLeft, at: Position(column: box.column, row: box.endRow - 1), style: style)
    write(glyphs.bottomRight, at: Position(column: right, row: box.endRow - 1), style: style)
    return box.inset()
  }

  /// A horizontal bar of `columns` cells filled by a fraction in 0…1, in eighths of a cell.
  /// Something above 0 always shows; a value that is not a number is an empty bar.
  package mutating func bar(
    _ fraction: Double, at place: Position, columns: Int, glyphs: Glyphs, style: Style,
    track: Style? = nil
  ) {
    guard columns > 0 else { return }
    let value = fraction.isFinite ? min(1, max(0, fraction)) : 0
    let steps = glyphs.horizontalEighths.count - 1
    var filled = Int((value * Double(columns * steps)).rounded())
    if value > 0 { filled = max(1, filled) }
    let whole = filled / steps
    var text = String(repeating: glyphs.horizontalEighths[steps], count: whole)
    if filled % steps > 0 { text += glyphs.horizontalEighths[filled % steps] }
    let used = write(text, at: place, style: style, maxColumns: columns)
    let rest = String(repeating: track == nil ? " " : glyphs.track, count: columns - used)
    write(
      rest, at: Position(column: place.column + used, row: place.row), style: track ?? style,
      maxColumns: columns - used)
  }

  /// The newest values as one row of levels between `low` and `high` (their own when nil).
  package mutating func sparkline(
    _ values: [Double], at place: Position, columns: Int, glyphs: Glyphs, style: Style,
    low: Double? = nil, high: Double? = nil
  ) {
    let shown = values.suffix(max(0, columns))
    let finite = shown.filter(\.isFinite)
    let bottom = low ?? finite.min() ?? 0
    let top = high ?? finite.max() ?? 1
    var text = ""
    for value in shown {
      let span = top - bottom
      let fraction = span > 0 && value.isFinite ? (value - bottom) / span : 0
      text += value.isFinite ? glyphs.level(max(0.01, fraction)) : " "
    }
    write(text, at: place, style: style, maxColumns: columns)
  }

  /// Copies a block of cells (a half-block or ASCII picture), `columns` cells a row.
  package mutating func draw(_ block: [Cell], columns: Int, at place: Position) {
    guard columns > 0 else { return }
    for (index, cell) in block.enumerated() where !cell.text.isEmpty {
      write(
        cell.text,
        at: Position(column: place.column + index % columns, row: place.row + index / columns),
        style: cell.style)
    }
  }

  /// Reserves a box for an encoded picture: blanks its cells, marks them and remembers it. A box
  /// that is not wholly on the screen or touches the last row is refused, because a sixel there
  /// scrolls the screen. Returns whether it was placed.
  @discardableResult
  package mutating func place(_ picture: PicturePlacement) -> Bool {
    let box = picture.box
    guard box.column >= 0, box.row >= 0, !box.isEmpty, box.endColumn <= size.columns,
      box.endRow < size.rows
    else { return false }
    fill(box, style: Style(.standard, on: .standard, .reserved))
    pictures.append(picture)
    return true
  }
}

extension Style.Attributes {
  /// Marks the cells that `Frame.place` reserved. Whatever is drawn over them later (a popup)
  /// takes the mark away, and the terminal keeps the picture out of those cells.
  package static let reserved = Style.Attributes(rawValue: 128)
}
