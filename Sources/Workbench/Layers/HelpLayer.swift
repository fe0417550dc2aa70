import Screen

/// The searchable list of everything there is; its entries can be run.
struct HelpLayer: Layer {
  let place = LayerPlace.over
  var filter = LineEditor()
  /// Which entry is chosen, counted in the filtered list.
  var chosen = 0

  static let actions = [
    Action("help", .program, keys: ["?", "F1"], "search and run everything there is") { state, _ in
      state.layers.open(HelpLayer())
      return []
    }
  ]

  var takesText: Bool { true }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    let entries = entries(in: state)
    let last = max(0, entries.count - 1)
    let page = page(state)
    switch key {
    case .escape, .control("c"), .function(1): return .leaves([])
    case .up, .control("p"): chosen = max(0, chosen - 1)
    case .down, .control("n"): chosen = min(last, chosen + 1)
    case .pageUp: chosen = max(0, chosen - page)
    case .pageDown: chosen = min(last, chosen + page)
    case .scroll(_, let up): chosen = max(0, min(entries.count - 1, chosen + (up ? -1 : 1)))
    case .click(let place):
      guard let clicked = entry(at: place, state) else { return .stays([]) }
      // The first click shows what an entry does, the second runs it.
      if clicked == chosen { return run(entries[clicked], in: &state) }
      chosen = clicked
    case .enter:
      guard entries.indices.contains(chosen) else { return .stays([.bell]) }
      return run(entries[chosen], in: &state)
    default:
      if filter.handle(key) { chosen = 0 }
    }
    return .stays([])
  }

  private func run(_ entry: Entry, in state: inout WorkbenchState) -> LayerReply {
    if let reason = entry.unavailable {
      state.notice = Notice(text: "\(entry.command): \(reason)", isError: true)
      return .stays([.bell])
    }
    state.notice = nil
    guard entry.needsArguments else { return .leaves(state.run(entry.command)) }
    state.openCommandLine("", after: entry.command + " ")
    return .leaves([])
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    let hints = [
      Hint(label: "Enter", words: "runs it", key: .enter),
      Hint(label: "Esc", words: "closes", key: .escape),
      Hint(label: "type", words: "to filter", key: nil),
    ]
    return HintLine(hints, last: nil, in: box)
  }

  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool {
    state.drawNoticeOrHints(&pen, box)
    guard state.notice == nil, box.columns >= 96 else { return true }
    let mark = state.reviewMark
    let ofPosts =
      "\(mark(.untouched)) untouched \(mark(.edited)) edited \(mark(.reviewed)) accepted "
      + "\(mark(.adjudicated)) adjudicated \(mark(.rejected)) rejected ! flagged s skipped "
    let ofModels =
      "T M route \(state.look.differs) differs \(state.look.disputed) disputed f flips "
    let marks =
      !state.showsModels
      ? ofPosts
      : box.columns >= 160
        ? ofPosts + ofModels
        : box.columns >= 120 ? ofPosts : ofModels
    pen.rightLine([pen.piece(marks, .muted)], in: box, row: 0)
    return true
  }
}

extension HelpLayer {
  var isOnlyRead: Bool { true }

  func sentences(_ state: WorkbenchState) -> [String] {
    entries(in: state).map { entry in
      let keys = entry.keys.map(KeyName.label).joined(separator: ", ")
      let words = entry.summary + (entry.unavailable.map { "; not now: \($0)" } ?? "")
      return (keys.isEmpty ? "" : "\(keys), ") + ":\(entry.usage), \(state.safe(words))."
    }
  }
}

extension HelpLayer {
  /// One line of the list.
  struct Entry: Sendable, Equatable {
    let command: String
    let group: Action.Group
    let keys: [Key]
    let usage: String
    let summary: String
    /// Why it cannot be run now.
    let unavailable: String?
    let needsArguments: Bool
  }

  /// The entries that match the filter: every word must stand in name, summary, keys or group.
  /// Those whose name begins with it come first, so that Enter runs what was typed.
  func entries(in state: WorkbenchState) -> [Entry] {
    let words = filter.text.lowercased().split(separator: " ")
    let found = Self.all(in: state).filter { entry in
      let keys = entry.keys.map(KeyName.label).joined(separator: " ")
      let text = "\(entry.usage) \(entry.summary) \(keys) \(entry.group.rawValue)".lowercased()
      return words.allSatisfy { text.contains($0) }
    }
    guard let typed = words.first else { return found }
    return found.filter { $0.command.hasPrefix(typed) }
      + found.filter { !$0.command.hasPrefix(typed) }
  }

  private static func all(in state: WorkbenchState) -> [Entry] {
    Action.all.flatMap { action -> [Entry] in
      let entry = Entry(
        command: action.name, group: action.group, keys: state.keymap.keys(for: action.name),
        usage: action.usage, summary: action.summary,
        unavailable: action.needsAnswer && state.isAnswerDue ? nil : action.obstacle(state),
        needsArguments: action.needsArguments)
      guard action.parameters.first?.kind == .type, action.parameters.count == 1 else {
        return [entry]
      }
      // A type has a key of its own, so it has a line of its own.
      return state.opened.types.map { type in
        let command = "\(action.name) \(type.rawValue)"
        return Entry(
          command: command, group: action.group, keys: state.keymap.keys(for: command),
          usage: command, summary: "make the selection, mention or token \(type.rawValue)",
          unavailable: action.obstacle(state), needsArguments: false)
      }
    }
  }
}

extension HelpLayer {
  /// The popup of the list, with its border.
  private func popup(_ state: WorkbenchState) -> Box {
    let size = state.size
    return Box(column: 0, row: 1, columns: size.columns, rows: size.rows - 3)
      .centered(columns: min(100, size.columns - 4), rows: size.rows - 4)
  }

  /// The parts inside the border: filter, entries, and what the chosen one does.
  private func parts(_ inside: Box) -> [Box] {
    inside.splitRows([.fixed(1), .share(1), .fixed(min(3, inside.rows / 4))])
  }

  /// How far a page goes: a line of the page before stays.
  private func page(_ state: WorkbenchState) -> Int {
    max(1, parts(popup(state).inset())[1].rows - 1)
  }

  /// The first entry on screen.
  private func top(_ count: Int, rows: Int) -> Int {
    max(0, min(chosen - rows / 2, count - rows))
  }

  /// The entry at a place, counted in the filtered list.
  private func entry(at place: Position, _ state: WorkbenchState) -> Int? {
    let box = parts(popup(state).inset())[1]
    guard Panes(state).isUsable, box.contains(place) else { return nil }
    let count = entries(in: state).count
    let entry = top(count, rows: box.rows) + place.row - box.row
    return entry < count ? entry : nil
  }

  /// The list of everything there is, over the screen.
  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let look = pen.look
    let box = popup(state)
    pen.frame.fill(box, style: look.theme[.popup])
    let inside = pen.frame.border(
      box, glyphs: look.glyphs, style: look.theme[.popup], title: "help",
      titleStyle: look.theme[.popupTitle])
    pen.frame.fill(inside, style: look.theme[.popup])
    let entries = entries(in: state)
    pen.line(
      [pen.piece("/", .prompt), pen.piece(state.safe(filter.text), .popup)], in: inside, row: 0)
    let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
    pen.rightLine([pen.piece(count, .popup)], in: inside, row: 0)
    pen.frame.cursor = Position(
      column: inside.column + 1 + TextWidth.columns(of: state.safe(filter.text)), row: inside.row)
    let parts = self.parts(inside)
    draw(entries, state, &pen, parts[1])
    guard entries.indices.contains(chosen) else { return }
    let chosen = entries[chosen]
    let words = chosen.unavailable.map { "; not now: \($0)" } ?? ""
    pen.heading(":\(chosen.usage)", in: parts[2])
    pen.frame.restyle(parts[2]) { $0.on(look.theme[.popup].background) }
    let rest = Box(
      column: parts[2].column, row: parts[2].row + 1, columns: parts[2].columns,
      rows: parts[2].rows - 1)
    pen.wrap(chosen.summary + words, .popup, in: rest, row: 0)
  }

  private func draw(
    _ entries: [Entry], _ state: WorkbenchState, _ pen: inout Pen, _ box: Box
  ) {
    guard !entries.isEmpty else {
      pen.line("nothing matches; Backspace widens", .popup, in: box, row: 0)
      return
    }
    let top = self.top(entries.count, rows: box.rows)
    let usage = min(28, box.columns / 4 + 2)
    for (row, entry) in entries.dropFirst(top).prefix(box.rows).enumerated() {
      let isChosen = top + row == chosen
      let style = isChosen ? pen.look.theme[.selection] : pen.look.theme[.popup]
      let faded = isChosen ? style : pen.look.theme[.disabled].on(style.background)
      let keys = entry.keys.map(KeyName.label).joined(separator: " ")
      // What it does is what somebody looks up; why it cannot be done now stands below.
      let words = (entry.unavailable == nil ? "" : "(not now) ") + entry.summary
      let line = Box(column: box.column, row: box.row + row, columns: box.columns, rows: 1)
      pen.frame.fill(line, style: style)
      pen.line(
        [
          Pen.Piece(text: isChosen ? pen.look.glyphs.pointer : " ", style: style),
          Pen.Piece(text: pen.cell(keys, 10) + " ", style: style),
          Pen.Piece(text: pen.cell(entry.usage, usage) + " ", style: style),
          Pen.Piece(text: state.safe(words), style: entry.unavailable == nil ? style : faded),
        ], in: line, row: 0)
    }
  }
}
