import Inspection
import Screen

/// The saved what-ifs: a list to choose from.
struct SavedWhatIfsLayer: Layer {
  let place = LayerPlace.over
  let isOfModels = true
  private var cursor = ListCursor()

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    let all = state.savedWhatIfs
    cursor.stay(within: all.count)
    if cursor.move(key, within: all.count, page: max(1, box(state).rows - 2)) {
      return .stays([])
    }
    let place = cursor.place
    switch key {
    case .escape, .control("c"): return .leaves([])
    case .click(let at):
      guard let clicked = row(at: at, state) else { return .stays([]) }
      if clicked == place { return .leaves(state.open(all[clicked])) }
      cursor.go(to: clicked)
    case .enter:
      guard all.indices.contains(place) else { return .stays([.bell]) }
      return .leaves(state.open(all[place]))
    case .character("x"), .delete:
      guard all.indices.contains(place) else { return .stays([.bell]) }
      return .stays([.saveWhatIf(name: all[place].name, nil)])
    default: return .stays([.bell])
    }
    return .stays([])
  }

  // MARK: On screen

  private func box(_ state: WorkbenchState) -> Box {
    Box(column: 0, row: 1, columns: state.size.columns, rows: state.size.rows - 3)
  }

  private func top(_ count: Int, _ box: Box) -> Int {
    max(0, min(cursor.place - (box.rows - 1) / 2, count - (box.rows - 1)))
  }

  private func row(at place: Position, _ state: WorkbenchState) -> Int? {
    let (box, count) = (box(state), state.savedWhatIfs.count)
    guard box.contains(place), place.row > box.row else { return nil }
    let number = top(count, box) + place.row - box.row - 1
    return number < count ? number : nil
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let box = self.box(state)
    let all = state.savedWhatIfs
    pen.frame.fill(box, style: pen.look.theme[.popup])
    pen.line(" saved what-ifs", .title, in: box, row: 0)
    let wide = all.map(\.name.count).max() ?? 0
    let start = top(all.count, box)
    for (row, saved) in all.enumerated().dropFirst(start).prefix(box.rows - 1) {
      let isHere = row == cursor.place
      let isThere = state.indexOfID[saved.whatIf.post] != nil
      pen.line(
        [
          pen.piece(isHere ? pen.look.glyphs.pointer : " ", .title),
          pen.piece(
            pen.cell(saved.name, min(wide, SavedWhatIf.longestName)) + "  ",
            isHere ? .title : .text),
          pen.piece(state.safe(saved.whatIf.post) + "  ", isThere ? .muted : .error),
          pen.piece(
            state.safe(saved.whatIf.changes.map(\.words).joined(separator: "; ")) + "  ", .text),
          pen.piece(state.safe(saved.note), .muted),
        ], in: box, row: row - start + 1)
    }
    pen.frame.restyle(box) { style in
      style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
    }
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        Hint(label: "Enter", words: "opens it", key: .enter),
        Hint(label: "x", words: "removes it", key: .character("x")),
        Hint(label: "Esc", words: "leaves", key: .escape),
      ], last: nil, in: box)
  }
}
