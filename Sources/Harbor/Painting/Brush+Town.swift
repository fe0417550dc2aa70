import Pictures

/// Buildings and places.
extension Brush {
  /// A box under a gable, with a door, windows and a chimney.
  mutating func paintHouse() {
    let ridge = near(0.1, by: 0.05)
    let eaves = near(0.46, by: 0.03)
    box(0.68, 0.14, 0.1, 0.26, inks.detail)
    box(0.14, eaves - 0.02, 0.72, 0.99 - eaves, inks.main)
    polygon([(0.03, eaves), (0.5, ridge), (0.97, eaves)], inks.second)
    box(0.42, 0.7, 0.16, 0.27, inks.third)
    circle(0.55, 0.84, 0.016, inks.detail)
    for x: Float in [0.2, 0.65] {
      box(x, 0.57, 0.15, 0.16, inks.detail)
      box(x + 0.02, 0.59, 0.11, 0.12, inks.third)
      line([(x + 0.075, 0.58), (x + 0.075, 0.72)], 0.02, inks.detail)
      line([(x + 0.01, 0.65), (x + 0.14, 0.65)], 0.02, inks.detail)
    }
    circle(0.5, (ridge + eaves) / 2 + 0.07, 0.05, inks.third)
  }

  /// A road that runs to a vanishing point between two rows of fronts.
  mutating func paintStreet() {
    let vanishing = (near(0.5, by: 0.05), near(0.47, by: 0.03))
    // A point that is `depth` of the way from the picture's edge towards the vanishing point.
    func away(_ x: Float, _ y: Float, _ depth: Float) -> (Float, Float) {
      (x + (vanishing.0 - x) * depth, y + (vanishing.1 - y) * depth)
    }
    polygon([(0.06, 1), (0.94, 1), away(0.94, 1, 0.86), away(0.06, 1, 0.86)], inks.second)
    for dash in 0..<4 {
      let from = 0.1 + Float(dash) * 0.21
      let (a, b) = (away(0.5, 1, from), away(0.5, 1, from + 0.11))
      let (w, v) = (0.035 * (1 - from), 0.035 * (0.89 - from))
      polygon([(a.0 - w, a.1), (a.0 + w, a.1), (b.0 + v, b.1), (b.0 - v, b.1)], inks.detail)
    }
    for x: Float in [0, 1] {
      let curb: Float = x == 0 ? 0.06 : 0.94
      let cuts: [Float] = [0, 0.34, 0.6, 0.8]
      for i in 0..<3 {
        let roof = near(0.1, by: 0.08)
        let (from, to) = (cuts[i], cuts[i + 1])
        polygon(
          [
            away(x, roof, from), away(x, roof, to), away(x, 1, to), away(curb, 1, to),
            away(curb, 1, from), away(x, 1, from),
          ],
          i % 2 == 0 ? inks.main : inks.third)
        let pane = i % 2 == 0 ? inks.third : inks.main
        for y: Float in [0.24, 0.5] {
          let (a, b) = (from + (to - from) * 0.25, from + (to - from) * 0.7)
          polygon([away(x, y, a), away(x, y, b), away(x, y + 0.15, b), away(x, y + 0.15, a)], pane)
        }
        line([away(x, roof, to), away(x, 1, to)], 0.016, inks.detail)
      }
    }
  }

  /// A pitch with a goal, three to five players in two colours, and a ball.
  mutating func paintMatch() {
    polygon([(0.1, 0.32), (0.9, 0.32), (1, 1), (0, 1)], inks.second.mixed(with: inks.main, 0.3))
    let chalk = inks.detail
    line([(0.1, 0.34), (0.9, 0.34)], 0.022, chalk)
    arc(0.5, 0.98, 0.3, 0.2, width: 0.025, from: -0.5, to: 0, chalk)
    // The goal: two posts, a bar, a net.
    for i in 0...5 {
      let x = 0.27 + Float(i) * 0.092
      line([(x, 0.08), (x, 0.4)], 0.01, chalk)
    }
    for y: Float in [0.17, 0.26, 0.34] { line([(0.27, y), (0.73, y)], 0.01, chalk) }
    line([(0.27, 0.42), (0.27, 0.07), (0.73, 0.07), (0.73, 0.42)], 0.04, inks.third)
    let count = 3 + generator.index(below: 3)
    for i in 0..<count {
      let x = 0.1 + 0.8 * (Float(i) + 0.5) / Float(count) + near(0, by: 0.04)
      paintPlayer(x: x, top: near(0.47, by: 0.1), shirt: i % 2 == 0 ? inks.main : inks.third)
    }
    let ball = (near(0.5, by: 0.3), near(0.93, by: 0.03))
    circle(ball.0, ball.1, 0.058, chalk)
    circle(ball.0, ball.1, 0.026, inks.third)
  }

  /// A small running figure, legs apart, arms out.
  private mutating func paintPlayer(x: Float, top: Float, shirt: RGB) {
    line([(x - 0.01, top + 0.22), (x - 0.09, top + 0.38)], 0.045, inks.detail)
    line(
      [(x + 0.01, top + 0.22), (x + 0.06, top + 0.29), (x + 0.08, top + 0.38)], 0.045, inks.detail)
    line(
      [
        (x - 0.1, near(top + 0.13, by: 0.05)), (x, top + 0.12),
        (x + 0.1, near(top + 0.13, by: 0.05)),
      ], 0.04, shirt)
    polygon(
      [
        (x - 0.06, top + 0.09), (x + 0.06, top + 0.09), (x + 0.045, top + 0.24),
        (x - 0.045, top + 0.24),
      ], shirt)
    circle(x, top + 0.045, 0.045, inks.detail)
  }

  /// Lamps on a truss, cones of light, a performer with a stand, loudspeakers.
  mutating func paintStage() {
    let colors = [inks.second, inks.third, inks.second]
    for (i, x) in [Float(0.18), 0.5, 0.82].enumerated() {
      let foot = near(0.5 + (x - 0.5) * 0.5, by: 0.06)
      polygon(
        [(x - 0.03, 0.1), (x + 0.03, 0.1), (foot + 0.17, 0.84), (foot - 0.17, 0.84)], colors[i],
        opacity: 0.5)
    }
    line([(0.02, 0.05), (0.98, 0.05)], 0.05, inks.main)
    for x: Float in [0.18, 0.5, 0.82] {
      polygon(
        [(x - 0.05, 0.06), (x + 0.05, 0.06), (x + 0.065, 0.15), (x - 0.065, 0.15)], inks.detail)
    }
    for x: Float in [0.02, 0.82] {
      box(x, 0.5, 0.16, 0.35, inks.main)
      circle(x + 0.08, 0.6, 0.045, inks.detail)
      circle(x + 0.08, 0.74, 0.06, inks.detail)
    }
    box(0, 0.84, 1, 0.14, inks.main)
    line([(0, 0.87), (1, 0.87)], 0.025, inks.detail)
    let x = near(0.48, by: 0.06)
    line([(x - 0.03, 0.66), (x - 0.05, 0.84)], 0.045, inks.detail)
    line([(x + 0.03, 0.66), (x + 0.06, 0.84)], 0.045, inks.detail)
    line([(x - 0.06, 0.5), (x - 0.13, 0.6)], 0.04, inks.detail)
    line([(x + 0.06, 0.5), (x + 0.12, 0.43)], 0.04, inks.detail)
    polygon(
      [(x - 0.075, 0.46), (x + 0.075, 0.46), (x + 0.06, 0.69), (x - 0.06, 0.69)], inks.detail)
    circle(x, 0.39, 0.06, inks.detail)
    line([(x + 0.15, 0.42), (x + 0.15, 0.84)], 0.022, inks.detail)
    circle(x + 0.15, 0.41, 0.028, inks.detail)
  }
}
