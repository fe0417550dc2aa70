import Routing
import Screen

extension WorkbenchState {
  /// The router's word and every scalar that a system shows, as bars with numbers.
  func drawValues(_ pen: inout Pen, _ box: Box) {
    var row = drawRouter(&pen, box)
    let all = gauges
    let perGauge = box.rows - row >= all.count * 2 ? 2 : 1
    for signal in absentGauges where row < box.rows {
      let words = "no picture"
      pen.line(
        pen.cell(safe(signal.caption), max(1, box.columns - words.count - 1)), .text, in: box,
        row: row)
      pen.rightLine([pen.piece(words, .muted)], in: box, row: row)
      row += 1
    }
    for (i, gauge) in all.enumerated() {
      let isLastRow = row + perGauge > box.rows - (i + 1 < all.count ? 1 : 0)
      if isLastRow, row < box.rows {
        let rest = all.count - i
        pen.line(
          "\(rest) more; \(keymap.label("full")) gives room", .muted, in: box, row: row)
        return
      }
      draw(gauge, &pen, box, row: row, isTall: perGauge == 2)
      row += perGauge
    }
  }

  private func drawRouter(_ pen: inout Pen, _ box: Box) -> Int {
    guard let index = current, let decision = routes[index] else {
      let words =
        opened.hasRouter
        ? "no route yet for this post" : "no router: start with --router NAME"
      return pen.wrap(words, .muted, in: box, row: 0)
    }
    let role: Role = decision.route == .text ? .routeText : .routeMultimodal
    guard let scores = decision.scores else {
      let name = safe(analysis?.routedNames[.text] ?? Route.text.rawValue)
      return pen.wrap(
        "\(look.glyphs.arrow) \(name): without a picture the router is not asked", role, in: box,
        row: 0)
    }
    pen.line(
      [
        pen.piece("p ", .muted), pen.piece(Digits.fine(scores.probability), role),
        pen.piece("  rank ", .muted), pen.piece(Digits.percent(scores.percentile)),
        pen.piece("  cos ", .muted), pen.piece(Digits.short(scores.cosine)),
      ], in: box, row: 0)
    bar(
      &pen, box, row: 1, value: Double(scores.probability),
      threshold: Double(RouteDecision.threshold))
    return pen.wrap(why(decision.route, scores, isLong: box.rows >= 8), role, in: box, row: 2)
  }

  /// Why the post went where it went, in one sentence.
  private func why(_ route: Route, _ scores: RouteScores, isLong: Bool) -> String {
    let isText = route == .text
    let name = safe(analysis?.routedNames[route] ?? route.rawValue)
    let limit = Digits.short(RouteDecision.threshold)
    let sign = isText ? (look.glyphs.isUnicode ? "≤" : "<=") : ">"
    let short = "\(look.glyphs.arrow) \(name): p \(sign) \(limit)"
    // A retrained router is named wherever its p stands.
    let by = analysis?.router.flatMap { $0.contains(",") ? "; by \(safe($0))" : nil } ?? ""
    guard isLong else { return short + by }
    let rank = Digits.percent(isText ? 1 - scores.percentile : scores.percentile)
    return short + ", and \(isText ? "lower" : "higher") than on \(rank) of the held-out posts" + by
  }

  private func draw(_ gauge: Gauge, _ pen: inout Pen, _ box: Box, row: Int, isTall: Bool) {
    var numbers = Digits.short(gauge.value)
    if let percentile = gauge.percentile {
      numbers += (isTall ? "  rank " : " ") + Digits.percent(percentile)
    }
    let room = box.columns - TextWidth.columns(of: numbers) - 1
    guard isTall else {
      // The whole name; the bar has what is left, where that can show anything.
      let name = min(TextWidth.columns(of: safe(gauge.caption)), room)
      pen.line(pen.cell(gauge.caption, max(1, name)), .text, in: box, row: row)
      let middle = Box(
        column: box.column + name + 1, row: box.row, columns: room - name - 1, rows: box.rows)
      if middle.columns >= 4 {
        bar(
          &pen, middle, row: row, value: gauge.fraction(gauge.value),
          threshold: gauge.threshold.map(gauge.fraction))
      }
      pen.rightLine([pen.piece(numbers, .gate)], in: box, row: row)
      return
    }
    pen.line(pen.cell(gauge.caption, max(1, room)), .text, in: box, row: row)
    pen.rightLine([pen.piece(numbers, .gate)], in: box, row: row)
    bar(
      &pen, box, row: row + 1, value: gauge.fraction(gauge.value),
      threshold: gauge.threshold.map(gauge.fraction))
  }

  /// A bar over the width of a box with a mark where the decision turns.
  func bar(_ pen: inout Pen, _ box: Box, row: Int, value: Double, threshold: Double? = nil) {
    guard row < box.rows, box.columns > 0 else { return }
    let place = Position(column: box.column, row: box.row + row)
    let theme = pen.look.theme
    pen.frame.bar(
      value, at: place, columns: box.columns, glyphs: pen.look.glyphs, style: theme[.bar],
      track: theme[.track])
    guard let threshold else { return }
    let column = min(box.columns - 1, Int(threshold * Double(box.columns)))
    pen.frame.write(
      pen.look.glyphs.vertical, at: Position(column: place.column + column, row: place.row),
      style: theme[.warning])
  }
}
