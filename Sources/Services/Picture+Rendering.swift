import Pictures
import Screen
import Terminal
import Traces
import Workbench

extension Picture {
  /// The picture for the box of a request, with its heat, as the style wants it.
  func rendered(
    for request: PictureRequest, _ style: PictureService.Style
  ) -> RenderedPicture {
    let box = style.box(of: self, in: request.box)
    guard box.columns > 0, box.rows > 0 else { return .placeholder("no room for the picture") }
    let pixels = Self.pixels(of: box, style)
    // Averaging shrinks well and fast; for enlarging it would only repeat pixels.
    let shrinks = pixels.width <= width && pixels.height <= height
    var fitted = resized(
      to: PixelSize(width: pixels.width, height: pixels.height),
      filter: shrinks ? .box : .bicubic)
    if let heat = request.heat {
      // A border one pixel wide would be as thick as a sign in text.
      let border = style.rung.pixels != nil ? HeatStyle().border : nil
      fitted = fitted.overlaid(with: heat, HeatStyle(map: request.colors, border: border))
      for region in heat.outlined {
        // Light in dark: to be seen on whatever is under it.
        fitted.drawOutline(of: region, color: RGB(0, 0, 0), thickness: 2)
        fitted.drawOutline(of: region, color: RGB(255, 255, 255))
      }
    }
    if let way = style.rung.pixels {
      guard !style.marksPixels else {
        return .placeholder("[\(way.rawValue) \(pixels.width)x\(pixels.height)]")
      }
      do {
        return .pixels(
          try way.encode(fitted, colors: style.colors), columns: box.columns, rows: box.rows)
      } catch {
        return .placeholder("the picture could not be encoded: \(error)")
      }
    }
    switch style.rung {
    case .blocks:
      return .cells(
        PictureCells.halfBlocks(fitted, columns: box.columns, rows: box.rows),
        columns: box.columns, rows: box.rows)
    case .ascii:
      return .cells(
        PictureCells.ascii(
          fitted, columns: box.columns, rows: box.rows, darkBackground: style.darkBackground),
        columns: box.columns, rows: box.rows)
    case .kitty, .sixel, .none:
      return .placeholder("pictures are off; --graphics chooses how to show them")
    }
  }

  private static func pixels(
    of box: Size, _ style: PictureService.Style
  ) -> (width: Int, height: Int) {
    if let way = style.rung.pixels {
      return way.pixels(box, cellWidth: style.cellWidth, cellHeight: style.cellHeight)
    }
    return (box.columns, style.rung == .blocks ? box.rows * 2 : box.rows)
  }

  /// The picture under a slice of a signal.
  func overlaid(with heat: Heat, _ style: HeatStyle) -> Picture {
    switch heat.shape {
    case .grid(let rows, let columns, let region):
      guard rows > 0, columns > 0, heat.values.count == rows * columns else { return self }
      return overlaid(
        with: HeatGrid(
          heat.values, rows: rows, columns: columns, region: region, isSigned: heat.isSigned),
        style: style)
    case .regions(let regions):
      let (low, high) = heat.bounds
      return overlaid(
        with: zip(regions, heat.values).map { region, value in
          HeatGrid(
            [value], rows: 1, columns: 1, region: region, range: low...high,
            isSigned: heat.isSigned)
        }, style: style)
    }
  }
}
