import Screen

extension Layer {
  /// What is drawn, as lines of text without rules and borders: for layers that say nothing else.
  func sentences(_ state: WorkbenchState) -> [String] {
    guard place != .ground else { return [] }
    let size = PlainRunner.size
    var look = state.look
    look.glyphs = look.glyphs.withoutBars
    var pen = Pen(size: size, look: look)
    if place == .prompt {
      _ = drawPrompt(state, &pen, Box(size).line(0))
    } else {
      draw(state, &pen, Box(size))
    }
    return pen.frame.lines.compactMap { state.look.glyphs.withoutRules($0) }
  }
}

extension Glyphs {
  /// A line without the lines that borders and headings are drawn with; nil where nothing is left.
  func withoutRules(_ line: String) -> String? {
    let corners = [topLeft, topRight, bottomLeft, bottomRight, vertical]
    var words = line.split(separator: " ").map(String.init)
    func isRule(_ word: String) -> Bool {
      word.allSatisfy { corners.contains(String($0)) || String($0) == horizontal }
    }
    // A single dash may be a word of a table; a rule is longer or ends the line.
    while let first = words.first, isRule(first), first.count > 1 || corners.contains(first) {
      words.removeFirst()
    }
    while let last = words.last, isRule(last), last.count > 1 || corners.contains(last) {
      words.removeLast()
    }
    if words.count > 1, words[0] == horizontal { words.removeFirst() }
    return words.isEmpty || words == [horizontal] ? nil : words.joined(separator: " ")
  }
}
