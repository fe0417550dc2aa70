import Extractors
import Screen

extension WorkbenchState {
  /// The probability of every tag at every token, on screens with room: the shown system first.
  func drawMarginals(_ pen: inout Pen, _ box: Box, row: Int) {
    let area = Box(
      column: box.column, row: box.row + row, columns: box.columns, rows: box.rows - row)
    // An expert that learned no labels has no tags to show, one from outside no probabilities.
    let systems = systems.filter { !$0.marginals.isEmpty }
    guard area.rows >= 6, let index = current,
      let first = systems.first(where: { $0.expert == shown?.expert }) ?? systems.first,
      let plan = marginalPlan(area.columns, systems)
    else { return }
    let others = systems.filter { $0.expert != first.expert }
    let tokens = marginalTokens(area.rows - 3)
    var column = plan.name
    for prediction in ([first] + others).prefix(plan.systems) {
      let part = Box(
        column: area.column + column, row: area.row,
        columns: prediction.labels.count * plan.cell, rows: area.rows)
      draw(prediction, &pen, part, cell: plan.cell, tokens)
      column += part.columns + 2
    }
    let words = visibleTokens(index)
    for (line, token) in tokens.enumerated() {
      let here = token == self.token
      pen.line(
        (here ? pen.look.glyphs.pointer : " ") + pen.cell(words[token], plan.name - 2),
        here ? .title : .text, in: area, row: 3 + line)
    }
  }

  private struct MarginalPlan {
    let name: Int
    let cell: Int
    let systems: Int
  }

  /// The widest cells with which as many systems as possible fit; nil when none fits.
  private func marginalPlan(_ columns: Int, _ systems: [Prediction]) -> MarginalPlan? {
    let labels = systems.map(\.labels.count).max() ?? 0
    guard labels > 0 else { return nil }
    for count in stride(from: systems.count, through: 1, by: -1) {
      for cell in [7, 6, 5] {
        let left = columns - count * labels * cell - (count - 1) * 2
        if left >= 8 { return MarginalPlan(name: min(18, left), cell: cell, systems: count) }
      }
    }
    return nil
  }

  private func draw(
    _ prediction: Prediction, _ pen: inout Pen, _ box: Box, cell: Int, _ tokens: Range<Int>
  ) {
    pen.line("tag probabilities, \(safe(prediction.expert))", .title, in: box, row: 0)
    for (i, label) in prediction.labels.enumerated() {
      let parts = label.split(separator: "-", maxSplits: 1).map(String.init)
      pen.line(
        " " + pen.cell(parts.first ?? "", cell - 1), .muted, in: box, row: 1, indent: i * cell)
      let type = parts.count > 1 ? parts[1] : ""
      pen.line(" " + pen.cell(type, cell - 1), .muted, in: box, row: 2, indent: i * cell)
    }
    for (line, token) in tokens.enumerated() {
      guard prediction.marginals.indices.contains(token) else { continue }
      guard !prediction.isUnread(token) else {
        pen.frame.write(
          " not read", at: Position(column: box.column, row: box.row + 3 + line),
          style: pen.look.theme[.muted], within: box)
        continue
      }
      for (i, p) in prediction.marginals[token].prefix(prediction.labels.count).enumerated() {
        let isSeen = p >= 0.005
        // Three columns are enough: a certain tag is `1.0`.
        let number = p >= 0.995 ? "1.0" : Digits.short(p)
        let text =
          isSeen ? TextWidth.padded(number, columns: cell - 2) : pen.look.glyphs.dot
        pen.frame.write(
          " \(text)",
          at: Position(column: box.column + i * cell, row: box.row + 3 + line),
          style: isSeen ? pen.look.theme.heat(Double(p)) : pen.look.theme[.muted], within: box)
      }
    }
  }

  /// The tokens whose rows fit, around the cursor.
  private func marginalTokens(_ rows: Int) -> Range<Int> {
    guard let index = current, rows > 0 else { return 0..<0 }
    let count = posts[index].tokens.count
    let start = max(0, min(token - rows / 2, count - rows))
    return start..<min(count, start + rows)
  }
}
