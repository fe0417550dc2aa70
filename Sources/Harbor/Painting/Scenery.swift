import Pictures
import Tensors

/// Sky and ground of one picture by plain daylight; every number of it is drawn anew. The setting
/// comes later, as `Light` over everything.
struct Scenery {
  let side: Float
  /// Height of the line between sky and ground, in pixels from the top.
  let horizon: Float
  let skyTop: RGB
  let skyBottom: RGB
  let ground: RGB

  /// The colour things are seen against above and below the horizon.
  var skyMean: RGB { skyTop.mixed(with: skyBottom, 0.5) }
  var groundMean: RGB { ground }

  init(side: Float, using generator: inout SeededGenerator) {
    self.side = side
    horizon = side * generator.uniform(0.42, 0.72)
    func pick(
      _ hue: ClosedRange<Float>, _ saturation: ClosedRange<Float>, _ value: ClosedRange<Float>
    ) -> RGB {
      RGB(
        hue: generator.uniform(hue.lowerBound, hue.upperBound),
        saturation: generator.uniform(saturation.lowerBound, saturation.upperBound),
        value: generator.uniform(value.lowerBound, value.upperBound))
    }
    skyTop = pick(0.5...0.64, 0.05...0.45, 0.4...1)
    skyBottom = pick(0.45...0.62, 0.02...0.25, 0.5...1)
    ground = pick(0...1, 0.05...0.4, 0.3...0.9)
  }

  /// Sky, ground with a few strokes and, in half of the pictures, a disc low or high in the sky.
  func paintBackground(on canvas: inout Canvas, using generator: inout SeededGenerator) {
    canvas.fillGradient(from: skyTop, to: skyBottom, top: 0, bottom: horizon)
    canvas.fillGradient(
      from: ground.mixed(with: skyBottom, 0.2), to: ground.mixed(with: RGB(0, 0, 0), 0.12),
      top: horizon, bottom: side)
    if generator.chance(0.5) { paintDisc(on: &canvas, using: &generator) }
    for _ in 0..<4 {
      let (x, y) = (generator.uniform(0, side), generator.uniform(horizon, side))
      let shade = ground.mixed(with: generator.chance(0.5) ? skyBottom : RGB(0, 0, 0), 0.25)
      canvas.strokeLine(
        from: Point(x, y), to: Point(x + generator.uniform(0.08, 0.3) * side, y),
        width: side * 0.018, shade)
    }
  }

  /// A sun or a moon, whichever the light makes of it.
  private func paintDisc(on canvas: inout Canvas, using generator: inout SeededGenerator) {
    let center = Point(
      generator.uniform(0.1, 0.9) * side, generator.uniform(0.08, 0.4) * side)
    let radius = side * generator.uniform(0.06, 0.12)
    let disc = Outline.ellipse(center: center, radiusX: radius, radiusY: radius)
      .map { Point($0.x, min($0.y, horizon)) }
    canvas.fill(disc, RGB(255, 246, UInt8(200 + generator.index(below: 40))))
  }
}
