/// One full screen as a value: cells, and rectangles reserved for pixel pictures. No terminal
/// needed.
package struct Frame: Sendable, Equatable {
  /// Columns and rows.
  package let size: Size
  /// Row-major, `size.columns * size.rows`.
  package var cells: [Cell]
  /// Pixel pictures; their cells are reserved (blank) and never on the last row.
  package var pictures: [PicturePlacement]
  /// Where the hardware cursor stands, nil = hidden.
  package var cursor: Position?

  /// A blank frame.
  package init(size: Size) {
    self.size = size
    cells = [Cell](repeating: .blank, count: size.columns * size.rows)
    pictures = []
  }
}

/// One character cell.
package struct Cell: Sendable, Hashable {
  /// One grapheme cluster; empty for the second half of a wide one.
  package var text: String
  /// Its colours and attributes.
  package var style: Style

  /// A cell with one grapheme cluster.
  package init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }

  /// An empty cell in the terminal's own colours.
  package static let blank = Cell(" ")
}

/// Columns and rows of a screen or box, in cells.
package struct Size: Sendable, Hashable {
  /// Width in cells.
  package var columns: Int
  /// Height in cells.
  package var rows: Int

  /// A size in cells.
  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}

/// A cell's place, counted from 0 at the top left.
package struct Position: Sendable, Hashable {
  /// Cells from the left edge.
  package var column: Int
  /// Cells from the upper edge.
  package var row: Int

  /// A place in cells.
  package init(column: Int, row: Int) {
    self.column = column
    self.row = row
  }
}

/// A rectangle of cells.
package struct Box: Sendable, Hashable {
  /// The first column.
  package var column: Int
  /// The first row.
  package var row: Int
  /// Width in cells.
  package var columns: Int
  /// Height in cells.
  package var rows: Int

  /// A rectangle by its top left cell and its size.
  package init(column: Int, row: Int, columns: Int, rows: Int) {
    self.column = column
    self.row = row
    self.columns = columns
    self.rows = rows
  }
}

/// Where a pixel picture goes and what to send there.
package struct PicturePlacement: Sendable, Equatable {
  /// The cells that it covers.
  package let box: Box
  /// Changes whenever the pixels change, so that a terminal knows when to draw again.
  package let identity: String
  /// The picture, encoded off the main thread.
  package let picture: EncodedPicture

  /// A placement of an encoded picture.
  package init(box: Box, identity: String, picture: EncodedPicture) {
    self.box = box
    self.identity = identity
    self.picture = picture
  }

  package static func == (a: Self, b: Self) -> Bool { a.box == b.box && a.identity == b.identity }
}
