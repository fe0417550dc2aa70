import Corpora
import Screen
import Traces

extension Signal.Kind {
  /// Whether it has a line of its own under the text.
  fileprivate var hasLine: Bool {
    switch self {
    case .words, .series, .distribution, .matrix: true
    case .scalar, .imageMap, .wordsByImage, .wordDistributions, .regions: false
    }
  }
}

extension WorkbenchState {
  /// The shown system's signals that have no place of their own on the screen, a line each: words
  /// as small bars, the likeliest outcomes of a distribution, a series, the largest cell of a
  /// matrix. Returns the next free row.
  func drawOtherSignals(_ pen: inout Pen, _ box: Box, row: Int) -> Int {
    var row = row
    for signal in shownSignals {
      guard row < box.rows else {
        if signal.kind.hasLine {
          pen.miss(row, in: box)
          row += 1
        }
        continue
      }
      let slice = shownSlice(of: signal)
      let values = slice.map { signal.slice($0) } ?? signal.mean
      var caption = safe(signal.caption.isEmpty ? signal.name : signal.caption)
      if signal.sliceCount > 1 {
        caption +=
          ", " + (slice.map { safe(signal.title(ofSlice: $0)) } ?? "mean of \(signal.sliceCount)")
      }
      // A name that leaves no room for what it names has a line of its own.
      var label = caption + "  "
      if signal.kind.hasLine, TextWidth.columns(of: label) > max(12, box.columns / 2) {
        row = pen.wrap(caption, .muted, in: box, row: row)
        label = "  "
      }
      let rest = box.columns - TextWidth.columns(of: label)
      switch signal.kind {
      case .words:
        row += drawWords(signal, values, label, &pen, box, row: row, room: rest)
        continue
      case .series:
        let points = sampled(values, rest - 7).map { Float($0) }
        row += SignedBars(points, shown: points.indices, above: .bar, below: .warning).draw(
          &pen, box, row: row, label: label, marked: nil,
          number: values.last.map { " " + Digits.short($0) } ?? "")
        continue
      case .distribution(let labels):
        let best = zip(labels, values).sorted { $0.1 > $1.1 }.prefix(4)
        // Of labels like paths the last part tells them apart.
        let words = best.map { label, value -> String in
          let path = label.hasPrefix("/") ? label.split(separator: "/") : []
          return "\(safe(path.last.map(String.init) ?? label)) \(Digits.short(value))"
        }
        pen.line(
          [pen.piece(label, .muted), pen.piece(whole(words, columns: rest))], in: box, row: row)
      case .matrix(let rows, let columns):
        let words = largestCell(values, rows, columns)
        // The end of it is what counts.
        guard TextWidth.columns(of: words) <= rest else {
          let inner = Box(
            column: box.column + 2, row: box.row, columns: box.columns - 2, rows: box.rows)
          if label.count > 2 { row = pen.wrap(caption, .muted, in: box, row: row) }
          row = pen.wrap(words, in: inner, row: row)
          continue
        }
        pen.line([pen.piece(label, .muted), pen.piece(words)], in: box, row: row)
      case .scalar, .imageMap, .wordsByImage, .wordDistributions, .regions: continue
      }
      row += 1
    }
    return row
  }

  /// As many of the words as fit whole, two blanks between them; of the first at least a part.
  func whole(_ words: [String], columns: Int) -> String {
    words.dropFirst().reduce(words.first ?? "") { line, next in
      let longer = line + "  " + next
      return line.isEmpty || TextWidth.columns(of: longer) > columns ? line : longer
    }
  }

  /// A bar per word around the cursor, and the number of the word under it.
  private func drawWords(
    _ signal: Signal, _ values: [Float], _ label: String, _ pen: inout Pen, _ box: Box, row: Int,
    room: Int
  ) -> Int {
    let fits = max(1, room - 7)
    let start = max(0, min(token - fits / 2, values.count - fits))
    let isPoints = signal.unit == .points
    let bars = SignedBars(
      values, shown: start..<min(values.count, start + fits),
      above: isPoints ? .routeMultimodal : .bar, below: isPoints ? .routeText : .warning)
    let number = values.indices.contains(token) ? values[token] : nil
    return bars.draw(
      &pen, box, row: row, label: label, marked: token,
      number: number.map { " " + (isPoints ? Digits.points($0) : Digits.short($0)) } ?? "")
  }

  private func largestCell(_ values: [Float], _ rows: [String], _ columns: [String]) -> String {
    guard let at = values.indices.max(by: { values[$0] < values[$1] }), !columns.isEmpty,
      rows.indices.contains(at / columns.count)
    else { return "empty" }
    let place = "\(safe(rows[at / columns.count])) × \(safe(columns[at % columns.count]))"
    return "\(rows.count)×\(columns.count), largest \(Digits.short(values[at])) at \(place)"
  }

  /// As many values as there are columns, evenly spaced, the last one among them.
  func sampled(_ values: [Float], _ columns: Int) -> [Double] {
    guard columns > 0, !values.isEmpty else { return [] }
    guard values.count > columns else { return values.map(Double.init) }
    return (0..<columns).map { Double(values[($0 + 1) * values.count / columns - 1]) }
  }
}
