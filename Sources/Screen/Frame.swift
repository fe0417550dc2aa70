/// One full screen as a value: cells, and rectangles reserved for pixel pictures. No terminal
/// needed.
public struct Frame: Sendable, Equatable {
  /// Columns and rows.
  public let size: Size
  /// Row-major, `size.columns * size.rows`.
  public var cells: [Cell]
  /// Pixel pictures; their cells are reserved (blank) and never on the last row.
  public var pictures: [PicturePlacement]
  /// Where the hardware cursor stands, nil = hidden.
  public var cursor: Position?

  /// A blank frame.
  public init(size: Size) {
    self.size = size
    cells = [Cell](repeating: .blank, count: size.columns * size.rows)
    pictures = []
  }
}

/// One character cell.
public struct Cell: Sendable, Hashable {
  /// One grapheme cluster; empty for the second half of a wide one.
  public var text: String
  /// Its colours and attributes.
  public var style: Style

  /// A cell with one grapheme cluster.
  public init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }

  /// An empty cell in the terminal's own colours.
  public static let blank = Cell(" ")
}

/// Columns and rows of a screen or box, in cells.
public struct Size: Sendable, Hashable {
  /// Width in cells.
  public var columns: Int
  /// Height in cells.
  public var rows: Int

  /// A size in cells.
  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}

/// A cell's place, counted from 0 at the top left.
public struct Position: Sendable, Hashable {
  /// Cells from the left edge.
  public var column: Int
  /// Cells from the upper edge.
  public var row: Int

  /// A place in cells.
  public init(column: Int, row: Int) {
    self.column = column
    self.row = row
  }
}

/// A rectangle of cells.
public struct Box: Sendable, Hashable {
  /// The first column.
  public var column: Int
  /// The first row.
  public var row: Int
  /// Width in cells.
  public var columns: Int
  /// Height in cells.
  public var rows: Int

  /// A rectangle by its top left cell and its size.
  public init(column: Int, row: Int, columns: Int, rows: Int) {
    self.column = column
    self.row = row
    self.columns = columns
    self.rows = rows
  }
}

/// Where a pixel picture goes and what to send there.
public struct PicturePlacement: Sendable, Equatable {
  /// The cells that it covers.
  public let box: Box
  /// Changes whenever the pixels or the box change, so that a terminal knows when to draw again.
  public let identity: String
  /// The encoded picture (a whole sixel sequence), made off the main thread.
  public let payload: [UInt8]

  /// A placement of an encoded picture.
  public init(box: Box, identity: String, payload: [UInt8]) {
    self.box = box
    self.identity = identity
    self.payload = payload
  }

  public static func == (a: Self, b: Self) -> Bool { a.box == b.box && a.identity == b.identity }
}
