extension Frame {
  /// What turns an earlier frame into this one on a terminal with true colours, as ECMA-48 control
  /// sequences; all of the frame where there is no earlier one, or one of another size. Pictures in
  /// pixels are left out: their cells are blank. Empty where nothing changes.
  package func ansi(after earlier: Frame? = nil) -> String {
    let known = earlier.flatMap { $0.size == size ? $0 : nil }
    var out = ""
    for row in 0..<size.rows {
      let range = (row * size.columns)..<((row + 1) * size.columns)
      if let known, known.cells[range] == cells[range] { continue }
      out += "\u{1B}[\(row + 1);1H"
      var style: Style?
      for cell in cells[range] where !cell.text.isEmpty {
        if cell.style != style { out += Self.sequence(cell.style) }
        style = cell.style
        out += cell.text
      }
      out += "\u{1B}[0m"
    }
    // The cursor moved with what was written.
    if !out.isEmpty || earlier?.cursor != cursor || known == nil {
      out += cursor.map { "\u{1B}[\($0.row + 1);\($0.column + 1)H\u{1B}[?25h" } ?? "\u{1B}[?25l"
    }
    return known == nil ? "\u{1B}[0m\u{1B}[2J" + out : out
  }

  /// All of the frame as lines with colours, for a file that `cat` shows; blanks at the end of a
  /// line that look like nothing are left out.
  package var ansiLines: String {
    (0..<size.rows).map { row in
      var cells = cells[(row * size.columns)..<((row + 1) * size.columns)]
      while let last = cells.last, last.text == " ", last.style == .plain { cells.removeLast() }
      var (line, style) = ("", Style.plain)
      for cell in cells where !cell.text.isEmpty {
        if cell.style != style { line += Self.sequence(cell.style) }
        style = cell.style
        line += cell.text
      }
      return line + (style == .plain ? "" : "\u{1B}[0m") + "\n"
    }.joined()
  }

  /// Everything off, then what a style has.
  private static func sequence(_ style: Style) -> String {
    var codes = ["0"]
    let attributes: [(Style.Attributes, String)] = [
      (.bold, "1"), (.dim, "2"), (.underline, "4"), (.reverse, "7"),
    ]
    for (attribute, code) in attributes where style.attributes.contains(attribute) {
      codes.append(code)
    }
    for (ink, code) in [(style.foreground, "38;2"), (style.background, "48;2")] {
      if case .rgb(let red, let green, let blue) = ink {
        codes.append("\(code);\(red);\(green);\(blue)")
      }
    }
    return "\u{1B}[\(codes.joined(separator: ";"))m"
  }
}
