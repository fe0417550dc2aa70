import Figures
import Pictures
import Screen
import Terminal
import Workbench

extension Figure {
  /// The figure for a box of cells, as the style shows pictures. In pixels its words are about as
  /// high as those of the terminal; in cells they are cells, so that they can be read.
  package func rendered(in box: Size, _ style: PictureService.Style) -> RenderedPicture {
    guard box.columns > 0, box.rows > 0 else { return .placeholder("no room for the figure") }
    let ground: FigureGround = style.darkBackground ? .dark : .light
    do throws(FigureError) {
      if let way = style.rung.pixels { return try pixels(way, box, ground, style) }
      guard style.rung != .none else {
        return .placeholder("pictures are off; --graphics chooses how to show them")
      }
      return try cells(in: box, ground, isASCII: style.rung == .ascii)
    } catch {
      return .placeholder("the figure could not be drawn: \(error)")
    }
  }

  private func pixels(
    _ way: PixelProtocol, _ box: Size, _ ground: FigureGround, _ style: PictureService.Style
  ) throws(FigureError) -> RenderedPicture {
    var box = box
    if let most = style.mostPixels {
      box.columns = min(box.columns, max(1, most.width / max(1, style.cellWidth)))
      box.rows = min(box.rows, max(1, most.height / max(1, style.cellHeight)))
    }
    let size = way.pixels(box, cellWidth: style.cellWidth, cellHeight: style.cellHeight)
    guard !style.marksPixels else {
      return .placeholder("[\(way.rawValue) \(size.width)x\(size.height)]")
    }
    let picture = try picture(
      PixelSize(width: size.width, height: size.height), ground,
      textSize: Float(style.cellHeight) * 0.72)
    do {
      return .pixels(
        try way.encode(picture, colors: style.colors), columns: box.columns, rows: box.rows)
    } catch {
      return .placeholder("the figure could not be encoded: \(error)")
    }
  }

  /// The shapes as blocks or signs, and over them the words, a sign a cell.
  private func cells(
    in box: Size, _ ground: FigureGround, isASCII: Bool
  ) throws(FigureError) -> RenderedPicture {
    let cell = CellGrid.pixels
    let drawing = drawing(
      PixelSize(width: box.columns * cell.width, height: box.rows * cell.height), ground,
      textSize: CellGrid.textSize)
    let shapes = try drawing.picture(withWords: false)
    var frame = Frame(size: box)
    frame.draw(
      isASCII
        ? PictureCells.ascii(
          shapes, columns: box.columns, rows: box.rows, darkBackground: ground == .dark)
        : PictureCells.halfBlocks(shapes, columns: box.columns, rows: box.rows),
      columns: box.columns, at: Position(column: 0, row: 0))
    let sanitizer = Sanitizer(ascii: isASCII)
    for item in drawing.items {
      guard case .text(let words) = item.shape else { continue }
      write(words, as: sanitizer.visible(words.text), isColored: !isASCII, to: &frame)
    }
    return .cells(frame.cells, columns: box.columns, rows: box.rows)
  }

  private func write(
    _ words: Drawing.Words, as text: String, isColored: Bool, to frame: inout Frame
  ) {
    let cell = CellGrid.pixels
    let column = Int((words.at.x / Float(cell.width)).rounded())
    let row = Int((words.at.y - words.size * 0.36) / Float(cell.height))
    let columns = TextWidth.columns(of: text)
    let back =
      switch words.anchor {
      case .start: 0
      case .middle: columns / 2
      case .end: columns
      }
    func put(_ text: String, _ place: Position) {
      var style = Style.plain
      if isColored, let under = frame[place] {
        let color = words.color
        style = Style(.rgb(color.red, color.green, color.blue), on: under.style.background)
      }
      if words.isBold { style.attributes.insert(.bold) }
      frame.write(text, at: place, style: style)
    }
    guard words.isTurned else {
      return put(text, Position(column: max(0, column - back), row: row))
    }
    for (i, sign) in text.enumerated() {
      put(String(sign), Position(column: column, row: row + i))
    }
  }
}

/// How a figure is laid out that is shown in cells.
private enum CellGrid {
  /// Pixels of the layout for each cell.
  static let pixels = PixelSize(width: 8, height: 16)
  /// The height of text whose small words are laid out a cell a letter.
  static let textSize: Float = 15.7
}
