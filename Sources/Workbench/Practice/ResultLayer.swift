import Corpora
import Screen

/// What differs from the hidden labels of a post that was just accepted, over the tables under the
/// text.
struct ResultLayer: Layer {
  let place = LayerPlace.over
  /// The post's index.
  let post: Int
  /// The first difference on screen.
  private var top = 0

  init(post: Int) { self.post = post }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    let plan = plan(state)
    switch key {
    case .enter, .character(" "), .tab:
      let effects = state.run("unaccepted")
      state.beginPost()
      return .leaves(effects)
    case .escape, .control("c"):
      state.beginPost()
      return .leaves([])
    case .up, .character("k"): top = max(0, top - 1)
    case .down, .character("j"): top = max(0, min(top + 1, plan.lines.count - plan.rows))
    case .scroll(_, let up): top = max(0, min(top + (up ? -1 : 1), plan.lines.count - plan.rows))
    default: return .stays([.bell])
    }
    return .stays([])
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        Hint(label: "Enter", words: "next post", key: .enter),
        Hint(label: "Esc", words: "stays on this post", key: .escape),
      ], last: nil, in: box)
  }

  // MARK: On screen

  private struct Plan {
    let box: Box
    /// Rows for differences.
    let rows: Int
    let lines: [(kind: String, words: String)]
  }

  private func plan(_ state: WorkbenchState) -> Plan {
    let panes = Panes(state)
    let left = panes.queue ?? panes.centre
    let result = state.practice?.result(of: post)
    let lines = (result?.differences ?? []).map {
      ($0.kind.rawValue, $0.words(in: state.posts[post]))
    }
    // The tokens with their marks should stay to be seen.
    let most = max(3, panes.centre.rows - min(6, panes.text.rows))
    let rows = max(1, min(lines.count, most - 2))
    return Plan(
      box: Box(
        column: left.column, row: panes.centre.endRow - rows - 2,
        columns: max(1, panes.centre.endColumn - left.column), rows: rows + 2),
      rows: rows, lines: lines)
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let plan = plan(state)
    let theme = pen.look.theme
    pen.frame.fill(plan.box, style: theme[.popup])
    let count = plan.lines.count
    pen.heading(
      (count == 1 ? "1 difference" : "\(count) differences")
        + (plan.box.columns >= 48 ? " from the hidden labels" : ""), in: plan.box)
    for (row, line) in plan.lines.dropFirst(top).prefix(plan.rows).enumerated() {
      pen.line(
        [
          pen.piece(" " + pen.cell(line.kind, 15) + " ", .warning),
          pen.piece(state.safe(line.words), .popup),
        ], in: plan.box, row: row + 1)
    }
    if count > plan.rows {
      pen.rightLine(
        [pen.piece(" \(top + 1) to \(min(count, top + plan.rows)) ", .muted)], in: plan.box, row: 0)
    }
    pen.line(" " + state.practiceScore, .title, in: plan.box, row: plan.rows + 1)
    pen.frame.restyle(plan.box) { style in
      style.background == .standard ? style.on(theme[.popup].background) : style
    }
  }
}

extension WorkbenchState {
  /// What the practice has come to so far; empty outside of one and before the first post.
  var practiceScore: String {
    practice.map { PracticeText($0).score(look.glyphs.dot) } ?? ""
  }

  /// The time of the post on screen counts from now on.
  mutating func beginPost() { pace.begin(at: opened.clock()) }

  /// The post on screen was accepted: compares it with the hidden labels, shows what differs, or
  /// goes on where nothing does.
  mutating func judge(_ index: Int) -> [Effect] {
    guard practice?.result(of: index) == nil else { return run("unaccepted") }
    let spent = pace.accepted.last.flatMap { $0.post == posts[index].id ? $0.spent : nil }
    let given = post(index)
    let result = practice?.judge(given, at: index, seconds: spent.map { Double($0) / 1_000 })
    guard result?.differences.isEmpty == true else {
      layers.open(ResultLayer(post: index))
      return []
    }
    notice = nil
    let effects = run("unaccepted")
    let rest = notice.map { "; \($0.text)" } ?? ""
    notice = Notice(text: "nothing differs; \(practiceScore)\(rest)")
    return effects
  }
}

extension Action {
  static let practising: [Action] = [
    Action(
      "practice", .program, "what the practice has come to so far, and every difference",
      unavailable: {
        $0.practice == nil
          ? "this is no practice; start one with: twinlens open DATASET --practice" : nil
      }
    ) { state, _ in
      guard let practice = state.practice else { return [] }
      let text = PracticeText(practice)
      let blocks =
        [PageLayer.Block(text: text.summary)] + text.tables.map { PageLayer.Block(rows: $0) }
        + text.faults.map { PageLayer.Block(heading: $0.post, text: $0.sentences) }
      state.layers.open(PageLayer("practice") { _ in blocks })
      return []
    }
  ]
}
