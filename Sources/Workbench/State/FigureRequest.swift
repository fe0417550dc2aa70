import Figures
import Files
import Screen

/// A figure as the screen wants it. It is known by its name, which says all that it shows and
/// differs when its numbers do: comparing thousands of points with every key would be felt.
package struct FigureRequest: Sendable, Hashable {
  /// What tells it from others, such as `gate of visual-gate, 400 posts`.
  package let name: String
  /// What is drawn; its own size does not matter.
  package let figure: Figure
  /// The room for it, in cells.
  package let box: Size

  /// A request by its parts.
  package init(_ name: String, _ figure: Figure, box: Size) {
    self.name = name
    self.figure = figure
    self.box = box
  }

  package static func == (a: Self, b: Self) -> Bool { a.name == b.name && a.box == b.box }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(box)
  }
}

extension WorkbenchState {
  /// The figure that the screen wants now: the topmost layer's that has one.
  var figureRequest: FigureRequest? {
    layers.first { $0.figure(self) }
  }

  /// Asks for the figure that is wanted, once.
  mutating func requestFigure() -> [Effect] {
    let wanted = figureRequest
    guard requested.figure != wanted else { return [] }
    requested.figure = wanted
    guard let wanted, figures[wanted] == nil else { return [] }
    return [.renderFigure(wanted)]
  }

  /// Draws a figure into a box of the size that it was asked for, or says what it waits for.
  func draw(_ request: FigureRequest, _ pen: inout Pen, _ box: Box) {
    switch figures[request] {
    case nil: sentence(&pen, "drawing \(pen.look.glyphs.ellipsis)", box)
    case .placeholder(let words)?: sentence(&pen, words, box)
    case .cells(let cells, let columns, let rows)?:
      guard columns > 0, columns <= box.columns, rows <= box.rows else { return }
      pen.frame.draw(Array(cells.prefix(columns * rows)), columns: columns, at: box.origin)
    case .pixels(let encoded, let columns, let rows)?:
      guard columns <= box.columns, rows <= box.rows else { return }
      pen.frame.place(
        PicturePlacement(
          box: Box(column: box.column, row: box.row, columns: columns, rows: rows),
          identity: request.identity, picture: encoded))
    }
  }
}

extension FigureRequest {
  /// A name without blanks that is the same in every run.
  var identity: String {
    var hash = FNV1a()
    hash.add(bytes: name.utf8)
    return "figure-\(hash.digits)-\(box.columns)x\(box.rows)"
  }
}
