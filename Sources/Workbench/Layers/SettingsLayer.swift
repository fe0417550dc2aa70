import Screen
import Settings

/// The list of all settings: what each is, where that comes from and what it may be.
struct SettingsLayer: Layer {
  let place = LayerPlace.over
  /// Which setting is chosen.
  private(set) var chosen = 0

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    let entries = state.currentSettings.entries
    let last = max(0, entries.count - 1)
    switch key {
    case .escape, .control("c"), .character("q"): return .leaves([])
    case .up, .character("k"): chosen = max(0, chosen - 1)
    case .down, .character("j"): chosen = min(last, chosen + 1)
    case .pageUp, .home: chosen = 0
    case .pageDown, .end: chosen = last
    case .scroll(_, let up): chosen = max(0, min(last, chosen + (up ? -1 : 1)))
    case .character("s"): return .stays(state.saveSettings())
    case .enter, .character(" "):
      guard entries.indices.contains(chosen) else { return .stays([.bell]) }
      return change(entries[chosen], in: &state)
    default: return .stays([.bell])
    }
    return .stays([])
  }

  /// Turns a flag over; whatever else there is to be typed.
  private func change(
    _ entry: ResolvedSettings.Entry, in state: inout WorkbenchState
  ) -> LayerReply {
    if case .flag(let isOn) = entry.value, entry.setting.time == .now {
      return .stays(state.set(entry.setting, to: .flag(!isOn)))
    }
    let option = entry.setting.time == .now ? "" : WorkbenchState.saveOption + " "
    state.openCommandLine("", after: "set \(option)\(entry.setting.name.rawValue) ")
    return .leaves([])
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        Hint(label: "Enter", words: "changes it", key: .enter),
        Hint(label: "s", words: "keeps what this session set", key: .character("s")),
        Hint(label: "Esc", words: "leaves", key: .escape),
      ], last: nil, in: box)
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let entries = state.currentSettings.entries
    let box = Box(
      column: 0, row: 1, columns: state.size.columns, rows: max(0, state.size.rows - 3))
    pen.frame.fill(box, style: pen.look.theme[.popup])
    pen.line(" settings", .title, in: box, row: 0)
    let parts = box.splitRows([.fixed(1), .share(1), .fixed(min(3, box.rows / 3))])
    draw(entries, &pen, parts[1])
    if entries.indices.contains(chosen) { explain(entries[chosen], &pen, parts[2]) }
    pen.frame.restyle(box) { style in
      style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
    }
  }

  private func draw(_ entries: [ResolvedSettings.Entry], _ pen: inout Pen, _ box: Box) {
    let name = (entries.map(\.setting.name.rawValue.count).max() ?? 0) + 2
    let value = min(24, max(10, box.columns / 4))
    let top = max(0, min(chosen - box.rows / 2, entries.count - box.rows))
    for (row, entry) in entries.dropFirst(top).prefix(box.rows).enumerated() {
      let isHere = top + row == chosen
      pen.line(
        [
          pen.piece(isHere ? pen.look.glyphs.pointer : " ", .title),
          pen.piece(pen.cell(entry.setting.name.rawValue, name), isHere ? .title : .text),
          pen.piece(pen.cell("\(entry.value)", value) + " ", .text),
          pen.piece(
            pen.look.sanitizer.visible("\(entry.source)"),
            entry.source == .builtIn ? .muted : .gold),
        ], in: box, row: row)
    }
  }

  private func explain(_ entry: ResolvedSettings.Entry, _ pen: inout Pen, _ box: Box) {
    let later = entry.setting.time == .now ? "" : "; read when the workbench opens"
    pen.wrap(
      "\(entry.setting.summary): \(entry.setting.allowed)\(later)", .muted, in: box, row: 0)
  }
}
