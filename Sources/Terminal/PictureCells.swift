import Pictures
import Screen

/// Pictures as text: half blocks in colour, or a ramp of ASCII signs. Pure functions; they take
/// the whole picture into the whole box, so fit the box first.
package enum PictureCells {
  /// Signs from dark to light.
  static let ramp = Array(" .:-=+*#%@").map(String.init)

  /// The largest box inside `columns` × `rows` that keeps the picture's shape, at least one cell,
  /// when a cell is `cellWidth` × `cellHeight` pixels.
  package static func fit(
    width: Int, height: Int, columns: Int, rows: Int, cellWidth: Int = 8, cellHeight: Int = 16
  ) -> Size {
    guard width > 0, height > 0, columns > 0, rows > 0, cellWidth > 0, cellHeight > 0 else {
      return Size(columns: 0, rows: 0)
    }
    let scale = min(
      Double(columns * cellWidth) / Double(width), Double(rows * cellHeight) / Double(height))
    let wide = Int((Double(width) * scale / Double(cellWidth)).rounded())
    let tall = Int((Double(height) * scale / Double(cellHeight)).rounded())
    return Size(columns: min(columns, max(1, wide)), rows: min(rows, max(1, tall)))
  }

  /// The pixels of a sixel picture for a box of cells: the height is a multiple of 6 that does not
  /// reach into the row below.
  package static func pixels(
    _ box: Size, cellWidth: Int, cellHeight: Int
  ) -> (width: Int, height: Int) {
    (max(1, box.columns * cellWidth), max(6, box.rows * cellHeight / 6 * 6))
  }

  /// `rows` lines of `columns` cells, each with two pixels: `▀` in the colour of the upper on the
  /// colour of the lower.
  package static func halfBlocks(_ picture: Picture, columns: Int, rows: Int) -> [Cell] {
    guard let small = averaged(picture, width: columns, height: rows * 2) else { return [] }
    var cells: [Cell] = []
    cells.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let upper = small[(2 * row) * columns + column]
        let lower = small[(2 * row + 1) * columns + column]
        cells.append(Cell(halfBlock, Style(upper.ink, on: lower.ink)))
      }
    }
    return cells
  }

  /// `rows` lines of `columns` cells whose signs grow with the brightness, stretched over the
  /// picture's own range. On a light background the ramp runs the other way.
  package static func ascii(
    _ picture: Picture, columns: Int, rows: Int, style: Style = .plain, darkBackground: Bool = true
  ) -> [Cell] {
    guard let small = averaged(picture, width: columns, height: rows) else { return [] }
    let light = small.map { 0.299 * $0.red + 0.587 * $0.green + 0.114 * $0.blue }
    let low = light.min() ?? 0
    let span = (light.max() ?? 255) - low
    return light.map { value in
      // A picture of one brightness keeps it; stretching would invent a contrast.
      let fraction = span < 8 ? value / 255 : (value - low) / span
      let shown = darkBackground ? fraction : 1 - fraction
      return Cell(ramp[min(9, max(0, Int((shown * 9).rounded())))], style)
    }
  }

  /// The sign whose foreground is the upper pixel and whose background is the lower.
  package static let halfBlock = "▀"

  struct Mean {
    var red = 0.0
    var green = 0.0
    var blue = 0.0

    var ink: Ink {
      func byte(_ value: Double) -> UInt8 { UInt8(min(255, max(0, value.rounded()))) }
      return .rgb(byte(red), byte(green), byte(blue))
    }
  }

  /// Area average: each target pixel is the mean of the source pixels it covers, at least one.
  static func averaged(_ picture: Picture, width: Int, height: Int) -> [Mean]? {
    guard width > 0, height > 0, width <= 4096, height <= 4096 else { return nil }
    var out = [Mean](repeating: Mean(), count: width * height)
    picture.pixels.withUnsafeBufferPointer { pixels in
      for y in 0..<height {
        let top = y * picture.height / height
        let bottom = max(top + 1, (y + 1) * picture.height / height)
        for x in 0..<width {
          let left = x * picture.width / width
          let right = max(left + 1, (x + 1) * picture.width / width)
          var sum = (0, 0, 0)
          for row in top..<bottom {
            var index = 3 * (row * picture.width + left)
            for _ in left..<right {
              sum.0 += Int(pixels[index])
              sum.1 += Int(pixels[index + 1])
              sum.2 += Int(pixels[index + 2])
              index += 3
            }
          }
          let count = Double((bottom - top) * (right - left))
          out[y * width + x] = Mean(
            red: Double(sum.0) / count, green: Double(sum.1) / count, blue: Double(sum.2) / count)
        }
      }
    }
    return out
  }
}
