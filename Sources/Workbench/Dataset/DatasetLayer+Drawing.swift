import Corpora
import Figures
import Routing
import Screen

extension DatasetLayer {
  /// All but the title line, the notices and the hints.
  static func box(_ state: WorkbenchState) -> Box {
    Box(column: 0, row: 1, columns: state.size.columns, rows: state.size.rows - 3)
  }

  /// The lines under the plot or table.
  private static func words(_ page: StudyPage, _ box: Box, _ state: WorkbenchState) -> [String] {
    let lines = page.sentences.flatMap {
      Wrapping.lines(state.safe($0), columns: box.columns - 2)
    }
    return Array(lines.prefix(max(2, box.rows / 3)))
  }

  /// Rows for the table's lines, below its headings.
  static func tableRows(_ state: WorkbenchState, _ page: StudyPage) -> Int {
    let box = box(state)
    return max(1, box.rows - 4 - words(page, box, state).count)
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let box = Self.box(state)
    pen.frame.fill(box, style: pen.look.theme[.popup])
    defer {
      pen.frame.restyle(box) { style in
        style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
      }
    }
    let part = split == .all ? "" : ", split \(split.rawValue)"
    guard let (number, page) = current(state) else {
      pen.line(" dataset\(part)", .title, in: box, row: 0)
      let row = pen.wrap(
        status(state) ?? missing(state) ?? "nothing was found", .text, in: box, row: 2)
      if state.study.failure == nil, let progress = state.study.progress, progress.total > 0 {
        state.bar(
          &pen, box, row: row, value: Double(progress.done) / Double(progress.total))
      }
      return
    }
    let count = pages(state).count
    pen.line(
      [
        pen.piece(" \(number + 1)/\(count) ", .muted), pen.piece(state.safe(page.title), .title),
        pen.piece(part, .muted),
      ], in: box, row: 0)
    if let status = status(state) { pen.rightLine([pen.piece(status, .muted)], in: box, row: 0) }
    let words = Self.words(page, box, state)
    let middle = Box(
      column: box.column, row: box.row + 1, columns: box.columns,
      rows: max(1, box.rows - 2 - words.count))
    drawMiddle(page, state, &pen, middle)
    let cursor = box.rows - 1 - words.count
    pen.line(" " + cursorWords(page, state), .title, in: box, row: cursor)
    for (i, line) in words.enumerated() {
      pen.line(" " + line, .muted, in: box, row: cursor + 1 + i)
    }
  }

  /// The plot, or the numbers where there is none or they are wanted. A plane of posts in cells is
  /// drawn with a sign for each: blocks would lie on each other.
  private func drawMiddle(
    _ page: StudyPage, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box
  ) {
    guard !showsNumbers, let request = figure(state) else {
      return drawTable(page, state, &pen, box)
    }
    switch state.figures[request] {
    case .pixels?: state.draw(request, &pen, box)
    case _ where !page.points.isEmpty: drawPlane(page, state, &pen, box)
    case .placeholder?: drawTable(page, state, &pen, box)
    case nil, .cells?: state.draw(request, &pen, box)
    }
  }

  func figure(_ state: WorkbenchState) -> FigureRequest? {
    guard !showsNumbers, let (number, page) = current(state),
      let figure = page.figure(cursor: row, column: column)
    else { return nil }
    let box = Self.box(state)
    let rows = box.rows - 2 - Self.words(page, box, state).count
    guard rows >= 6, box.columns >= 20 else { return nil }
    return FigureRequest(
      "dataset \(state.study.number) \(number) \(row) \(column)", figure,
      box: Size(columns: box.columns, rows: rows))
  }

  /// How far the study is, or why there is none; nil when it is done.
  func status(_ state: WorkbenchState) -> String? {
    if let reason = state.study.failure { return state.safe(reason) }
    guard let progress = state.study.progress else { return nil }
    guard progress.total > 0 else { return "posts are looked at \(state.look.glyphs.ellipsis)" }
    let left =
      progress.secondsLeft.flatMap { state.isTimed && $0 > 1 ? Digits.duration($0) : nil }
      .map { ", \($0) left" } ?? ""
    return "\(state.grouped(progress.done)) of \(state.grouped(progress.total)) posts looked at"
      + left
  }

  /// What the cursor stands on, and where Enter leads.
  private func cursorWords(_ page: StudyPage, _ state: WorkbenchState) -> String {
    guard page.rows.indices.contains(row) else { return "" }
    let cells = page.rows[row].cells
    let named: [String]
    if page.hasColumns {
      let name = cells.first?.text ?? ""
      named = ["\(name), \(heading(page)): \(cell(page)?.text ?? "")"]
    } else {
      named = zip(page.headings, cells).compactMap {
        $1.text.isEmpty ? nil : $0.isEmpty ? $1.text : "\($0) \($1.text)"
      }
    }
    let lead: String? =
      switch target(page) {
      case nil: nil
      case .query(let text)?: "Enter: \(text)"
      case .posts(let places, _)?: "Enter: \(places.count.counted("post"))"
      case .post?: "Enter goes there"
      }
    let words = named.joined(separator: ", ")
    // On the screen the line may be cut, and the table has the numbers.
    return state.safe([lead, words].compactMap(\.self).joined(separator: " | "))
  }

  private func heading(_ page: StudyPage) -> String {
    page.headings.indices.contains(column + 1) ? page.headings[column + 1] : ""
  }

  private func cell(_ page: StudyPage) -> StudyPage.Cell? {
    let cells = page.rows.indices.contains(row) ? page.rows[row].cells : []
    return cells.indices.contains(column + 1) ? cells[column + 1] : nil
  }

  // MARK: The table

  private func drawTable(
    _ page: StudyPage, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box
  ) {
    guard !page.rows.isEmpty else { return }
    let widest = 14
    let widths = page.headings.indices.map { column in
      let cells = page.rows.lazy.map {
        $0.cells.indices.contains(column) ? $0.cells[column].text : ""
      }
      let inside = cells.map { TextWidth.columns(of: state.safe($0)) }.max() ?? 0
      return min(widest, max(inside, TextWidth.columns(of: state.safe(page.headings[column]))))
    }
    // Columns that have room, the cursor's among them, behind the one with the names.
    let room = box.columns - 3
    var first = 1
    func end(from first: Int) -> Int {
      var (column, used) = (first, widths.first ?? 0)
      while column < widths.count, used + widths[column] + 2 <= room {
        used += widths[column] + 2
        column += 1
      }
      return max(column, min(first + 1, widths.count))
    }
    if page.hasColumns {
      while first < widths.count - 1, column + 1 >= end(from: first) { first += 1 }
    }
    let shown = [0] + Array(first..<max(first, end(from: first)))
    func line(_ texts: [String]) -> [String] {
      shown.map { column in
        let text = texts.indices.contains(column) ? state.safe(texts[column]) : ""
        let cut = TextWidth.padded(
          text, columns: min(TextWidth.columns(of: text), widths[column]),
          ellipsis: pen.look.glyphs.ellipsis)
        let blank = String(
          repeating: " ", count: max(0, widths[column] - TextWidth.columns(of: cut)))
        return column == 0 && page.isNamed ? cut + blank : blank + cut
      }
    }
    pen.line(
      [pen.piece("  ", .muted)]
        + line(page.headings).map { pen.piece($0 + "  ", .muted) }, in: box, row: 0)
    let rows = box.rows - 1
    let here = min(row, page.rows.count - 1)
    let top = max(0, min(here - rows / 2, page.rows.count - rows))
    let used = 2 + shown.reduce(0) { $0 + widths[$1] + 2 }
    for number in top..<min(page.rows.count, top + rows) {
      let texts = line(page.rows[number].cells.map(\.text))
      let isHere = number == here
      var pieces = [pen.piece((isHere ? pen.look.glyphs.pointer : " ") + " ", .title)]
      for (place, text) in zip(shown, texts) {
        let isCell = isHere && page.hasColumns && place == column + 1
        pieces.append(pen.piece(text, isCell || (isHere && place == 0) ? .title : .text))
        // The cursor is told without colours too.
        pieces.append(pen.piece(isCell ? pen.look.glyphs.isUnicode ? "◂ " : "< " : "  ", .title))
      }
      let row = number - top + 1
      pen.line(pieces, in: box, row: row)
      if let bar = page.rows[number].bar, box.columns - used > 6 {
        pen.frame.bar(
          bar, at: Position(column: box.column + used, row: box.row + row),
          columns: min(40, box.columns - used - 1), glyphs: pen.look.glyphs,
          style: pen.look.theme[.bar])
      }
    }
    if top + rows < page.rows.count {
      pen.more(pen.look.glyphs.down, page.rows.count - top - rows, in: box, row: box.rows - 1)
    }
    if first > 1 || (shown.last ?? 0) < widths.count - 1 {
      pen.rightLine(
        [pen.piece("columns \(first) to \(shown.last ?? 0) of \(widths.count - 1)", .muted)],
        in: box, row: 0)
    }
  }

  // MARK: The plane

  /// Posts as signs; where several lie in a cell, the most frequent of their kinds is shown.
  private func drawPlane(
    _ page: StudyPage, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box
  ) {
    let plane = Plane(page.points)
    let (columns, rows) = (box.columns - 2, box.rows)
    guard columns > 2, rows > 2 else { return }
    func cell(_ index: Int) -> Position {
      let (across, down) = plane.place(index)
      return Position(
        column: min(columns - 1, Int(across * Double(columns - 1) + 0.5)),
        row: min(rows - 1, Int(down * Double(rows - 1) + 0.5)))
    }
    var kinds: [Position: [Int: Int]] = [:]
    for (index, point) in page.points.enumerated() {
      kinds[cell(index), default: [:]][point.kind ?? -1, default: 0] += 1
    }
    let roles: [Role] = [.routeText, .routeMultimodal]
    for (place, counts) in kinds {
      let most = counts.min { (-$0.value, $0.key) < (-$1.value, $1.key) }?.key ?? -1
      let sign =
        most < 0
        ? StudyPage.unknownSign : StudyPage.signs[min(most, StudyPage.signs.count - 1)]
      pen.frame.write(
        state.safe(String(sign)),
        at: Position(column: box.column + 1 + place.column, row: box.row + place.row),
        style: pen.look.theme[roles.indices.contains(most) ? roles[most] : .text])
    }
    guard page.points.indices.contains(row) else { return }
    let here = cell(row)
    let at = Position(column: box.column + 1 + here.column, row: box.row + here.row)
    pen.frame.restyle(Box(column: at.column, row: at.row, columns: 1, rows: 1)) { _ in
      pen.look.theme[.cursor]
    }
    pen.frame.cursor = at
  }

  // MARK: Words

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        Hint(label: "Enter", words: "its posts", key: .enter),
        Hint(label: "Tab", words: "next page", key: .tab),
        Hint(label: ",", words: "previous", key: .character(",")),
        Hint(label: "#", words: showsNumbers ? "plot" : "numbers", key: .character("#")),
        Hint(label: "s", words: "split", key: .character("s")),
        Hint(label: "Esc", words: "leaves", key: .escape),
      ], last: nil, in: box)
  }

  func sentences(_ state: WorkbenchState) -> [String] {
    guard let (number, page) = current(state) else {
      return ["Dataset: \(status(state) ?? missing(state) ?? "nothing was found")."]
    }
    var lines = [
      "Dataset, page \(number + 1) of \(pages(state).count), \(page.kind.rawValue): \(page.title)."
    ]
    if let status = status(state) { lines.append("\(status).") }
    lines += page.sentences.map { "\($0)." }
    lines += page.rows.prefix(Self.mostSaid).map { row in
      zip(page.headings, row.cells).compactMap { heading, cell in
        cell.text.isEmpty ? nil : heading.isEmpty ? cell.text : "\(heading) \(cell.text)"
      }.joined(separator: ", ") + "."
    }
    if page.rows.count > Self.mostSaid {
      lines.append("\(page.rows.count - Self.mostSaid) more lines; the arrows go through them.")
    }
    if page.rows.indices.contains(row) { lines.append("Cursor: \(cursorWords(page, state)).") }
    return lines.map { state.safe($0) }
  }

  /// Most rows that are read out.
  private static let mostSaid = 40
}

extension StudyPage {
  /// Whether the first column holds names.
  var isNamed: Bool {
    switch kind {
    case .confusion, .cells, .words, .projection: true
    case .p, .gates, .reliability, .threshold, .training: false
    }
  }

  /// How the router learned from the corrections here; nil when it did not.
  static func objective(_ report: TrainingReport) -> StudyPage? {
    guard report.objective.count > 1 else { return nil }
    var page = StudyPage(.training, "the router's last training here")
    page.sentences = [
      "the objective at \(report.objective.count) evenly spread steps; trained on "
        + "\(report.trainedOn.counted("correction"))"
    ]
    let most = report.objective.filter(\.isFinite).max() ?? 1
    page.headings = ["step", "objective"]
    page.rows = report.objective.enumerated().map {
      Row(
        cells: [Cell($0 + 1), Cell(Digits.fine($1), Value($1))],
        bar: most > 0 ? Double(max(0, $1 / most)) : nil)
    }
    return page
  }
}
