extension Frame {
  /// The cell at a place, nil outside.
  package subscript(place: Position) -> Cell? {
    guard contains(place) else { return nil }
    return cells[place.row * size.columns + place.column]
  }

  /// Whether a place is on the screen.
  package func contains(_ place: Position) -> Bool {
    place.column >= 0 && place.row >= 0 && place.column < size.columns && place.row < size.rows
  }

  /// Writes text from a place to the right, cluster by cluster, on one row.
  ///
  /// Stops at the end of the row, of `box` and of `maxColumns`; a wide cluster that does not fit
  /// is left out. What must not reach a terminal is written as visible marks. With an `ellipsis`
  /// the text that is cut ends with it. Returns the columns that were used.
  @discardableResult
  package mutating func write(
    _ text: String, at place: Position, style: Style = .plain, maxColumns: Int? = nil,
    within box: Box? = nil, ellipsis: String? = nil
  ) -> Int {
    let clip = (box ?? Box(size)).intersection(Box(size))
    guard place.row >= clip.row, place.row < clip.endRow else { return 0 }
    var end = clip.endColumn
    if let maxColumns { end = min(end, place.column + max(0, maxColumns)) }
    guard end > place.column else { return 0 }
    var shown = Sanitizer.isPlain(text) ? text : Sanitizer.emojiShown.visible(text)
    if let ellipsis {
      shown = TextWidth.fitted(shown, columns: end - place.column, ellipsis: ellipsis)
    }
    var column = place.column
    /// False where the text ends: a piece no longer fits.
    func add(_ piece: String, _ width: Int, to frame: inout Frame) -> Bool {
      guard column + width <= end else { return false }
      if column >= clip.column {
        frame.put(piece, width: width, at: Position(column: column, row: place.row), style)
      }
      column += width
      return true
    }
    text: for character in shown {
      let width = TextWidth.columns(of: character)
      if width == 0 { continue }
      // Nearly every cluster fits into its one or two cells.
      if width <= 2 {
        guard add(String(character), width, to: &self) else { break }
        continue
      }
      for (piece, width) in TextWidth.pieces(of: character) where width > 0 {
        guard add(piece, width, to: &self) else { break text }
      }
    }
    return column - place.column
  }

  /// Puts one cluster and keeps wide neighbours whole: a half that loses its other half is blanked.
  private mutating func put(_ text: String, width: Int, at place: Position, _ style: Style) {
    let start = place.row * size.columns
    let index = start + place.column
    let last = index + width - 1
    if cells[index].text.isEmpty, place.column > 0 { cells[index - 1].text = " " }
    if last + 1 < start + size.columns, cells[last + 1].text.isEmpty { cells[last + 1].text = " " }
    cells[index] = Cell(text, style)
    if width == 2 { cells[index + 1] = Cell("", style) }
  }

  /// Changes the style of the cells of a box (a cursor line, a selection); the text stays.
  package mutating func restyle(_ box: Box, _ change: (Style) -> Style) {
    let clip = box.intersection(Box(size))
    for row in clip.row..<max(clip.row, clip.endRow) {
      for column in clip.column..<max(clip.column, clip.endColumn) {
        let index = row * size.columns + column
        cells[index].style = change(cells[index].style)
      }
    }
  }

  /// The rows as plain text without trailing spaces, for golden files and `--script`.
  package var text: String { lines.joined(separator: "\n") }

  /// The rows as plain text without trailing spaces.
  package var lines: [String] {
    (0..<size.rows).map { row in
      var line = ""
      for cell in cells[(row * size.columns)..<((row + 1) * size.columns)] { line += cell.text }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
