import Corpora
import Screen

/// The list of labels that opens over the details of a post: one key sets the label of a pair.
struct RelationLayer: Layer {
  let place = LayerPlace.over
  /// The two ends, as they are marked in the text.
  let head: Range<Int>
  let tail: Range<Int>
  /// Their types, where anything says them.
  let headType: EntityType?
  let tailType: EntityType?
  /// The label that the pair has now; nil for a pair that is being made.
  let label: String?
  /// Labels for these types, `None` first.
  let fitting: [String]
  /// The rest, in the order of their ids.
  let others: [String]
  /// The entry that Enter sets.
  var chosen = 0

  /// - Parameter pair: the pair with these ends; nil for a new one.
  init(
    head: Range<Int>, tail: Range<Int>, pair: RelationMention?, in state: WorkbenchState
  ) {
    self.head = head
    self.tail = tail
    // A pair of the files may have got its label by mistake; its type is still the best guess.
    headType = state.type(of: head, in: pair)
    tailType = state.type(of: tail, in: pair)
    label = pair?.label
    let ranked = state.inventory.ranked(head: headType, tail: tailType)
    fitting = [RelationInventory.none] + ranked.fitting
    others = ranked.others
    chosen = entries.firstIndex { $0 == pair?.label } ?? 0
  }

  /// All labels in the order of the list.
  var entries: [String] { fitting + others }

  var markedPair: (head: Range<Int>, tail: Range<Int>)? { (head, tail) }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    let last = max(0, entries.count - 1)
    switch key {
    case .escape, .control("c"): return .leaves([])
    case .up, .left, .control("p"): chosen = max(0, chosen - 1)
    case .down, .right, .control("n"): chosen = min(last, chosen + 1)
    case .pageUp, .home: chosen = 0
    case .pageDown, .end: chosen = last
    case .scroll(_, let up): chosen = max(0, min(last, chosen + (up ? -1 : 1)))
    case .enter: return choose(entries[chosen], in: &state)
    case .delete, .backspace:
      return .leaves(label == nil ? [] : state.dropPair(head: head, tail: tail))
    case .tab, .backTab:
      guard label == nil else {
        return .stays(
          state.refuse("only the ends of a new pair change places; Delete removes this one"))
      }
      let pair = state.pairs.first { $0.head == tail && $0.tail == head }
      self = RelationLayer(head: tail, tail: head, pair: pair, in: state)
    case .click(let place):
      guard let entry = entry(at: place, state) else { return .leaves([]) }
      return choose(entries[entry], in: &state)
    case .character(let character):
      guard let label = state.inventory.label(of: character) else {
        return .stays(
          state.refuse("\(character) is no label; the keys stand beside the labels"))
      }
      return choose(label, in: &state)
    default: return .stays([.bell])
    }
    return .stays([])
  }

  private func choose(_ label: String, in state: inout WorkbenchState) -> LayerReply {
    .leaves(state.relate(head: head, tail: tail, label: label))
  }

  /// A label a line: key, name, and what the experts say of it.
  func sentences(_ state: WorkbenchState) -> [String] {
    guard let post = state.currentPost else { return [] }
    let types = [headType, tailType].map { $0.map { state.safe($0.rawValue) } ?? "unknown" }
    let labels = entries.enumerated().map { i, name in
      let key = state.inventory.key(of: name).map { "\($0), " } ?? ""
      let said = state.relationAnswers.compactMap { answers, _ -> String? in
        let found = answers.ranked(head: head, tail: tail).first { $0.0 == name }
        guard let p = found?.1, p >= 0.1 else { return nil }
        return "\(state.safe(answers.expert)) says \(Digits.short(p))"
      }
      let parts =
        [key + state.safe(name)] + (i < fitting.count ? [] : ["for other types"])
        + (name == label ? ["it has this one now"] : []) + said
      return parts.joined(separator: ", ") + "."
    }
    return [
      "Labels for the pair from \(state.safe(post.quote(head))), \(types[0]), to "
        + "\(state.safe(post.quote(tail))), \(types[1]):"
    ] + labels + ["Enter sets \(state.safe(entries[chosen]))."]
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    let other =
      label == nil
      ? Hint(label: "Tab", words: "swaps the ends", key: .tab)
      : Hint(label: "Delete", words: "no pair", key: .delete)
    let hints = [
      Hint(label: "0", words: "None", key: .character("0")),
      Hint(label: "letter", words: "sets it", key: nil),
      Hint(label: "Enter", words: "the marked one", key: .enter),
      other,
      Hint(label: "Esc", words: "leaves", key: .escape),
    ]
    return HintLine(hints, last: nil, in: box)
  }
}

extension RelationLayer {
  /// A row of the list.
  private enum Row {
    case heading(String)
    /// Places in the chooser's entries.
    case entries(Range<Int>)
  }

  /// Where the list stands, and what is in its rows.
  private struct Plan {
    let box: Box
    let columns: Int
    /// The rows that fit.
    let rows: [Row]
    /// Where the guideline of the chosen label stands; no rows where there is no room or none.
    let guideline: Box

    var columnWidth: Int { box.columns / columns }
  }

  private func plan(_ state: WorkbenchState) -> Plan {
    let panes = Panes(state)
    let left = panes.queue ?? panes.centre
    let width = max(1, panes.centre.endColumn - left.column)
    let columns = max(1, min(3, width / 24))
    var rows: [Row] = []
    func add(_ range: Range<Int>) {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: columns) {
        rows.append(.entries(start..<min(range.upperBound, start + columns)))
      }
    }
    add(0..<fitting.count)
    if headType != nil || tailType != nil { rows.append(.heading("other types")) }
    add(fitting.count..<entries.count)
    // The tokens with their marks should stay to be seen.
    let room = max(4, panes.centre.rows - min(6, panes.text.rows))
    let count = min(rows.count, room - 1)
    let here = rows.firstIndex {
      if case .entries(let range) = $0 { range.contains(chosen) } else { false }
    }
    let top = max(0, min((here ?? 0) - count / 2, rows.count - count))
    let shown = Array(rows[top..<(top + count)])
    // As many rows for each label, so that the list does not move while somebody goes through it.
    let most = entries.map { told(of: $0, state, columns: width - 2).count }.max() ?? 0
    let extra = min(Self.guidelineRows, most, room - 1 - count)
    let box = Box(
      column: left.column, row: panes.centre.endRow - count - 1 - extra, columns: width,
      rows: count + 1 + extra)
    return Plan(
      box: box, columns: columns, rows: shown,
      guideline: Box(
        column: box.column + 1, row: box.endRow - extra, columns: max(1, width - 2), rows: extra))
  }

  /// Most rows that the guideline of a label takes; `:guideline` shows it whole.
  private static let guidelineRows = 4

  /// What the dataset says of a label, as many lines as may be shown and one more where there are
  /// more.
  private func told(of label: String, _ state: WorkbenchState, columns: Int) -> [String] {
    guard let text = state.opened.guidelines.text(of: label), columns > 0 else { return [] }
    // A beginning is enough: a guideline may be pages long.
    let start = text.prefix((Self.guidelineRows + 1) * columns)
    let words = start.split(whereSeparator: \.isNewline).map { state.safe(String($0)) }
    return Array(
      Wrapping.lines(words.joined(separator: " "), columns: columns - 1)
        .prefix(Self.guidelineRows + 1))
  }

  private func drawGuideline(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    guard box.rows > 0 else { return }
    let lines = told(of: entries[chosen], state, columns: box.columns)
    for (row, line) in lines.prefix(box.rows).enumerated() {
      let isCut = row == box.rows - 1 && lines.count > box.rows
      pen.line(line + (isCut ? pen.look.glyphs.ellipsis : ""), .muted, in: box, row: row)
    }
  }

  /// The entry at a place, counted in the chooser's entries.
  private func entry(at place: Position, _ state: WorkbenchState) -> Int? {
    let plan = plan(state)
    guard Panes(state).isUsable, plan.box.contains(place) else { return nil }
    let row = place.row - plan.box.row - 1
    guard plan.rows.indices.contains(row), case .entries(let range) = plan.rows[row] else {
      return nil
    }
    let column = (place.column - plan.box.column) / plan.columnWidth
    return column < range.count ? range.lowerBound + column : nil
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    guard let post = state.currentPost else { return }
    let plan = plan(state)
    let theme = pen.look.theme
    pen.frame.fill(plan.box, style: theme[.popup])
    let title =
      "\(state.safe(post.quote(head))) \(pen.look.glyphs.arrow) \(state.safe(post.quote(tail)))"
    pen.heading(label == nil ? "new pair: \(title)" : title, in: plan.box)
    let types = [headType, tailType].map { $0.map { state.safe($0.rawValue) } ?? "?" }
    let fromTo =
      headType == nil && tailType == nil
      ? "" : types.joined(separator: " \(state.look.glyphs.arrow) ")
    let names = state.relationAnswers.map { state.safe($0.0.expert) }.joined(separator: " ")
    let whose = names.isEmpty ? "" : "p of \(names)"
    let room = plan.box.columns - TextWidth.columns(of: title) - 16
    // Numbers without an owner say less than types that the words show.
    let both = [fromTo, whose].filter { !$0.isEmpty }.joined(separator: "; ")
    let words = [both, whose, fromTo].map { " \($0) " }
      .first { $0.count > 2 && TextWidth.columns(of: $0) <= room }
    if let words { pen.rightLine([pen.piece(words, .title)], in: plan.box, row: 0) }
    for (i, row) in plan.rows.enumerated() {
      switch row {
      case .heading(let words): pen.line(" \(state.safe(words))", .muted, in: plan.box, row: i + 1)
      case .entries(let range):
        for (column, entry) in range.enumerated() {
          let cell = Box(
            column: plan.box.column + column * plan.columnWidth, row: plan.box.row + 1 + i,
            columns: plan.columnWidth - 1, rows: 1)
          draw(entry, state, &pen, cell)
        }
      }
    }
    drawGuideline(state, &pen, plan.guideline)
    pen.frame.restyle(plan.box) { style in
      style.background == .standard ? style.on(theme[.popup].background) : style
    }
  }

  private func draw(_ entry: Int, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let name = entries[entry]
    let isChosen = entry == chosen
    let key = state.inventory.key(of: name).map(String.init) ?? " "
    let role: Role = isChosen ? .selection : entry < fitting.count ? .text : .popup
    let isNow = name == label
    let said = state.relationAnswers.map { answers, role -> (String?, Role) in
      let ranked = answers.ranked(head: head, tail: tail)
      let p = ranked.first { $0.0 == name }?.1 ?? nil
      return (p.flatMap { $0 >= 0.1 ? Digits.short($0) : nil }, role)
    }
    // Each expert has its place in the order of the heading: a dot where it says less.
    let answers =
      said.contains { $0.0 != nil }
      ? said.map { pen.piece(" " + ($0.0 ?? state.look.glyphs.dot), $0.1) } : []
    let after = answers.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    // Without the slash in front two columns of labels fit on the smallest screen.
    var shown = state.safe(name).drop { $0 == "/" }
    // Where the heading says both types, the name is enough.
    let saysTypes = headType != nil && tailType != nil
    if saysTypes, entry < fitting.count, let last = shown.split(separator: "/").last {
      shown = last
    }
    // The last part says most; of the types before it the first letter is enough.
    let room = max(1, box.columns - 3 - after)
    if TextWidth.columns(of: String(shown)) > room, let last = shown.split(separator: "/").last {
      let types = shown.split(separator: "/").dropLast().map { $0.prefix(1) + "/" }
      shown = Substring(types.joined() + last)
    }
    pen.line(
      [
        pen.piece(isNow ? pen.look.glyphs.pointer : " ", .title), pen.piece("\(key) ", .key),
        pen.piece(
          TextWidth.fitted(
            String(shown), columns: room,
            ellipsis: pen.look.glyphs.ellipsis), role),
      ] + answers, in: box, row: 0)
  }
}
