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
  /// matrix. Rows that nothing else needs show matrices cell by cell. Returns the next free row.
  ///
  /// - Parameter signals: in place of all.
  func drawOtherSignals(
    _ pen: inout Pen, _ box: Box, row: Int, _ signals: [Signal]? = nil
  ) -> Int {
    var aside = pen
    let all = signals ?? shownSignals
    return draw(
      all, &pen, box, row: row, spare: box.rows - draw(all, &aside, box, row: row, spare: 0))
  }

  /// - Parameter spare: rows that matrices may take beside a line each.
  private func draw(
    _ signals: [Signal], _ pen: inout Pen, _ box: Box, row: Int, spare: Int
  ) -> Int {
    var (row, spare) = (row, spare)
    for signal in signals {
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
        if TextWidth.columns(of: words) > rest {
          let inner = Box(
            column: box.column + 2, row: box.row, columns: box.columns - 2, rows: box.rows)
          if label.count > 2 { row = pen.wrap(caption, .muted, in: box, row: row) }
          row = pen.wrap(words, in: inner, row: row)
        } else {
          pen.line([pen.piece(label, .muted), pen.piece(words)], in: box, row: row)
          row += 1
        }
        let taken = drawCells(values, rows, columns, &pen, box, row: row, spare: spare)
        (row, spare) = (row + taken, spare - taken)
        continue
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
      above: isPoints ? .routeMultimodal : .bar, below: isPoints ? .routeText : .warning,
      full: signal.scale)
    let number = values.indices.contains(token) ? values[token] : nil
    return bars.draw(
      &pen, box, row: row, label: label, marked: token,
      number: number.map {
        " " + ($0.isNaN ? "not read" : isPoints ? Digits.points($0) : Digits.short($0))
      } ?? "")
  }

  /// A matrix, a bar per cell and a row per row, all on one scale, under the names of its columns
  /// where these have room; nothing where the rows have none. Returns how many rows that took.
  private func drawCells(
    _ values: [Float], _ rows: [String], _ columns: [String], _ pen: inout Pen, _ box: Box,
    row: Int,
    spare: Int
  ) -> Int {
    let names = rows.map { safe($0) }
    // As much of the names as leaves each cell its column, and more where they have room.
    let wanted = min(names.map { TextWidth.columns(of: $0) }.max() ?? 0, Self.cellNames)
    let name = min(wanted, box.columns - columns.count - 3)
    let bars = SignedBars(values, shown: values.indices, above: .bar, below: .warning)
    let fits = pen.look.glyphs.level(1) != " " && !columns.isEmpty && name >= min(wanted, 4)
    guard fits, rows.count > 1, rows.count <= spare, values.count == rows.count * columns.count
    else { return 0 }
    let each = (box.columns - name - 3) / columns.count
    let heads = columns.map { safe($0) }
    let widest = heads.map { TextWidth.columns(of: $0) }.max() ?? 0
    // Words that are cut to less tell nothing; what the rows are called need not be said twice.
    let isNamed = rows.count < spare && each > min(widest, Self.shortestName) && heads != names
    let width = isNamed ? min(each, widest + 1) : min(each, 2)
    var row = row
    if isNamed {
      pen.line(
        [pen.piece(String(repeating: " ", count: name + 3), .muted)]
          + heads.map { pen.piece(pen.cell($0, width - 1) + " ", .muted) }, in: box, row: row)
      row += 1
    }
    for (i, text) in names.enumerated() {
      var pieces = [pen.piece("  " + pen.cell(text, name) + " ", .muted)]
      for cell in (i * columns.count)..<((i + 1) * columns.count) {
        let fraction = bars.fraction(cell)
        let level = fraction.map { pen.look.glyphs.level(abs($0)) } ?? "?"
        pieces.append(
          pen.piece(
            String(repeating: level, count: isNamed ? width - 1 : width) + (isNamed ? " " : ""),
            fraction ?? 0 < 0 ? .warning : .bar))
      }
      pen.line(pieces, in: box, row: row + i)
    }
    return rows.count + (isNamed ? 1 : 0)
  }

  /// Columns that a name of a matrix's column has at least, or all of it.
  private static let shortestName = 4
  /// Columns for the names of a matrix's rows.
  private static let cellNames = 16

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
