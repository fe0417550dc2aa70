import Routing
import Screen

extension WorkbenchState {
  /// The router's word and every scalar that a system shows, as bars with numbers.
  func drawValues(_ pen: inout Pen, _ box: Box) {
    var row = drawRouter(&pen, box)
    for signal in absentGauges where row < box.rows {
      let words = signal.cause.rawValue
      let caption = safe(signal.caption)
      guard TextWidth.columns(of: caption) + words.count < box.columns else {
        row = pen.wrap("\(caption): \(words)", .muted, in: box, row: row)
        continue
      }
      pen.line(caption, .text, in: box, row: row)
      pen.rightLine([pen.piece(words, .muted)], in: box, row: row)
      row += 1
    }
    if gauges.isEmpty, absentGauges.isEmpty, let traced, row < box.rows {
      pen.wrap(
        "\(safe(traced.system)) shows no single numbers"
          + (spatialSignals.count < 2 ? "" : "; \(keymap.label("map")) goes through its maps"),
        .muted, in: box, row: row)
    }
    let tall = gauges.map { gaugeLayout($0, box.columns, isTall: true) }
    let isTall = box.rows - row >= tall.reduce(0) { $0 + $1.rows }
    let all = isTall ? tall : gauges.map { gaugeLayout($0, box.columns, isTall: false) }
    for (i, layout) in all.enumerated() {
      // The last row says how many are left.
      guard row + layout.rows <= box.rows - (i + 1 < all.count ? 1 : 0) else {
        guard row < box.rows else { return }
        pen.line(
          "\(all.count - i) more; \(keymap.label("full")) gives room", .muted, in: box, row: row)
        return
      }
      draw(layout, &pen, box, row: row)
      row += layout.rows
    }
  }

  private func drawRouter(_ pen: inout Pen, _ box: Box) -> Int {
    guard let index = current, let decision = routes[index] else {
      let words =
        opened.hasRouter
        ? "no route yet for this post" : Self.noRouter
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
    // Where the gauges need its row, the number is enough.
    let others = gauges.reduce(0) { $0 + gaugeLayout($1, box.columns, isTall: false).rows }
    let hasBar = box.rows > 5 || others + 3 <= box.rows
    if hasBar {
      bar(
        &pen, box, row: 1, value: Double(scores.probability),
        threshold: Double(RouteDecision.threshold))
    }
    return pen.wrap(
      why(decision.route, scores, isLong: box.rows >= 8), role, in: box, row: hasBar ? 2 : 1)
  }

  /// A router chooses between the experts that it learned with.
  static let noRouter =
    "no router is loaded for these experts; --router NAME alone opens one with its own"

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
    // The two shares that stand here add up to a hundred as they are written.
    let below = (100 * scores.percentile).rounded() / 100
    let rank = Digits.percent(isText ? 1 - below : below)
    return short + ", and \(isText ? "lower" : "higher") than on \(rank) of the held-out posts" + by
  }

  /// How a gauge is drawn in a column.
  private struct GaugeLayout {
    let gauge: Gauge
    let numbers: String
    /// The name, in as many lines as it needs.
    let caption: [String]
    /// Where the bar and the numbers are.
    let bar: Place
    var rows: Int { caption.count + (bar == .beside ? 0 : 1) }

    enum Place {
      /// Bar and numbers stand behind the end of the name.
      case beside
      /// The bar has a row of its own under the name and the numbers.
      case below
      /// The name leaves no room: the numbers are with the bar.
      case belowWithNumbers
    }
  }

  private func gaugeLayout(_ gauge: Gauge, _ columns: Int, isTall: Bool) -> GaugeLayout {
    var numbers = Digits.short(gauge.value)
    if let percentile = gauge.percentile {
      numbers += (isTall ? "  rank " : " ") + Digits.percent(percentile)
    }
    var caption = safe(gauge.caption)
    let room = columns - TextWidth.columns(of: numbers) - 1
    // Where rows are few, a name does without what explains it.
    if !isTall, TextWidth.columns(of: caption) > room {
      let parts = caption.split(separator: ": ")
      let least = caption.hasPrefix(safe(gauge.system) + ": ") ? 2 : 1
      if parts.count > least { caption = parts.dropLast().joined(separator: ": ") }
    }
    // The numbers stand behind the end of the name where that leaves them room.
    let lines = Wrapping.lines(caption, columns: max(1, columns))
    let fits = lines.last.map { TextWidth.columns(of: $0) <= room } ?? true
    return GaugeLayout(
      gauge: gauge, numbers: numbers, caption: lines,
      bar: !fits ? .belowWithNumbers : isTall ? .below : .beside)
  }

  private func draw(_ layout: GaugeLayout, _ pen: inout Pen, _ box: Box, row: Int) {
    for (i, line) in layout.caption.enumerated() {
      pen.line(line, .text, in: box, row: row + i)
    }
    let numbersRow = row + layout.caption.count - (layout.bar == .belowWithNumbers ? 0 : 1)
    pen.rightLine([pen.piece(layout.numbers, .gate)], in: box, row: numbersRow)
    // What is left of the row; where that can show nothing, there is no bar.
    let last = layout.caption.last.map { TextWidth.columns(of: $0) } ?? 0
    let name = layout.bar == .beside ? last + 1 : 0
    let numbers = layout.bar == .below ? 0 : TextWidth.columns(of: layout.numbers) + 1
    let place = Box(
      column: box.column + name, row: box.row, columns: box.columns - name - numbers,
      rows: box.rows)
    guard place.columns >= 4 else { return }
    let gauge = layout.gauge
    bar(
      &pen, place, row: row + layout.rows - 1, value: gauge.fraction(gauge.value),
      from: gauge.fraction(max(0, gauge.low)), threshold: gauge.threshold.map(gauge.fraction))
  }

  /// A bar over the width of a box with a mark where the decision turns. `start` is where nothing
  /// is: what may be negative grows to both sides of it.
  func bar(
    _ pen: inout Pen, _ box: Box, row: Int, value: Double, from start: Double = 0,
    threshold: Double? = nil
  ) {
    guard row < box.rows, box.columns > 0 else { return }
    let place = Position(column: box.column, row: box.row + row)
    let theme = pen.look.theme
    let zero = min(box.columns - 1, Int(start * Double(box.columns)))
    func fill(_ fraction: Double, from column: Int, columns: Int) {
      pen.frame.bar(
        fraction, at: Position(column: place.column + column, row: place.row), columns: columns,
        glyphs: pen.look.glyphs, style: theme[.bar], track: theme[.track])
    }
    fill(0, from: 0, columns: zero)
    if value < start {
      fill(0, from: zero, columns: box.columns - zero)
      let first = min(zero - 1, Int(max(0, value) * Double(box.columns)))
      if first >= 0 { fill(1, from: first, columns: zero - first) }
    } else {
      fill(
        start < 1 ? (value - start) / (1 - start) : 0, from: zero, columns: box.columns - zero)
    }
    guard let threshold else { return }
    let column = min(box.columns - 1, Int(threshold * Double(box.columns)))
    pen.frame.write(
      pen.look.glyphs.vertical, at: Position(column: place.column + column, row: place.row),
      style: theme[.warning])
  }
}
