import Corpora
import Queries
import Screen

/// The tokens of the post on screen with the marks under them.
struct TextPane {
  let state: WorkbenchState
  let box: Box
  let rowsPerLine: Int
  private let tokens: [String]
  private let flow: TextFlow
  /// The first line of tokens on screen: the line of the cursor is always there.
  private let top: Int
  private let gutter: Int

  init(_ state: WorkbenchState, _ box: Box, rowsPerLine: Int? = nil) {
    self.state = state
    self.box = box
    let rows = rowsPerLine ?? Panes(state).rowsPerLine
    self.rowsPerLine = rows
    gutter = TextPlan.gutter(rows)
    tokens = state.current.map(state.visibleTokens) ?? []
    let whole = TextFlow(tokens, columns: box.columns - gutter)
    // Where lines are out of sight, the arrow with their number has columns of its own.
    let marks = "\(whole.lines)".count + 1
    flow =
      whole.lines > Self.lines(in: box, rows)
      ? TextFlow(tokens, columns: max(1, box.columns - gutter - marks)) : whole
    let fits = max(1, box.rows / rows)
    let line = flow.places.indices.contains(state.token) ? flow.places[state.token].row : 0
    top = max(0, min(line - fits / 2, flow.lines - fits))
  }

  /// How many lines of tokens can be seen, the last one perhaps without all of its marks.
  private static func lines(in box: Box, _ rowsPerLine: Int) -> Int {
    max(1, (box.rows + rowsPerLine - 1) / rowsPerLine)
  }

  /// The cell of a token on screen, nil when it is scrolled away.
  private func place(_ index: Int) -> Position? {
    let at = flow.places[index]
    let row = (at.row - top) * rowsPerLine
    guard row >= 0, row < box.rows else { return nil }
    return Position(column: box.column + gutter + at.column, row: box.row + row)
  }

  /// The token at a cell: its text or the marks under it.
  func token(at position: Position) -> Int? {
    tokens.indices.first { index in
      guard let at = place(index) else { return false }
      return position.row >= at.row && position.row < at.row + rowsPerLine
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
    draw(goldMarks(post, theme), row: 1, &pen)
    for index in state.layers.downwards.flatMap({ $0.crossedTokens(state) })
    where tokens.indices.contains(index) {
      guard let at = place(index) else { continue }
      pen.frame.write(
        pen.look.glyphs.cross,
        at: Position(column: at.column + max(0, flow.widths[index] - 1), row: at.row + 1),
        style: theme[.warning], within: box)
    }
    if rowsPerLine > 2 {
      names(&pen)
      for (i, seat) in state.seats(fitting: 2).enumerated() {
        draw(marks(of: seat.prediction?.mentions.map(\.mention) ?? [], theme), row: 2 + i, &pen)
      }
      if state.seats.count > 2 { drawDisputes(&pen, theme) }
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

  /// Names under their words: `PER─────`.
  private func draw(_ marks: [Mark], row: Int, _ pen: inout Pen) {
    for mark in marks {
      let range = mark.range.clamped(to: tokens.indices)
      var names: [String]? = mark.names
      for line in segments(range) {
        guard let first = place(line.lowerBound), let last = place(line.upperBound - 1) else {
          continue
        }
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
          at: Position(column: first.column, row: first.row + row),
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

  private func names(_ pen: inout Pen) {
    let rows: [(String, Role)] =
      [("gold", .gold)] + state.seats(fitting: 2).map { (state.safe($0.short), $0.role) }
    for line in 0..<max(0, min(flow.lines - top, box.rows / rowsPerLine)) {
      for (i, (name, role)) in rows.enumerated() {
        pen.line(name, role, in: box, row: line * rowsPerLine + 1 + i)
      }
    }
  }

  /// A mark above the words of which the experts on screen say different things.
  private func drawDisputes(_ pen: inout Pen, _ theme: Theme) {
    for index in Set(state.disputedRanges.flatMap { Array($0) })
    where tokens.indices.contains(index) {
      guard let at = place(index) else { continue }
      pen.frame.write(
        state.look.disputed, at: Position(column: at.column, row: at.row + rowsPerLine - 1),
        style: theme[.warning], within: box)
    }
  }

  private func drawScrollMarks(_ pen: inout Pen) {
    let fits = Self.lines(in: box, rowsPerLine)
    if top > 0 { pen.more(pen.look.glyphs.up, top, in: box, row: 0) }
    let below = flow.lines - top - fits
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
