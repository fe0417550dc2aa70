import Pictures
import Screen

/// Turns a decoded picture into what a terminal shows in a box of cells. A value that any queue
/// may use; it knows no terminal.
public struct PictureRenderer: Sendable {
  /// Scales a picture to a size in pixels and encodes it as one sixel sequence.
  public typealias Encoder =
    @Sendable (_ picture: Picture, _ width: Int, _ height: Int) throws -> [UInt8]

  /// The way pictures are shown.
  public var rung: GraphicsChoice.Rung
  /// Width of a cell in pixels.
  public var cellWidth: Int
  /// Height of a cell in pixels.
  public var cellHeight: Int
  /// Whether the terminal's background is dark.
  public var darkBackground: Bool
  /// The largest picture in pixels that the terminal takes; nil when unknown.
  public var mostPixels: WindowSize.Pixels?
  /// Makes the sixels.
  public var encode: Encoder

  /// A renderer for a way of showing pictures and a size of cells in pixels.
  public init(
    rung: GraphicsChoice.Rung, cellWidth: Int, cellHeight: Int, darkBackground: Bool = true,
    mostPixels: WindowSize.Pixels? = nil, encode: @escaping Encoder
  ) {
    self.rung = rung
    self.cellWidth = cellWidth
    self.cellHeight = cellHeight
    self.darkBackground = darkBackground
    self.mostPixels = mostPixels
    self.encode = encode
  }

  /// The part of a box of cells that a picture fills without losing its shape.
  public func box(of picture: Picture, columns: Int, rows: Int) -> Size {
    var columns = columns
    var rows = rows
    if rung == .sixel, let mostPixels {
      columns = min(columns, max(1, mostPixels.width / max(1, cellWidth)))
      rows = min(rows, max(1, mostPixels.height / max(1, cellHeight)))
    }
    return PictureCells.fit(
      width: picture.width, height: picture.height, columns: columns, rows: rows,
      cellWidth: cellWidth, cellHeight: cellHeight)
  }

  /// The picture for at most `columns` × `rows` cells; a placeholder says why there is none.
  public func render(_ picture: Picture, columns: Int, rows: Int) -> RenderedPicture {
    let box = box(of: picture, columns: columns, rows: rows)
    guard box.columns > 0, box.rows > 0 else { return .placeholder("no room for the picture") }
    switch rung {
    case .sixel:
      let pixels = PictureCells.pixels(box, cellWidth: cellWidth, cellHeight: cellHeight)
      do {
        let payload = try encode(picture, pixels.width, pixels.height)
        return .sixel(payload: payload, columns: box.columns, rows: box.rows)
      } catch {
        return .placeholder("the picture could not be encoded: \(error)")
      }
    case .blocks:
      let cells = PictureCells.halfBlocks(picture, columns: box.columns, rows: box.rows)
      return .cells(cells, columns: box.columns, rows: box.rows)
    case .ascii:
      let cells = PictureCells.ascii(
        picture, columns: box.columns, rows: box.rows, darkBackground: darkBackground)
      return .cells(cells, columns: box.columns, rows: box.rows)
    case .none:
      return .placeholder("pictures are off; --graphics chooses how to show them")
    }
  }
}
