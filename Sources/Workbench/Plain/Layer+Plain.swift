import Screen

extension Layer {
  /// What is drawn, as lines of text without rules and borders, on a screen with room for all of
  /// it: for layers that say nothing else.
  func sentences(_ state: WorkbenchState) -> [String] { drawnSentences(state) }

  func drawnSentences(_ state: WorkbenchState) -> [String] {
    guard place != .ground else { return [] }
    var state = state
    state.size = Size(columns: PlainRunner.size.columns, rows: 400)
    state.look.glyphs = state.look.glyphs.withoutBars
    let screen = Box(state.size)
    var pen = Pen(size: state.size, look: state.look)
    if place == .prompt {
      _ = drawPrompt(state, &pen, screen.line(0))
    } else {
      draw(state, &pen, screen)
    }
    return pen.frame.lines.compactMap { state.look.glyphs.withoutRules($0) }
  }
}

extension Glyphs {
  /// A line without the lines that borders and headings are drawn with; nil where nothing is left.
  func withoutRules(_ line: String) -> String? {
    let corners = Set([topLeft, topRight, bottomLeft, bottomRight].compactMap(\.first))
    let (side, rule) = (vertical.first, horizontal.first)
    var text = Substring(line)
    while let first = text.first, first == " " || first == side { text.removeFirst() }
    while let last = text.last, last == " " || last == side { text.removeLast() }
    // In ASCII a corner is a plus: one that no line leads to belongs to a number.
    if let first = text.first, corners.contains(first), text.dropFirst().first == rule {
      text.removeFirst()
    }
    if let last = text.last, corners.contains(last), text.dropLast().last == rule {
      text.removeLast()
    }
    // A single dash may be a word of a table; a heading begins with one and ends with several.
    let ending = text.reversed().prefix { $0 == rule }.count
    if ending > 1 || text.count == ending {
      text.removeLast(ending)
      while let first = text.first, first == rule || first == " " { text.removeFirst() }
    }
    let words = text.split(separator: " ")
    return words.isEmpty ? nil : words.joined(separator: " ")
  }
}
