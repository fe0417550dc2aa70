import Annotations
import Corpora
import Screen

extension WorkbenchState {
  /// The list of posts: pointer, review state, route, disagreement, id, and the text where there is
  /// room.
  func drawQueue(_ pen: inout Pen, _ box: Box) {
    let top = queueTop(rows: box.rows)
    let marks = SearchMarks(shownQuery)
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
      let idColumns = self.idColumns(box)
      pieces.append(pen.piece(" " + pen.cell(posts[index].id, idColumns), here ? .title : .text))
      if box.columns >= 30 {
        let words = posts[index].tokens.prefix(12).map { safe($0.text) }.joined(separator: " ")
        pieces.append(pen.piece(" " + words, .muted))
      }
      pen.line(pieces, in: box, row: row)
      if let marks { mark(marks, &pen, box.line(row), posts[index]) }
    }
  }

  /// Columns of the signs before an id, its leading space included.
  private static let signColumns = 5

  private func idColumns(_ box: Box) -> Int {
    box.columns >= 30 ? min(18, box.columns / 2) : box.columns - Self.signColumns
  }

  /// Marks what a search found in a line of the list.
  private func mark(_ marks: SearchMarks, _ pen: inout Pen, _ line: Box, _ post: Post) {
    var at = Position(column: line.column + Self.signColumns, row: line.row)
    let idBox = Box(column: at.column, row: at.row, columns: idColumns(line), rows: 1)
    pen.mark(
      marks.ranges(inID: post.id), of: post.id, shown: safe(post.id), at: at,
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
    case .edited: look.edited
    case .reviewed: look.glyphs.check
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
    if flips.contains(index) { return pen.piece("f", .warning) }
    if disagreements.contains(index) { return pen.piece(look.differs, .disagreement) }
    return pen.piece(" ")
  }
}
