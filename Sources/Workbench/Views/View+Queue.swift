import Annotations
import Corpora
import Queries
import Screen

extension WorkbenchState {
  /// The list of posts: pointer, review state, route, flag or disagreement, as much of the id as
  /// differs from others, and the text.
  func drawQueue(_ pen: inout Pen, _ box: Box) {
    let top = queueTop(rows: box.rows)
    let marks = SearchMarks(shownQuery)
    let shown = (top..<min(queue.count, top + box.rows)).map { queue[$0] }
    let ids = shown.map { safe(shortIDs.short(posts[$0].id)) }
    let idColumns = min(box.columns / 3, ids.map { TextWidth.columns(of: $0) }.max() ?? 0)
    for (row, index) in shown.enumerated() {
      let here = top + row == queue.position
      var pieces = [
        pen.piece(here ? pen.look.glyphs.pointer : " ", .title),
        pen.piece(reviewMark(review(index)), role(of: review(index))),
      ]
      if showsRoutes { pieces.append(routePiece(pen, index)) }
      let signs = pieces.count + 2
      let id = Self.fitted(id: ids[row], idColumns, pen.look.glyphs.ellipsis)
      let words = words(of: posts[index], filling: box.columns)
      pieces += [
        flagPiece(pen, index),
        pen.piece(" " + TextWidth.padded(id, columns: idColumns), here ? .title : .muted),
        pen.piece(" " + words, here ? .title : .text),
      ]
      pen.line(pieces, in: box, row: row)
      if let marks { mark(marks, &pen, box.line(row), posts[index], signs, idColumns) }
    }
  }

  /// The beginning of a post's text that fills a number of columns, or more: nothing is looked at
  /// that has no place in the line, because each sign takes at least one.
  private func words(of post: Post, filling columns: Int) -> String {
    var line = ""
    var left = columns
    for token in Self.beginning(of: post) where left > 0 {
      let beginning = token.text.prefix(left)
      left -= beginning.count + 1
      line += (line.isEmpty ? "" : " ") + safe(String(beginning))
    }
    return line
  }

  /// The first words that say something: `RT @name :` stands before many.
  private static func beginning(of post: Post) -> Slice<Tokens> {
    let tokens = post.tokens
    let isShared =
      tokens.count > 3 && tokens[0].text == "RT" && tokens[1].text.hasPrefix("@")
      && tokens[2].text == ":"
    return tokens.dropFirst(isShared ? 3 : 0).prefix(12)
  }

  /// Whether posts have routes to be told.
  private var showsRoutes: Bool { showsModels && opened.hasRouter }

  /// An id as it fits: ids of a dataset begin alike and differ at the end.
  static func fitted(id: String, _ columns: Int, _ ellipsis: String) -> String {
    guard TextWidth.columns(of: id) > columns else { return id }
    var left = max(0, columns - TextWidth.columns(of: ellipsis))
    let rest = id.reversed().prefix { character in
      left -= TextWidth.columns(of: String(character))
      return left >= 0
    }
    return ellipsis + String(rest.reversed())
  }

  /// Marks what a search found in a line of the list: of an id all that is shown of it.
  private func mark(
    _ marks: SearchMarks, _ pen: inout Pen, _ line: Box, _ post: Post, _ signs: Int,
    _ idColumns: Int
  ) {
    var at = Position(column: line.column + signs, row: line.row)
    if !marks.ranges(inID: post.id).isEmpty {
      let id = Box(column: at.column, row: at.row, columns: idColumns, rows: 1)
      pen.frame.restyle(id.intersection(line)) { _ in pen.look.theme[.search] }
    }
    at.column += idColumns + 1
    let words = Self.beginning(of: post)
    for (token, ranges) in zip(words, marks.ranges(in: words)) where at.column < line.endColumn {
      let shown = safe(token.text)
      pen.mark(ranges, of: token.text, shown: shown, at: at, within: line)
      at.column += TextWidth.columns(of: shown) + 1
    }
  }

  func reviewMark(_ state: ReviewState) -> String {
    switch state {
    case .untouched: look.glyphs.dot
    case .suggested: "?"
    case .edited: look.edited
    case .reviewed: look.glyphs.check
    case .adjudicated: "="
    case .rejected: "x"
    }
  }

  private func routePiece(_ pen: Pen, _ index: Int) -> Pen.Piece {
    switch routes[index]?.route {
    case .text: pen.piece("T", .routeText)
    case .multimodal: pen.piece("M", .routeMultimodal)
    case nil: pen.piece(look.glyphs.dot, .muted)
    }
  }

  private func flagPiece(_ pen: Pen, _ index: Int) -> Pen.Piece {
    let marks = labels.remarks[index]?.marks ?? []
    if marks.contains(.flag) { return pen.piece("!", .warning) }
    if marks.contains(.skip) { return pen.piece("s", .muted) }
    guard showsModels else { return pen.piece(" ") }
    if flips.contains(index) { return pen.piece("f", .warning) }
    if disagreements.contains(index) { return pen.piece(look.differs, .disagreement) }
    return pen.piece(" ")
  }
}
