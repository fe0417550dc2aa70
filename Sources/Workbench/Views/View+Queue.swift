import Annotations
import Corpora
import Queries
import Screen

extension WorkbenchState {
  /// The list of posts: pointer, review state, route, disagreement, id, and the text where there is
  /// room.
  func drawQueue(_ pen: inout Pen, _ box: Box) {
    let top = queueTop(rows: box.rows)
    let marks = SearchMarks(shownQuery)
    let idColumns = idColumns(box, top: top)
    for row in 0..<box.rows where top + row < queue.count {
      let position = top + row
      let index = queue[position]
      let here = position == queue.position
      var pieces = [
        pen.piece(here ? pen.look.glyphs.pointer : " ", .title),
        pen.piece(reviewMark(review(index)), role(of: review(index))),
        routePiece(pen, index),
        flagPiece(pen, index),
      ]
      let id = Self.fitted(id: safe(posts[index].id), idColumns, pen.look.glyphs.ellipsis)
      pieces.append(
        pen.piece(" " + TextWidth.padded(id.text, columns: idColumns), here ? .title : .text))
      if box.columns >= 30 {
        let words = posts[index].tokens.prefix(12).map { safe($0.text) }.joined(separator: " ")
        pieces.append(pen.piece(" " + words, .muted))
      }
      pen.line(pieces, in: box, row: row)
      if let marks { mark(marks, &pen, box.line(row), posts[index], idColumns) }
    }
  }

  /// Columns of the signs before an id, its leading space included.
  private static let signColumns = 5

  private func idColumns(_ box: Box, top: Int) -> Int {
    guard box.columns >= 30 else { return box.columns - Self.signColumns }
    // No wider than the ids on screen are: the text says more.
    let longest = (top..<min(queue.count, top + box.rows)).map {
      TextWidth.columns(of: safe(posts[queue[$0]].id))
    }.max()
    return min(18, box.columns / 2, max(4, longest ?? 0))
  }

  /// An id as it fits, and the columns that were cut from its beginning: ids of a dataset begin
  /// alike and differ at the end.
  private static func fitted(
    id: String, _ columns: Int, _ ellipsis: String
  ) -> (text: String, cut: Int) {
    let whole = TextWidth.columns(of: id)
    guard whole > columns else { return (id, 0) }
    var rest = Substring(id)
    var left = whole
    while left > max(0, columns - TextWidth.columns(of: ellipsis)), let first = rest.first {
      left -= TextWidth.columns(of: first)
      rest = rest.dropFirst()
    }
    return (ellipsis + rest, whole - left - TextWidth.columns(of: ellipsis))
  }

  /// Marks what a search found in a line of the list.
  private func mark(
    _ marks: SearchMarks, _ pen: inout Pen, _ line: Box, _ post: Post, _ idColumns: Int
  ) {
    var at = Position(column: line.column + Self.signColumns, row: line.row)
    let idBox = Box(column: at.column, row: at.row, columns: idColumns, rows: 1)
    let shown = safe(post.id)
    let cut = Self.fitted(id: shown, idBox.columns, look.glyphs.ellipsis).cut
    pen.mark(
      marks.ranges(inID: post.id), of: post.id, shown: shown,
      at: Position(column: at.column - cut, row: at.row),
      within: idBox.intersection(line))
    guard line.columns >= 30 else { return }
    at.column = idBox.endColumn + 1
    let words = post.tokens.prefix(12)
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
    switch shownRoute(index)?.route {
    case _ where !showsModels: pen.piece(" ")
    case .text: pen.piece("T", .routeText)
    case .multimodal: pen.piece("M", .routeMultimodal)
    case nil: pen.piece(look.glyphs.dot, .muted)
    }
  }

  private func flagPiece(_ pen: Pen, _ index: Int) -> Pen.Piece {
    let marks = labels.remarks[index]?.marks ?? []
    if marks.contains(.flag) { return pen.piece("!", .warning) }
    guard showsModels else { return pen.piece(" ") }
    if flips.contains(index) { return pen.piece("f", .warning) }
    if disagreements.contains(index) { return pen.piece(look.differs, .disagreement) }
    return pen.piece(" ")
  }
}
