import Corpora
import Screen

/// The list of relation labels over the details: keys first, labels that fit the types first.
extension WorkbenchState {
  /// A row of the list.
  private enum ChooserRow {
    case heading(String)
    /// Places in the chooser's entries.
    case entries(Range<Int>)
  }

  /// Where the list stands, and what is in its rows.
  private struct ChooserPlan {
    let box: Box
    let columns: Int
    /// The rows that fit.
    let rows: [ChooserRow]

    var columnWidth: Int { box.columns / columns }
  }

  private func chooserPlan(_ chooser: RelationChooser) -> ChooserPlan {
    let panes = Panes(self)
    let left = panes.queue ?? panes.centre
    let width = max(1, panes.centre.endColumn - left.column)
    let columns = max(1, min(3, width / 24))
    var rows: [ChooserRow] = []
    func add(_ range: Range<Int>) {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: columns) {
        rows.append(.entries(start..<min(range.upperBound, start + columns)))
      }
    }
    add(0..<chooser.fitting.count)
    if chooser.headType != nil || chooser.tailType != nil { rows.append(.heading("other types")) }
    add(chooser.fitting.count..<chooser.entries.count)
    // The tokens with their marks should stay to be seen.
    let most = max(4, panes.centre.rows - min(6, panes.text.rows))
    let count = min(rows.count, most - 1)
    let here = rows.firstIndex {
      if case .entries(let range) = $0 { range.contains(chooser.chosen) } else { false }
    }
    let top = max(0, min((here ?? 0) - count / 2, rows.count - count))
    let shown = Array(rows[top..<(top + count)])
    return ChooserPlan(
      box: Box(
        column: left.column, row: panes.centre.endRow - count - 1, columns: width, rows: count + 1),
      columns: columns, rows: shown)
  }

  /// The entry at a place, counted in the chooser's entries.
  func chooserEntry(at place: Position, _ chooser: RelationChooser) -> Int? {
    let plan = chooserPlan(chooser)
    guard Panes(self).isUsable, plan.box.contains(place) else { return nil }
    let row = place.row - plan.box.row - 1
    guard plan.rows.indices.contains(row), case .entries(let range) = plan.rows[row] else {
      return nil
    }
    let column = (place.column - plan.box.column) / plan.columnWidth
    return column < range.count ? range.lowerBound + column : nil
  }

  func drawChooser(_ pen: inout Pen, _ chooser: RelationChooser) {
    guard let post = currentPost else { return }
    let plan = chooserPlan(chooser)
    let theme = pen.look.theme
    pen.frame.fill(plan.box, style: theme[.popup])
    let title =
      "\(safe(post.quote(chooser.head))) \(pen.look.glyphs.arrow) \(safe(post.quote(chooser.tail)))"
    pen.heading(chooser.label == nil ? "new pair: \(title)" : title, in: plan.box)
    if chooser.headType != nil || chooser.tailType != nil {
      let types = [chooser.headType, chooser.tailType].map { $0.map { safe($0.rawValue) } ?? "?" }
      let names = relationAnswers.map { safe($0.0.expert) }.joined(separator: " ")
      let short = " \(types.joined(separator: " \(look.glyphs.arrow) ")) "
      let long = names.isEmpty ? short : "\(short.dropLast()); p of \(names) "
      let room = plan.box.columns - TextWidth.columns(of: title) - 16
      if let words = [long, short].first(where: { TextWidth.columns(of: $0) <= room }) {
        pen.rightLine([pen.piece(words, .title)], in: plan.box, row: 0)
      }
    }
    for (i, row) in plan.rows.enumerated() {
      switch row {
      case .heading(let words): pen.line(" \(safe(words))", .muted, in: plan.box, row: i + 1)
      case .entries(let range):
        for (column, entry) in range.enumerated() {
          let cell = Box(
            column: plan.box.column + column * plan.columnWidth, row: plan.box.row + 1 + i,
            columns: plan.columnWidth - 1, rows: 1)
          draw(chooser, entry, &pen, cell)
        }
      }
    }
    pen.frame.restyle(plan.box) { style in
      style.background == .standard ? style.on(theme[.popup].background) : style
    }
  }

  private func draw(_ chooser: RelationChooser, _ entry: Int, _ pen: inout Pen, _ box: Box) {
    let label = chooser.entries[entry]
    let isChosen = entry == chooser.chosen
    let key = inventory.key(of: label).map(String.init) ?? " "
    let role: Role = isChosen ? .selection : entry < chooser.fitting.count ? .text : .popup
    let isNow = label == chooser.label
    let said = relationAnswers.map { answers, role -> (String?, Role) in
      let ranked = answers.ranked(head: chooser.head, tail: chooser.tail)
      let p = ranked.first { $0.0 == label }?.1 ?? nil
      return (p.flatMap { $0 >= 0.1 ? Digits.short($0) : nil }, role)
    }
    // Each expert has its place in the order of the heading: a dot where it says less.
    let answers =
      said.contains { $0.0 != nil }
      ? said.map { pen.piece(" " + ($0.0 ?? look.glyphs.dot), $0.1) } : []
    let after = answers.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    // Without the slash in front two columns of labels fit on the smallest screen.
    var name = safe(label).drop { $0 == "/" }
    // Where the heading says both types, the name is enough.
    let saysTypes = chooser.headType != nil && chooser.tailType != nil
    if saysTypes, entry < chooser.fitting.count, let last = name.split(separator: "/").last {
      name = last
    }
    pen.line(
      [
        pen.piece(isNow ? pen.look.glyphs.pointer : " ", .title), pen.piece("\(key) ", .key),
        pen.piece(
          TextWidth.fitted(
            String(name), columns: max(1, box.columns - 3 - after),
            ellipsis: pen.look.glyphs.ellipsis), role),
      ] + answers, in: box, row: 0)
  }

  func chooserHints(_ chooser: RelationChooser) -> [Hint] {
    var hints = [
      Hint(label: "0", words: "None", key: .character("0")),
      Hint(label: "letter", words: "sets it", key: nil),
      Hint(label: "Enter", words: "the marked one", key: .enter),
    ]
    hints.append(
      chooser.label == nil
        ? Hint(label: "Tab", words: "swaps the ends", key: .tab)
        : Hint(label: "Delete", words: "no pair", key: .delete))
    hints.append(Hint(label: "Esc", words: "leaves", key: .escape))
    return hints
  }
}
