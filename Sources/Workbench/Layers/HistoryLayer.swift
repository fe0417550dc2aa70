import Annotations
import Corpora
import Foundation
import Screen

/// What was done to the post on screen, by whom and when, and what its labels were then.
struct HistoryLayer: Layer {
  let place = LayerPlace.over
  private let post: Post
  /// Latest first.
  private let moments: [EditHistory.Moment]
  /// Steps that were taken back, and not done again.
  private let undone: Set<Int64>
  private var cursor = 0

  static let actions = [
    Action(
      "history", .labelling, keys: ["T"],
      "what was done to this post, by whom and when; Enter gives it the labels of then",
      unavailable: Action.needsPost
    ) { state, _ in
      guard let index = state.current else { return [] }
      let layer = HistoryLayer(state.posts[index], state)
      guard !layer.moments.isEmpty else {
        return state.refuse("nobody has edited this post")
      }
      state.layers.open(layer)
      return []
    }.leading(to: .history)
  ]

  private init(_ post: Post, _ state: WorkbenchState) {
    self.post = post
    moments = state.history.past(of: post).reversed()
    var undone: Set<Int64> = []
    for moment in moments.reversed() {
      switch moment.step.kind {
      case .undo(let sequence): undone.insert(sequence)
      case .redo(let sequence): undone.remove(sequence)
      case .edit: break
      }
    }
    self.undone = undone
  }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    let last = moments.count - 1
    switch key {
    case .escape, .control("c"), .character("q"): return .leaves([])
    case .up, .character("k"): cursor = max(0, cursor - 1)
    case .down, .character("j"): cursor = min(last, cursor + 1)
    case .pageUp: cursor = max(0, cursor - 10)
    case .pageDown: cursor = min(last, cursor + 10)
    case .home: cursor = 0
    case .end: cursor = last
    case .enter: return .leaves(state.restore(moments[cursor]))
    default: return .stays([.bell])
    }
    return .stays([])
  }

  // MARK: On screen

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let box = Box(column: 0, row: 1, columns: state.size.columns, rows: state.size.rows - 3)
    pen.frame.fill(box, style: pen.look.theme[.popup])
    let count = moments.count
    pen.line(
      " history of \(state.safe(post.id)): \(count) \(count == 1 ? "step" : "steps"), the latest first",
      .title, in: box, row: 0)
    let text = labelled(state)
    let lines = Wrapping.lines(text, columns: box.columns - 2)
    let textRows = min(lines.count, max(2, box.rows / 2 - 2))
    let rows = max(1, box.rows - 3 - textRows)
    let top = max(0, min(cursor - rows / 2, count - rows))
    for (row, number) in (top..<min(count, top + rows)).enumerated() {
      draw(number, state, &pen, box, row: row + 1)
    }
    let first = 1 + min(rows, count)
    let moment = moments[cursor]
    pen.line(
      " after step \(moment.step.sequence), \(state.word(for: moment.state.review)):", .title,
      in: box,
      row: first + 1)
    for (row, line) in lines.prefix(textRows).enumerated() {
      let isCut = row == textRows - 1 && lines.count > textRows
      pen.line(
        " " + line + (isCut ? pen.look.glyphs.ellipsis : ""), .text, in: box, row: first + 2 + row)
    }
    pen.frame.restyle(box) { style in
      style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
    }
  }

  private func draw(
    _ number: Int, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box, row: Int
  ) {
    let step = moments[number].step
    let isHere = number == cursor
    pen.line(
      [
        pen.piece(isHere ? pen.look.glyphs.pointer : " ", .title),
        pen.piece("#\(step.sequence)  ", .muted),
        pen.piece(Self.time(step.date) + "  ", .muted),
        pen.piece(state.safe(step.annotator) + "  ", .title),
        pen.piece(state.safe(step.name), undone.contains(step.sequence) ? .muted : .text),
        pen.piece(undone.contains(step.sequence) ? "  (taken back)" : "", .muted),
      ], in: box, row: row)
  }

  /// `2026-11-21 14:02 UTC`.
  static func time(_ date: Date) -> String {
    let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space).year().month().day()
      .time(includingFractionalSeconds: false)
    return String(date.formatted(style).prefix(16)) + " UTC"
  }

  /// The words with the mentions of then in brackets, and the pairs behind them.
  private func labelled(_ state: WorkbenchState) -> String {
    let then = moments[cursor].state
    var words: [String] = []
    for (index, token) in post.tokens.enumerated() {
      let mention = then.mentions.first { $0.range.contains(index) }
      let opens = mention?.range.lowerBound == index
      let closes = mention.map { $0.range.upperBound == index + 1 } ?? false
      words.append(
        (opens ? "[\(mention.map { state.safe($0.type.rawValue) } ?? "") " : "")
          + state.safe(token.text) + (closes ? "]" : ""))
    }
    let pairs = then.relations.map {
      "\(state.safe(post.quote($0.head))) \(state.safe($0.label)) \(state.safe(post.quote($0.tail)))"
    }
    return words.joined(separator: " ")
      + (pairs.isEmpty ? "" : " | " + pairs.joined(separator: "; "))
      + (then.note.map { " | note: " + state.safe($0) } ?? "")
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        Hint(label: "Enter", words: "gives it these labels", key: .enter),
        Hint(label: "j", words: "earlier", key: .character("j")),
        Hint(label: "k", words: "later", key: .character("k")),
        Hint(label: "Esc", words: "leaves", key: .escape),
      ], last: nil, in: box)
  }
}

extension WorkbenchState {
  /// Gives the post on screen the labels that it had, as a new edit that one key takes back.
  fileprivate mutating func restore(_ moment: EditHistory.Moment) -> [Effect] {
    guard let post = currentPost else { return [] }
    let edits = Edit.restoring(moment.state, of: post)
    guard !edits.isEmpty else {
      notice = Notice(text: "its labels are the same now")
      return []
    }
    var effects: [Effect] = []
    together { state in
      for edit in edits { effects += state.apply(edit) }
    }
    notice = Notice(
      text: "labels as after step \(moment.step.sequence); \(keymap.label("undo")) takes it back")
    return effects
  }
}
