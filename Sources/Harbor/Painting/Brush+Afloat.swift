import Pictures

/// Vessels, and what guides or crosses them.
extension Brush {
  /// Short wave strokes under a hull.
  private mutating func paintWaves(y: Float) {
    for i in 0..<4 {
      let x = Float(i) * 0.25 + near(0.03, by: 0.03)
      let depth = y + near(0.03, by: 0.03)
      line([(x, depth), (x + 0.08, depth - 0.025), (x + 0.17, depth)], 0.025, inks.detail)
    }
  }

  /// A small hull under two triangular sails.
  mutating func paintBoat() {
    let mast = near(0.47, by: 0.04)
    let head = near(0.07, by: 0.03)
    line([(mast, head - 0.03), (mast, 0.74)], 0.04, inks.detail)
    polygon([(mast + 0.03, head), (mast + 0.03, 0.64), (near(0.9, by: 0.04), 0.64)], inks.second)
    polygon(
      [(mast - 0.03, head + 0.1), (mast - 0.03, 0.64), (near(0.13, by: 0.04), 0.64)], inks.third)
    polygon([(0.06, 0.71), (0.96, 0.71), (0.82, 0.91), (0.22, 0.91)], inks.main)
    line([(0.1, 0.74), (0.92, 0.74)], 0.03, inks.third)
    paintWaves(y: 0.95)
  }

  /// A long hull with a tall bow, stacked deckhouses with windows, funnels with smoke.
  mutating func paintShip() {
    let funnels = 2 + generator.index(below: 2)
    for i in 0..<funnels {
      let x = 0.3 + Float(i) * 0.15
      polygon([(x, 0.18), (x + 0.1, 0.18), (x + 0.09, 0.36), (x - 0.01, 0.36)], inks.second)
      line([(x, 0.22), (x + 0.1, 0.22)], 0.03, inks.detail)
      circle(x - 0.02, 0.1, 0.045, inks.detail.mixed(with: inks.third, 0.5))
      circle(x - 0.09, 0.06, 0.035, inks.detail.mixed(with: inks.third, 0.5))
    }
    line([(0.8, 0.24), (0.8, 0.55)], 0.03, inks.detail)
    box(0.22, 0.34, 0.5, 0.1, inks.third)
    box(0.14, 0.44, 0.64, 0.14, inks.third.mixed(with: inks.detail, 0.12))
    for i in 0..<5 { box(0.18 + Float(i) * 0.12, 0.475, 0.06, 0.055, inks.detail) }
    for i in 0..<4 { box(0.26 + Float(i) * 0.12, 0.37, 0.05, 0.04, inks.detail) }
    polygon([(0, 0.58), (0.84, 0.58), (1, 0.5), (0.9, 0.84), (0.06, 0.84)], inks.main)
    line([(0.04, 0.77), (0.91, 0.77)], 0.05, inks.second)
    for i in 0..<5 { circle(0.16 + Float(i) * 0.14, 0.67, 0.024, inks.detail) }
    paintWaves(y: 0.9)
  }

  /// A narrowing tower with bands, a gallery, a lamp room and its beams.
  mutating func paintLighthouse() {
    let top = near(0.27, by: 0.02)
    let (upper, lower): (Float, Float) = (near(0.085, by: 0.01), near(0.19, by: 0.03))
    if generator.chance(0.6) {
      let beam = inks.third.mixed(with: RGB(255, 255, 255), 0.3)
      polygon([(0.5, 0.18), (0.98, 0.04), (0.98, 0.26)], beam, opacity: 0.45)
      polygon([(0.5, 0.18), (0.02, 0.04), (0.02, 0.26)], beam, opacity: 0.45)
    }
    func half(_ y: Float) -> Float { upper + (lower - upper) * (y - top) / (0.97 - top) }
    let bands = 5 + 2 * generator.index(below: 2)
    for band in 0..<bands {
      let from = top + (0.97 - top) * Float(band) / Float(bands)
      let to = top + (0.97 - top) * Float(band + 1) / Float(bands) + 0.004
      polygon(
        [
          (0.5 - half(from), from), (0.5 + half(from), from), (0.5 + half(to), to),
          (0.5 - half(to), to),
        ], band % 2 == 0 ? inks.main : inks.second)
    }
    box(0.36, top - 0.035, 0.28, 0.045, inks.detail)
    box(0.43, 0.13, 0.14, top - 0.165, inks.third)
    polygon([(0.39, 0.14), (0.5, 0.02), (0.61, 0.14)], inks.main)
    box(0.46, 0.85, 0.08, 0.12, inks.detail)
  }

  /// Either stone arches or a hanging deck, over water.
  mutating func paintBridge() {
    if generator.chance(0.5) { paintArches() } else { paintHangingDeck() }
    paintWaves(y: 0.88)
  }

  private mutating func paintArches() {
    let count = 2 + generator.index(below: 2)
    let rise = near(0.08, by: 0.04)
    let span = 1 / Float(count)
    var wall = (0...8).map { i in
      let x = Float(i) / 8
      return Point(x, 0.36 - rise * 4 * x * (1 - x))
    }
    // Back along the water line, up and down around every opening.
    for i in stride(from: count - 1, through: 0, by: -1) {
      let middle = (Float(i) + 0.5) * span
      wall.append(Point((Float(i) + 1) * span, 0.84))
      for step in 0...12 {
        let p = Point.onUnitCircle(turn: -Float(step) / 24)
        let (x, y) = (middle + p.x * span * 0.38, 0.84 + p.y * 0.36)
        wall.append(Point(x, y))
      }
    }
    wall.append(Point(0, 0.84))
    outline(wall, inks.main)
    let rail = (0...8).map { i -> (Float, Float) in
      let x = Float(i) / 8
      return (x, 0.29 - rise * 4 * x * (1 - x))
    }
    line(rail, 0.03, inks.second)
    for (x, y) in rail { line([(x, y), (x, y + 0.08)], 0.025, inks.second) }
    for i in 0..<count {
      arc(
        (Float(i) + 0.5) * span, 0.84, span * 0.38, 0.36, width: 0.03, from: -0.5, to: 0,
        inks.third)
    }
  }

  private mutating func paintHangingDeck() {
    let top = near(0.12, by: 0.04)
    func cable(_ x: Float) -> Float {
      let u = (x - 0.5) / 0.26
      return abs(u) <= 1
        ? 0.54 - (0.54 - top) * u * u : top + (0.56 - top) * (abs(x - 0.5) - 0.26) / 0.24
    }
    let points = (0...20).map { i in (Float(i) / 20, cable(Float(i) / 20)) }
    for i in 1..<12 {
      line([(Float(i) / 12, cable(Float(i) / 12)), (Float(i) / 12, 0.6)], 0.018, inks.detail)
    }
    line(points, 0.035, inks.second)
    box(0, 0.57, 1, 0.085, inks.main)
    for x: Float in [0.24, 0.76] {
      box(x - 0.045, top - 0.04, 0.09, 0.9 - top, inks.main)
      line([(x - 0.06, top - 0.03), (x + 0.06, top - 0.03)], 0.05, inks.third)
    }
  }
}
