import Screen

@testable import Workbench

/// A whole layer in one file, as `CONTRIBUTING.md` describes it: how many letters each word has, in
/// the place of the tables. `W` lists the longest words first.
struct WordLengthLayer: Layer {
  let place = LayerPlace.details
  var longestFirst = false

  /// What `Action.all` would have, in one of its lists: `looking + WordLengthLayer.actions`.
  static let actions = [
    Action("word-lengths", .looking, "how many letters each word has; again shows the tables") {
      state, _ in
      state.layers.toggle(WordLengthLayer())
      return []
    }
  ]

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let words = state.currentPost?.tokens.map(\.text) ?? []
    let shown = longestFirst ? words.sorted { $0.count > $1.count } : words
    for (row, word) in shown.prefix(box.rows).enumerated() {
      pen.line("\(state.safe(word)) \(word.count)", in: box, row: row)
    }
  }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    guard key == .character("W") else { return .passes }
    longestFirst.toggle()
    return .stays([])
  }
}

/// A layer that takes all keys: whatever is typed, until Esc.
struct NoteLayer: Layer {
  let place = LayerPlace.over
  var line = LineEditor()

  var takesText: Bool { true }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    pen.line("note: \(state.safe(line.text))", in: box, row: 1)
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine([Hint(label: "Esc", words: "ends the note", key: .escape)], last: nil, in: box)
  }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    if key == .escape { return .leaves([]) }
    return line.handle(key) ? .stays([]) : .stays([.bell])
  }
}
