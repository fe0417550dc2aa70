import Pictures
import Tensors

/// Sky, ground, light and weather of one picture; every number of it is drawn anew.
struct Scenery {
  let setting: Setting
  let side: Float
  /// Height of the line between sky and ground, in pixels from the top.
  let horizon: Float
  let skyTop: RGB
  let skyBottom: RGB
  let ground: RGB
  /// How bright things are in this light (1 = as painted) and what the light adds.
  private let exposure: Float
  private let cast: RGB
  private let castShare: Float

  /// The colour things are seen against above and below the horizon.
  var skyMean: RGB { skyTop.mixed(with: skyBottom, 0.5) }
  var groundMean: RGB { ground }

  init(_ setting: Setting, side: Float, using generator: inout SeededGenerator) {
    self.setting = setting
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
    let soil = pick(0...1, 0.08...0.55, 0.3...0.8)
    switch setting {
    case .sunny:
      skyTop = pick(0.5...0.63, 0.25...0.75, 0.7...1)
      skyBottom = pick(0.45...0.62, 0.05...0.4, 0.8...1)
      (exposure, castShare, cast) = (generator.uniform(0.9, 1.1), 0.06, RGB(255, 244, 200))
    case .rain:
      skyTop = pick(0.5...0.7, 0.03...0.35, 0.25...0.65)
      skyBottom = pick(0.5...0.7, 0.03...0.3, 0.35...0.8)
      (exposure, castShare, cast) = (generator.uniform(0.7, 0.95), 0.15, RGB(120, 130, 145))
    case .night:
      skyTop = pick(0.58...0.78, 0.2...0.8, 0.05...0.35)
      skyBottom = pick(0.55...0.75, 0.15...0.7, 0.1...0.5)
      (exposure, castShare, cast) = (generator.uniform(0.5, 0.85), 0.18, RGB(20, 26, 60))
    case .fog:
      skyTop = pick(0...1, 0...0.15, 0.45...0.9)
      skyBottom = skyTop.mixed(with: pick(0...1, 0...0.15, 0.45...0.9), 0.5)
      (exposure, castShare, cast) = (generator.uniform(0.8, 1), 0.1, RGB(200, 200, 200))
    case .sunset:
      skyTop = pick(0.6...0.88, 0.15...0.65, 0.25...0.85)
      skyBottom = pick(0...0.12, 0.3...0.9, 0.7...1)
      (exposure, castShare, cast) = (generator.uniform(0.65, 0.9), 0.15, RGB(200, 110, 60))
    case .snow:
      skyTop = pick(0.5...0.7, 0.02...0.3, 0.4...0.9)
      skyBottom = pick(0.5...0.7, 0.02...0.2, 0.5...0.95)
      (exposure, castShare, cast) = (generator.uniform(0.85, 1), 0.08, RGB(225, 230, 245))
    }
    let white = pick(0.5...0.7, 0...0.1, 0.76...1)
    ground =
      setting == .snow
      ? white : RGB(0, 0, 0).mixed(with: soil, exposure).mixed(with: cast, castShare)
  }

  /// A paint as it looks in this light.
  func lit(_ color: RGB) -> RGB {
    RGB(0, 0, 0).mixed(with: color, exposure).mixed(with: cast, castShare)
  }

  /// Sky with its lights, ground with a few strokes.
  func paintBackground(on canvas: inout Canvas, using generator: inout SeededGenerator) {
    canvas.fillGradient(from: skyTop, to: skyBottom, top: 0, bottom: horizon)
    canvas.fillGradient(
      from: ground.mixed(with: skyBottom, 0.2), to: ground.mixed(with: RGB(0, 0, 0), 0.12),
      top: horizon, bottom: side)
    paintSkyLights(on: &canvas, using: &generator)
    for _ in 0..<4 {
      let (x, y) = (generator.uniform(0, side), generator.uniform(horizon, side))
      let shade = ground.mixed(with: generator.chance(0.5) ? skyBottom : RGB(0, 0, 0), 0.25)
      canvas.strokeLine(
        from: Point(x, y), to: Point(x + generator.uniform(0.08, 0.3) * side, y),
        width: side * 0.018, shade)
    }
    if setting == .night { paintLitWindows(on: &canvas, using: &generator) }
  }

  private func paintSkyLights(on canvas: inout Canvas, using generator: inout SeededGenerator) {
    switch setting {
    case .sunny:
      let center = Point(
        generator.uniform(0.1, 0.9) * side, generator.uniform(0.08, 0.24) * side)
      let radius = side * generator.uniform(0.07, 0.1)
      let color = RGB(255, 236, UInt8(90 + generator.index(below: 110)))
      for i in 0..<10 {
        let p = Point.onUnitCircle(turn: Float(i) / 10 + 0.03)
        canvas.strokeLine(
          from: Point(center.x + p.x * radius * 1.35, center.y + p.y * radius * 1.35),
          to: Point(center.x + p.x * radius * 1.9, center.y + p.y * radius * 1.9),
          width: side * 0.02, color)
      }
      canvas.fillCircle(center: center, radius: radius, color)
    case .night:
      for _ in 0..<14 {
        canvas.fillCircle(
          center: Point(generator.uniform(0, side), generator.uniform(0, horizon)),
          radius: side * generator.uniform(0.006, 0.014), RGB(240, 240, 220))
      }
      let center = Point(
        generator.uniform(0.1, 0.9) * side, generator.uniform(0.08, 0.24) * side)
      let radius = side * generator.uniform(0.06, 0.09)
      canvas.fillCircle(center: center, radius: radius, RGB(238, 232, 200))
      canvas.fillCircle(
        center: Point(center.x + radius * 0.55, center.y - radius * 0.2), radius: radius * 0.85,
        skyTop)
    case .sunset:
      let center = Point(
        generator.uniform(0.1, 0.9) * side, horizon - side * generator.uniform(0, 0.05))
      let radius = side * generator.uniform(0.1, 0.16)
      let disc = Outline.ellipse(center: center, radiusX: radius, radiusY: radius)
        .map { Point($0.x, min($0.y, horizon)) }
      canvas.fill(disc, RGB(255, UInt8(190 + generator.index(below: 50)), 110))
    case .rain, .fog, .snow: break
    }
  }

  private func paintLitWindows(on canvas: inout Canvas, using generator: inout SeededGenerator) {
    for _ in 0..<6 {
      let size = side * generator.uniform(0.02, 0.035)
      canvas.fillRectangle(
        x: generator.uniform(0, side), y: horizon - side * generator.uniform(0.01, 0.09),
        width: size, height: size * 1.3, RGB(255, 214, UInt8(90 + generator.index(below: 70))))
    }
  }

  /// What lies between the scene and the eye: streaks, flakes, haze.
  func paintWeather(on canvas: inout Canvas, using generator: inout SeededGenerator) {
    switch setting {
    case .rain:
      let slant = generator.uniform(-0.5, 0.5)
      let color = RGB(205, 214, 228)
      for _ in 0..<26 {
        let (x, y) = (generator.uniform(-0.1, 1.1) * side, generator.uniform(-0.1, 1) * side)
        let length = side * generator.uniform(0.07, 0.14)
        canvas.strokeLine(
          from: Point(x, y), to: Point(x + slant * length, y + length), width: side * 0.013, color,
          opacity: 0.7)
      }
    case .snow:
      for _ in 0..<34 {
        canvas.fillCircle(
          center: Point(generator.uniform(0, side), generator.uniform(0, side)),
          radius: side * generator.uniform(0.009, 0.019), RGB(255, 255, 255), opacity: 0.9)
      }
    case .fog:
      canvas.wash(with: skyTop, amount: generator.uniform(0.35, 0.58))
    case .sunny, .night, .sunset: break
    }
  }
}
