import Screen

/// Something to read over the screen: it is scrolled, and searched by typing as help is.
struct PageLayer: Layer {
  let place = LayerPlace.over
  /// What stands on its border.
  let name: String
  /// What is on it.
  let blocks: @Sendable (WorkbenchState) -> [Block]
  private var filter = LineEditor()
  /// The first line on screen, as far as there are so many.
  private var top = 0
  /// The heading that stands first until the page is scrolled or searched.
  private var first: String?

  /// Lines that belong together: a search shows all of them or none.
  struct Block: Sendable, Equatable {
    var heading: String?
    /// Sentences, which are wrapped.
    var text: [String] = []
    /// Rows of a table, which are cut where they have no room.
    var rows: [String] = []
  }

  /// - Parameter first: the heading to begin with.
  init(
    _ name: String, first: String? = nil,
    blocks: @escaping @Sendable (WorkbenchState) -> [Block]
  ) {
    self.name = name
    self.first = first
    self.blocks = blocks
  }

  var takesText: Bool { true }
  var isOnlyRead: Bool { true }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    let rows = parts(state).text.rows
    let page = max(1, rows - 1)
    switch key {
    case .escape, .control("c"): return .leaves([])
    case .up, .control("p"): scroll(by: -1, state)
    case .down, .control("n"): scroll(by: 1, state)
    case .pageUp: scroll(by: -page, state)
    case .pageDown: scroll(by: page, state)
    case .home: scroll(by: -.max / 2, state)
    case .end: scroll(by: .max / 2, state)
    case .scroll(_, let up): scroll(by: up ? -1 : 1, state)
    default:
      let before = filter.text
      _ = filter.handle(key)
      if filter.text != before { (top, first) = (0, nil) }
    }
    return .stays([])
  }

  private mutating func scroll(by lines: Int, _ state: WorkbenchState) {
    let text = parts(state).text
    let layout = layout(state, columns: text.columns)
    let here = start(layout, rows: text.rows)
    top = max(0, min(here + lines, layout.count - text.rows))
    first = nil
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    let hints = [
      Hint(label: "Esc", words: "closes", key: .escape),
      Hint(label: "Up Down", words: "scroll", key: nil),
      Hint(label: "type", words: "to search", key: nil),
    ]
    return HintLine(hints, last: nil, in: box)
  }
}

extension PageLayer {
  func sentences(_ state: WorkbenchState) -> [String] {
    var lines = [name + ":"]
    for block in found(in: state) {
      if let heading = block.heading { lines.append(heading + ":") }
      for paragraph in block.text {
        lines += paragraph.split(whereSeparator: \.isNewline).map(String.init)
      }
      lines += block.rows
    }
    return lines.map { state.look.sanitizer.visible($0) }
  }
}

extension PageLayer {
  /// A line on screen.
  private struct Line {
    let text: String
    let isHeading: Bool
  }

  /// The blocks in which every word of the filter stands.
  func found(in state: WorkbenchState) -> [Block] {
    let words = filter.text.lowercased().split(separator: " ")
    let all = blocks(state)
    guard !words.isEmpty else { return all }
    return all.filter { block in
      let text = ([block.heading ?? ""] + block.text + block.rows).joined(separator: "\n")
        .lowercased()
      return words.allSatisfy { text.contains($0) }
    }
  }

  private func layout(_ state: WorkbenchState, columns: Int) -> [Line] {
    func visible(_ text: String) -> String { state.look.sanitizer.visible(text) }
    var lines: [Line] = []
    for block in found(in: state) {
      if !lines.isEmpty { lines.append(Line(text: "", isHeading: false)) }
      if let heading = block.heading { lines.append(Line(text: visible(heading), isHeading: true)) }
      for paragraph in block.text {
        for line in paragraph.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
          lines += Wrapping.lines(visible(String(line)), columns: columns)
            .map { Line(text: $0, isHeading: false) }
        }
      }
      lines += block.rows.map { Line(text: visible($0), isHeading: false) }
    }
    return lines
  }

  /// The first line on screen.
  private func start(_ layout: [Line], rows: Int) -> Int {
    let wanted = first.flatMap { heading in
      layout.firstIndex { $0.isHeading && $0.text == heading }
    }
    return max(0, min(wanted ?? top, layout.count - rows))
  }

  private func popup(_ state: WorkbenchState) -> Box {
    let size = state.size
    return Box(column: 0, row: 1, columns: size.columns, rows: size.rows - 3)
      .centered(columns: min(100, size.columns - 4), rows: size.rows - 4)
  }

  private func parts(_ state: WorkbenchState) -> (filter: Box, text: Box) {
    let parts = popup(state).inset().splitRows([.fixed(1), .share(1)])
    return (parts[0], parts[1])
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let theme = pen.look.theme
    let box = popup(state)
    pen.frame.fill(box, style: theme[.popup])
    let inside = pen.frame.border(
      box, glyphs: pen.look.glyphs, style: theme[.popup], title: name,
      titleStyle: theme[.popupTitle])
    pen.frame.fill(inside, style: theme[.popup])
    let (line, text) = parts(state)
    let typed = state.safe(filter.text)
    pen.line([pen.piece("/", .prompt), pen.piece(typed, .popup)], in: line, row: 0)
    pen.frame.cursor = Position(
      column: line.column + 1 + TextWidth.columns(of: typed), row: line.row)
    let layout = layout(state, columns: text.columns)
    let top = start(layout, rows: text.rows)
    guard !layout.isEmpty else {
      pen.line("nothing matches; Backspace widens", .popup, in: text, row: 0)
      return
    }
    for (row, line) in layout.dropFirst(top).prefix(text.rows).enumerated() {
      pen.line(line.text, line.isHeading ? .popupTitle : .popup, in: text, row: row)
    }
    let last = min(layout.count, top + text.rows)
    if layout.count > text.rows {
      pen.rightLine(
        [pen.piece("lines \(top + 1) to \(last) of \(layout.count)", .popup)], in: line, row: 0)
    }
  }
}
