import Corpora
import Queries
import Screen

/// The tokens of the post on screen with the marks under them.
struct TextPane {
  let state: WorkbenchState
  let box: Box
  private let showsExperts: Bool
  private let tokens: [String]
  private let flow: TextFlow
  private let rows: TextRows
  /// The first line of tokens on screen: the line of the cursor is always there.
  private let top: Int
  private let gutter: Int

  init(_ state: WorkbenchState, _ panes: Panes) {
    self.state = state
    box = panes.text
    showsExperts = panes.showsExperts
    gutter = TextPlan.gutter(showsExperts)
    tokens = state.current.map(state.visibleTokens) ?? []
    let ranges = state.textRanges(showsExperts)
    var flow = TextFlow(tokens, columns: box.columns - gutter)
    var rows = TextRows(flow, ranges)
    if rows.count > box.rows {
      // Where lines are out of sight, the arrow with their number has columns of its own.
      flow = TextFlow(tokens, columns: box.columns - gutter - "\(flow.lines)".count - 1)
      rows = TextRows(flow, ranges)
    }
    (self.flow, self.rows) = (flow, rows)
    let line = flow.places.indices.contains(state.token) ? flow.places[state.token].row : 0
    top = rows.top(showing: line, rows: box.rows)
  }

  /// The cell of a token on screen, nil when it is scrolled away.
  private func place(_ index: Int) -> Position? {
    let at = flow.places[index]
    let row = rows.starts[at.row] - rows.starts[top]
    guard row >= 0, row < box.rows else { return nil }
    return Position(column: box.column + gutter + at.column, row: box.row + row)
  }

  /// The token at a cell: its text or the marks under it.
  func token(at position: Position) -> Int? {
    tokens.indices.first { index in
      guard let at = place(index) else { return false }
      let height = 1 + rows.under[flow.places[index].row].count
      return position.row >= at.row && position.row < at.row + height
        && position.column >= at.column && position.column < at.column + flow.widths[index]
    }
  }

  func draw(_ pen: inout Pen) {
    guard let post = state.currentPost else {
      pen.wrap("No post matches. Esc lists all posts again.", .muted, in: box, row: 0)
      return
    }
    let theme = pen.look.theme
    let matches = SearchMarks(state.shownQuery)?.ranges(in: post.tokens)
    for index in tokens.indices {
      guard let at = place(index) else { continue }
      pen.frame.write(
        tokens[index], at: at, style: style(of: index, in: post, theme),
        maxColumns: flow.widths[index], within: box, ellipsis: pen.look.glyphs.ellipsis)
      // The cursor and the selection must be seen; they look much like a match.
      if let matches, index != state.token, state.selection?.contains(index) != true {
        let cells = Box(column: at.column, row: at.row, columns: flow.widths[index], rows: 1)
        pen.mark(
          matches[index], of: post.tokens[index].text, shown: tokens[index], at: at,
          within: cells.intersection(box))
      }
    }
    draw(labelMarks(post, theme), .labels, &pen)
    for index in state.layers.downwards.flatMap({ $0.crossedTokens(state) })
    where tokens.indices.contains(index) {
      guard let at = place(index), let depth = depth(of: .labels, at: index) else { continue }
      pen.frame.write(
        pen.look.glyphs.cross,
        at: Position(column: at.column + max(0, flow.widths[index] - 1), row: at.row + depth),
        style: theme[.warning], within: box)
    }
    if showsExperts {
      let seats = state.seats(fitting: 2)
      names(of: seats, &pen)
      for (i, seat) in seats.enumerated() {
        draw(marks(of: seat.prediction?.mentions.map(\.mention) ?? [], theme), .expert(i), &pen)
      }
      drawDisputes(&pen, theme)
    }
    drawLabels(&pen)
    drawScrollMarks(&pen)
  }

  /// Letters over the beginnings of words, for those who jump.
  private func drawLabels(_ pen: inout Pen) {
    guard let labels = state.layers.downwards.lazy.compactMap({ $0.tokenLabels(state) }).first
    else { return }
    for (index, label) in labels.enumerated() where tokens.indices.contains(index) && !label.isEmpty
    {
      guard let at = place(index) else { continue }
      // A word of one letter lends the gap behind it.
      pen.frame.write(label, at: at, style: pen.look.theme[.key].with(.reverse), within: box)
    }
  }

  private func style(of index: Int, in post: Post, _ theme: Theme) -> Style {
    let mention = post.mentions.first { $0.range.contains(index) }
    var style = mention.map { theme.entity($0.type.rawValue) } ?? theme[.text]
    let pair = state.markedPair
    let inHead = pair.head.flatMap { $0.contains(index) ? $0.count : nil }
    let inTail = pair.tail.flatMap { $0.contains(index) ? $0.count : nil }
    // A mention stays to be seen as one where there are no colours.
    let emphasis = mention == nil ? [] : style.attributes
    if let inHead, inHead <= inTail ?? .max {
      style = theme[.relationHead].with(emphasis)
    } else if inTail != nil {
      style = theme[.relationTail].with(emphasis)
    }
    if state.suggestion?.mentionRange?.contains(index) == true {
      style = theme[.suggested].with(.underline)
    }
    let isSelected = state.selection?.contains(index) == true
    if isSelected { style = theme[.selection] }
    guard index == state.token else { return style }
    if isSelected { return theme[.cursor].with(.underline) }
    // Reversed, a style with a background of its own would lose the block that the cursor is.
    return style.background == .standard
      ? style.with(.reverse) : theme[.cursor].with(style.attributes)
  }

  private func depth(of row: TextRows.Row, at token: Int) -> Int? {
    rows.depth(of: row, line: flow.places[token].row)
  }

  /// Names under their words: `PER─────`.
  private func draw(_ marks: [Mark], _ row: TextRows.Row, _ pen: inout Pen) {
    for mark in marks {
      let range = mark.range.clamped(to: tokens.indices)
      var names: [String]? = mark.names
      for line in segments(range) {
        guard let first = place(line.lowerBound), let last = place(line.upperBound - 1),
          let depth = depth(of: row, at: line.lowerBound)
        else { continue }
        let width = last.column + flow.widths[line.upperBound - 1] - first.column
        let most = room(from: first, after: line.upperBound, marks)
        // A mention that goes on in the next line says so in its first cell there.
        let all = names ?? [mark.names == [""] ? "" : pen.look.glyphs.join2]
        // A name longer than its word may use the free cells after it.
        let name =
          all.first { TextWidth.columns(of: $0) <= width }
          ?? all.first { TextWidth.columns(of: $0) <= most }
          ?? (names == nil ? nil : mark.shortened(to: max(width, most))) ?? all.last ?? ""
        let text = TextWidth.prefix(pen.look.sanitizer.visible(name), columns: max(width, most))
        let rest = width - TextWidth.columns(of: text)
        pen.frame.write(
          text + String(repeating: pen.look.join, count: max(0, rest)),
          at: Position(column: first.column, row: first.row + depth),
          style: mark.style, within: box)
        names = nil
      }
    }
  }

  /// The columns from a place to the next mark of the line (and a gap before it) or to the line's
  /// end.
  private func room(from first: Position, after end: Int, _ marks: [Mark]) -> Int {
    let next = marks.map(\.range.lowerBound).filter { $0 >= end && $0 < tokens.count }.min()
    guard let next, let at = place(next), at.row == first.row else {
      return box.endColumn - first.column
    }
    return at.column - 1 - first.column
  }

  /// The parts of a range that stand in one line each.
  private func segments(_ range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    for index in range
    where index + 1 == range.upperBound
      || flow.places[index + 1].row != flow.places[index].row
    {
      parts.append(start..<(index + 1))
      start = index + 1
    }
    return parts
  }

  /// Before each row of marks whose they are.
  private func names(of seats: [Seat], _ pen: inout Pen) {
    for line in top..<flow.lines {
      for (i, row) in rows.under[line].enumerated() {
        let (name, role): (String, Role) =
          switch row {
          case .labels: (state.labelsTitle, .gold)
          case .expert(let seat): (state.safe(seats[seat].short), seats[seat].role)
          case .disputes: ("", .muted)
          }
        let place = rows.starts[line] - rows.starts[top] + 1 + i
        if place < box.rows { pen.line(name, role, in: box, row: place) }
      }
    }
  }

  /// A sign at the words of which the experts on screen say different things.
  private func drawDisputes(_ pen: inout Pen, _ theme: Theme) {
    for index in Set(state.disputedRanges.flatMap { Array($0) })
    where tokens.indices.contains(index) {
      guard let at = place(index), let depth = depth(of: .disputes, at: index) else { continue }
      pen.frame.write(
        state.look.disputed, at: Position(column: at.column, row: at.row + depth),
        style: theme[.warning], within: box)
    }
  }

  private func drawScrollMarks(_ pen: inout Pen) {
    if top > 0 { pen.more(pen.look.glyphs.up, top, in: box, row: 0) }
    let below = (top..<flow.lines).count { rows.starts[$0] - rows.starts[top] >= box.rows }
    if below > 0 { pen.more(pen.look.glyphs.down, below, in: box, row: box.rows - 1) }
  }
}

extension Glyphs {
  /// Stands where a mention goes on from the line above.
  var join2: String { isUnicode ? "╌" : "~" }
}

extension Style {
  /// The same style with attributes removed.
  func without(_ less: Attributes) -> Style {
    Style(foreground, on: background, attributes.subtracting(less))
  }
}
