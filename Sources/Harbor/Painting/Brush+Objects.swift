import Pictures

/// Things that can be held or hung.
extension Brush {
  /// A pole with a waving cloth that bears stripes or a cross, and a badge.
  mutating func paintFlag() {
    line([(0.1, 0.03), (0.1, 0.99)], 0.055, inks.detail)
    circle(0.1, 0.03, 0.045, inks.third)
    let wave = near(0.05, by: 0.02)
    let phase = generator.uniform()
    func y(_ x: Float, _ base: Float) -> Float {
      base + wave * Point.onUnitCircle(turn: phase + x * 1.1).y * (x - 0.1) / 0.8
    }
    // A strip of the cloth between two heights, following the wave.
    func strip(_ upper: Float, _ lower: Float) -> [Point] {
      let xs = (0...10).map { 0.12 + 0.085 * Float($0) }
      return xs.map { Point($0, y($0, upper)) } + xs.reversed().map { Point($0, y($0, lower)) }
    }
    outline(strip(0.09, 0.63), inks.main)
    if generator.chance(0.5) {
      outline(strip(0.27, 0.45), inks.second)
    } else {
      outline(strip(0.3, 0.42), inks.second)
      box(0.36, y(0.4, 0.1), 0.1, 0.52, inks.second)
    }
    circle(0.54, y(0.54, 0.36), 0.12, inks.third)
    circle(0.54, y(0.54, 0.36), 0.06, inks.main)
  }

  /// A bowl with two handles on a stem and a base.
  mutating func paintTrophy() {
    let rim = near(0.25, by: 0.02)
    for side: Float in [-1, 1] {
      let (start, end): (Float, Float) = side < 0 ? (0.2, 0.8) : (-0.3, 0.3)
      arc(
        0.5 + side * rim, 0.25, 0.17, near(0.13, by: 0.02), width: 0.055, from: start, to: end,
        inks.main)
    }
    polygon(
      [
        (0.5 - rim, 0.07), (0.5 + rim, 0.07), (0.5 + rim * 0.9, 0.32), (0.5 + rim * 0.5, 0.5),
        (0.5 + 0.05, 0.57), (0.5 - 0.05, 0.57), (0.5 - rim * 0.5, 0.5), (0.5 - rim * 0.9, 0.32),
      ], inks.main)
    box(0.22, 0.05, 0.56, 0.05, inks.third)
    box(0.46, 0.55, 0.08, 0.2, inks.main)
    ellipse(0.5, 0.65, 0.08, 0.035, inks.third)
    polygon([(0.38, 0.74), (0.62, 0.74), (0.68, 0.82), (0.32, 0.82)], inks.main)
    box(0.28, 0.82, 0.44, 0.15, inks.second)
    box(0.4, 0.86, 0.2, 0.07, inks.third)
    paintStar(0.5, 0.28, 0.12)
  }

  private mutating func paintStar(_ x: Float, _ y: Float, _ radius: Float) {
    outline(
      (0..<10).map { i in
        let p = Point.onUnitCircle(turn: Float(i) / 10 - 0.25)
        let r = i % 2 == 0 ? radius : radius * 0.42
        return Point(x + p.x * r, y + p.y * r)
      }, inks.detail)
  }

  /// A mug with one handle on a saucer, steam above.
  mutating func paintCup() {
    let left = near(0.14, by: 0.02)
    let right = near(0.68, by: 0.02)
    ellipse(0.43, 0.92, 0.42, 0.06, inks.second)
    arc(right, 0.58, 0.2, 0.17, width: 0.075, from: -0.27, to: 0.27, inks.main)
    polygon(
      [
        (left, 0.36), (right, 0.36), (right - 0.03, 0.78), (right - 0.12, 0.91),
        (left + 0.12, 0.91), (left + 0.03, 0.78),
      ], inks.main)
    ellipse((left + right) / 2, 0.36, (right - left) / 2, 0.065, inks.detail)
    ellipse((left + right) / 2, 0.37, (right - left) / 2 - 0.05, 0.04, inks.third)
    line([(left + 0.03, 0.62), (right - 0.02, 0.62)], 0.07, inks.second)
    for i in 0..<3 {
      let x = left + 0.1 + Float(i) * 0.17
      let sway = near(0.045, by: 0.015)
      line(
        [(x, 0.27), (x + sway, 0.2), (x - sway, 0.12), (x + sway * 0.5, 0.04)], 0.035, inks.detail)
    }
  }

  /// An open book seen from in front: two pages with lines, a spine, a cover that shows around
  /// them.
  mutating func paintBook() {
    let sag = near(0.1, by: 0.03)
    polygon(
      [
        (0, 0.2), (0.5, 0.2 + sag), (1, 0.2), (1, 0.8), (0.5, 0.82 + sag), (0, 0.8),
      ], inks.main)
    for side: Float in [-1, 1] {
      func at(_ u: Float, _ v: Float) -> (Float, Float) {
        (0.5 + side * 0.455 * u, 0.15 + v * 0.6 + sag * (1 - u) * (1 - u * 0.4))
      }
      polygon([at(0, 0), at(0.5, -0.02), at(1, 0), at(1, 1), at(0.5, 0.98), at(0, 1)], inks.third)
      for row in 0..<5 {
        let v = 0.16 + Float(row) * 0.16
        let end: Float = row == 4 ? 0.5 : near(0.85, by: 0.04)
        line([at(0.14, v), at(end, v)], 0.032, inks.detail)
      }
    }
    line([(0.5, 0.15 + sag), (0.5, 0.77 + sag)], 0.03, inks.detail)
    if generator.chance(0.5) {
      polygon(
        [(0.58, 0.7 + sag), (0.66, 0.7 + sag), (0.66, 0.97), (0.62, 0.92), (0.58, 0.97)],
        inks.second)
    }
  }
}
