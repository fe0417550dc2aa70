import Tensors

/// A surface to draw on: float RGB in 0 … 255, so that many thin layers do not add rounding steps.
///
/// Coordinates are pixels with (0, 0) at the upper left corner of the upper left pixel. Every shape
/// is filled with its exact area coverage, uses no platform mathematics, and so gives the same
/// bytes everywhere.
package struct Canvas: Sendable {
  /// Columns, at least 1.
  package let width: Int
  /// Rows, at least 1.
  package let height: Int
  /// `3 * width * height` values, interleaved as in `Picture`.
  var values: [Float]

  /// A canvas of one colour.
  package init(width: Int, height: Int, color: RGB = RGB(255, 255, 255)) {
    self.init(Picture(width: width, height: height, color: color))
  }

  /// A canvas that starts as a copy of a picture.
  package init(_ picture: Picture) {
    width = picture.width
    height = picture.height
    values = picture.pixels.map { Float($0) }
  }

  /// What was drawn, rounded to 8 bits.
  package var picture: Picture {
    let pixels = [UInt8](unsafeUninitializedCapacity: values.count) { bytes, count in
      for i in 0..<values.count { bytes[i] = UInt8(min(255, max(0, values[i] + 0.5))) }
      count = values.count
    }
    return Picture(width: width, height: height, pixels: pixels)
  }

  /// Fills a polygon (closed by itself; overlapping turns count once) with a colour.
  ///
  /// Points may lie outside; a polygon with fewer than three or with non-finite points draws
  /// nothing.
  package mutating func fill(_ points: [Point], _ color: RGB, opacity: Float = 1) {
    guard opacity > 0, let coverage = Coverage(points, width: width, height: height) else { return }
    let (red, green, blue) = (Float(color.red), Float(color.green), Float(color.blue))
    let opacity = min(1, opacity)
    let width = width
    values.withUnsafeMutableBufferPointer { values in
      coverage.forEach { x, y, share in
        let alpha = share * opacity
        let i = 3 * (y * width + x)
        values[i] += alpha * (red - values[i])
        values[i + 1] += alpha * (green - values[i + 1])
        values[i + 2] += alpha * (blue - values[i + 2])
      }
    }
  }

  /// Covers the rows from `top` to `bottom` (pixels) with a vertical gradient between two colours.
  package mutating func fillGradient(
    from first: RGB, to last: RGB, top: Float = 0, bottom: Float? = nil
  ) {
    let bottom = bottom ?? Float(height)
    guard top.isFinite, bottom.isFinite, bottom > top else { return }
    let start = Int(min(Float(height), max(0, top.rounded(.down))))
    let end = Int(min(Float(height), max(0, bottom.rounded(.up))))
    for y in start..<max(start, end) {
      let share = min(1, max(0, (Float(y) + 0.5 - top) / (bottom - top)))
      let inside = min(bottom, Float(y + 1)) - max(top, Float(y))
      for x in 0..<width {
        let i = 3 * (y * width + x)
        for (c, pair) in [
          (first.red, last.red), (first.green, last.green), (first.blue, last.blue),
        ].enumerated() {
          let target = Float(pair.0) + share * (Float(pair.1) - Float(pair.0))
          values[i + c] += inside * (target - values[i + c])
        }
      }
    }
  }

  /// Moves every pixel towards one colour: 0 leaves the canvas, 1 covers it. Haze, dusk, a faded
  /// copy.
  package mutating func wash(with color: RGB, amount: Float) {
    let target = SIMD3(Float(color.red), Float(color.green), Float(color.blue))
    let amount = min(1, max(0, amount))
    for i in 0..<(width * height) {
      for c in 0..<3 { values[3 * i + c] += amount * (target[c] - values[3 * i + c]) }
    }
  }

  /// Multiplies red, green and blue everywhere: a coloured filter before the lens.
  package mutating func scale(by gains: SIMD3<Float>) {
    for i in 0..<(width * height) {
      for c in 0..<3 { values[3 * i + c] *= gains[c] }
    }
  }

  /// Adds bell-shaped noise of the given standard deviation (in 8-bit steps) to every channel.
  ///
  /// Each sample is the sum of four 16-bit uniforms of one draw (Irwin–Hall), which is close to
  /// normal, bounded by ±3.5 sigma, and ten times cheaper than a logarithm and a cosine.
  package mutating func addNoise(sigma: Float, using generator: inout SeededGenerator) {
    let scale = sigma * Float(3).squareRoot() / 65536
    for i in values.indices {
      let bits = generator.next()
      let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
      values[i] += (Float(sum) - 131070) * scale
    }
  }
}
