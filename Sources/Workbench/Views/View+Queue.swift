import Annotations
import Screen

extension WorkbenchState {
  /// The list of posts: pointer, review state, route, disagreement, id, and the text where there is
  /// room.
  func drawQueue(_ pen: inout Pen, _ box: Box) {
    let top = queueTop(rows: box.rows)
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
      let idColumns = box.columns >= 30 ? min(18, box.columns / 2) : box.columns - 5
      pieces.append(pen.piece(" " + pen.cell(posts[index].id, idColumns), here ? .title : .text))
      if box.columns >= 30 {
        let words = posts[index].tokens.prefix(12).map { safe($0.text) }.joined(separator: " ")
        pieces.append(pen.piece(" " + words, .muted))
      }
      pen.line(pieces, in: box, row: row)
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
