/// A grid of values over a part of a picture: an attention map, an occlusion map.
package struct HeatGrid: Sendable, Hashable {
  /// `rows * columns` values in row-major order; not-a-number counts as the lowest.
  package let values: [Float]
  /// Rows of the grid.
  package let rows: Int
  /// Columns of the grid.
  package let columns: Int
  /// The part of the picture that the grid covers: what the model saw.
  package let region: PictureRegion
  /// The value that gets the lowest colour.
  package let low: Float
  /// The value that gets the highest colour.
  package let high: Float
  /// Whether zero, in the middle of the range, means no effect, and both sides are heat.
  package let isSigned: Bool

  /// A grid; the range is that of the finite values unless given, and as wide on both sides of zero
  /// when the grid is signed.
  package init(
    _ values: [Float], rows: Int, columns: Int, region: PictureRegion = .whole,
    range: ClosedRange<Float>? = nil, isSigned: Bool = false
  ) {
    precondition(rows > 0 && columns > 0, "a heat grid has at least one cell")
    precondition(values.count == rows * columns, "\(values.count) values for \(rows)x\(columns)")
    self.values = values
    self.rows = rows
    self.columns = columns
    self.region = region
    let finite = values.filter(\.isFinite)
    let (least, most) = (
      range?.lowerBound ?? finite.min() ?? 0, range?.upperBound ?? finite.max() ?? 0
    )
    let reach = max(-least, most, 0)
    low = isSigned ? -reach : least
    high = isSigned ? reach : most
    self.isSigned = isSigned
  }

  /// A cell's value as 0 … 1. A grid of equal values has no heat. In a signed grid ½ is no effect.
  package func share(row: Int, column: Int) -> Float {
    let value = values[row * columns + column]
    // Rounding alone must not look like a difference.
    guard high - low > 1e-5 * max(abs(high), abs(low)), !value.isNaN else {
      return isSigned ? 0.5 : 0
    }
    return min(1, max(0, (value - low) / (high - low)))
  }

  /// The share at a place of the region (0 … 1 each way), mixed from the four nearest cell centres.
  func smoothShare(u: Float, v: Float) -> Float {
    let x = min(Float(columns - 1), max(0, u * Float(columns) - 0.5))
    let y = min(Float(rows - 1), max(0, v * Float(rows) - 0.5))
    let (column, row) = (Int(x), Int(y))
    let (right, below) = (min(columns - 1, column + 1), min(rows - 1, row + 1))
    let (fx, fy) = (x - Float(column), y - Float(row))
    let upper = share(row: row, column: column) * (1 - fx) + share(row: row, column: right) * fx
    let lower = share(row: below, column: column) * (1 - fx) + share(row: below, column: right) * fx
    return upper * (1 - fy) + lower * fy
  }
}

/// How heat is laid over a picture.
package struct HeatStyle: Sendable, Hashable {
  /// Colour of each share of the range.
  package var map: ColorMap
  /// Colours of the two sides of a signed grid: blue and orange, which the common colour
  /// blindnesses tell apart, from each other and from grey.
  package var sides: (below: RGB, above: RGB) {
    (RGB(20, 90, 220), RGB(235, 120, 20))
  }
  /// The colour of an effect, −1 … 1, as a legend shows it: over grey, as much as over a picture.
  package func color(ofEffect effect: Float) -> RGB {
    RGB(128, 128, 128).mixed(with: effect < 0 ? sides.below : sides.above, min(1, abs(effect)))
  }

  /// Opacity of the highest value; lower values are more transparent in proportion.
  package var strength: Float
  /// Whether values flow into each other or stay the blocks that the model had.
  package var smooth: Bool
  /// Colour of a line around the region that the model saw; nil draws none.
  package var border: RGB?

  /// A style; by default smooth `ember` at 70 % with a white border.
  package init(
    map: ColorMap = .standard, strength: Float = 0.5, smooth: Bool = true,
    border: RGB? = RGB(255, 255, 255)
  ) {
    self.map = map
    self.strength = strength
    self.smooth = smooth
    self.border = border
  }
}

extension Picture {
  /// The picture with heat blended over the part that the grid covers.
  ///
  /// A border is drawn only where the grid does not cover the whole picture.
  package func overlaid(with heat: HeatGrid, style: HeatStyle = HeatStyle()) -> Picture {
    let area = bounds(of: heat.region)
    guard area.width > 0, area.height > 0 else { return self }
    var result = self
    let table = (0...255).map { style.map(Float($0) / 255) }
    // Distances are measured in the true, unrounded region.
    let (left, top) = (heat.region.left * Double(width), heat.region.top * Double(height))
    let (spanX, spanY) = (heat.region.width * Double(width), heat.region.height * Double(height))
    result.pixels.withUnsafeMutableBufferPointer { pixels in
      for y in area.y..<(area.y + area.height) {
        let v = Float(min(1, max(0, (Double(y) + 0.5 - top) / spanY)))
        let row = min(heat.rows - 1, Int(v * Float(heat.rows)))
        for x in area.x..<(area.x + area.width) {
          let u = Float(min(1, max(0, (Double(x) + 0.5 - left) / spanX)))
          let share =
            style.smooth
            ? heat.smoothShare(u: u, v: v)
            : heat.share(row: row, column: min(heat.columns - 1, Int(u * Float(heat.columns))))
          let effect = heat.isSigned ? 2 * share - 1 : share
          let alpha = min(1, max(0, style.strength)) * abs(effect)
          let color =
            heat.isSigned
            ? effect < 0 ? style.sides.below : style.sides.above : table[Int(share * 255 + 0.5)]
          let i = 3 * (y * width + x)
          pixels[i] = blend(pixels[i], color.red, alpha)
          pixels[i + 1] = blend(pixels[i + 1], color.green, alpha)
          pixels[i + 2] = blend(pixels[i + 2], color.blue, alpha)
        }
      }
    }
    if let border = style.border, heat.region != .whole {
      result.drawOutline(of: heat.region, color: border)
    }
    return result
  }

  /// The picture with rectangles of one value each. They may lie over each other: what is seen at a
  /// place is the strongest there, never a sum that none of them has. With a border the outlines
  /// have the colours, and the picture shows through.
  package func overlaid(with rectangles: [HeatGrid], style: HeatStyle) -> Picture {
    var result = self
    let strength = style.border == nil ? style.strength : style.strength / 2
    let shares = rectangles.map { $0.share(row: 0, column: 0) }
    func effect(_ i: Int) -> Float { rectangles[i].isSigned ? 2 * shares[i] - 1 : shares[i] }
    for i in rectangles.indices.sorted(by: { abs(effect($0)) < abs(effect($1)) }) {
      let color =
        rectangles[i].isSigned
        ? effect(i) < 0 ? style.sides.below : style.sides.above : style.map(shares[i])
      let alpha = min(1, max(0, strength)) * abs(effect(i))
      let area = bounds(of: rectangles[i].region)
      for y in area.y..<(area.y + area.height) {
        for x in area.x..<(area.x + area.width) {
          let under = self[x, y]
          result[x, y] = RGB(
            blend(under.red, color.red, alpha), blend(under.green, color.green, alpha),
            blend(under.blue, color.blue, alpha))
        }
      }
      guard style.border != nil, rectangles[i].region != .whole else { continue }
      result.drawOutline(
        of: rectangles[i].region, color: color, thickness: max(1, min(width, height) / 120))
    }
    return result
  }

  /// Draws the outline of a region, `thickness` pixels inwards, crisp.
  package mutating func drawOutline(of region: PictureRegion, color: RGB, thickness: Int = 1) {
    let area = bounds(of: region)
    guard area.width > 0, area.height > 0, thickness > 0 else { return }
    let (right, bottom) = (area.x + area.width, area.y + area.height)
    for y in area.y..<bottom {
      for x in area.x..<right {
        let inset = min(x - area.x, right - 1 - x, y - area.y, bottom - 1 - y)
        if inset < thickness { self[x, y] = color }
      }
    }
  }

  /// The pixels of a region, cut at the picture's edges; zero size when none or not finite.
  private func bounds(of region: PictureRegion) -> (x: Int, y: Int, width: Int, height: Int) {
    func span(_ start: Double, _ length: Double, _ count: Int) -> (Int, Int) {
      let from = (start * Double(count)).rounded()
      let to = ((start + length) * Double(count)).rounded()
      guard from.isFinite, to.isFinite, length > 0 else { return (0, 0) }
      let first = Int(min(Double(count), max(0, from)))
      return (first, Int(min(Double(count), max(0, to))) - first)
    }
    let (x, width) = span(region.left, region.width, width)
    let (y, height) = span(region.top, region.height, height)
    return (x, y, width, height)
  }
}

private func blend(_ under: UInt8, _ over: UInt8, _ alpha: Float) -> UInt8 {
  UInt8(Float(under) + alpha * (Float(over) - Float(under)) + 0.5)
}
