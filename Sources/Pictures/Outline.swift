/// A place on a canvas, in pixels (or in whatever unit a drawing uses before it is placed).
package struct Point: Sendable, Hashable {
  /// Distance from the left.
  package var x: Float
  /// Distance from the top.
  package var y: Float

  /// A place by its distance from the left and from the top.
  package init(_ x: Float, _ y: Float) {
    self.x = x
    self.y = y
  }

  static func - (a: Point, b: Point) -> Point { Point(a.x - b.x, a.y - b.y) }

  /// Cosine and sine of an angle in turns (1 = full circle), from a polynomial, so that the result
  /// does not depend on the machine's mathematics library. Error below 1e-6.
  package static func onUnitCircle(turn: Float) -> Point {
    // Reduce to one eighth of the circle, where short series suffice, then mirror back.
    var t = Double(turn) - Double(turn).rounded(.down)
    let flipY = t > 0.5
    if flipY { t = 1 - t }
    let flipX = t > 0.25
    if flipX { t = 0.5 - t }
    let swap = t > 0.125
    if swap { t = 0.25 - t }
    let a = t * 2 * Double.pi
    let s = a * a
    let sine = a * (1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72))))
    let cosine = 1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56)))
    let (x, y) = swap ? (sine, cosine) : (cosine, sine)
    return Point(Float(flipX ? -x : x), Float(flipY ? -y : y))
  }
}

/// Closed outlines as polygons, ready to be filled or placed first.
package enum Outline {
  /// An ellipse; `turn` rotates it clockwise on the screen (1 = full circle).
  package static func ellipse(
    center: Point, radiusX: Float, radiusY: Float, turn: Float = 0, corners: Int = 24
  ) -> [Point] {
    let axis = Point.onUnitCircle(turn: turn)
    return (0..<max(3, corners)).map { i in
      let p = Point.onUnitCircle(turn: Float(i) / Float(max(3, corners)))
      let (u, v) = (p.x * radiusX, p.y * radiusY)
      return Point(center.x + u * axis.x - v * axis.y, center.y + u * axis.y + v * axis.x)
    }
  }

  /// A rectangle by its upper left corner and its size.
  package static func rectangle(x: Float, y: Float, width: Float, height: Float) -> [Point] {
    [Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height)]
  }

  /// A straight stroke with round ends. Nothing when both ends are the same and the width is 0.
  package static func stroke(from a: Point, to b: Point, width: Float) -> [Point] {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = (dx * dx + dy * dy).squareRoot()
    let radius = width / 2
    guard length > 1e-6 else { return ellipse(center: a, radiusX: radius, radiusY: radius) }
    let (ux, uy) = (dx / length * radius, dy / length * radius)
    // Half a circle around each end: from +90 degrees to -90 degrees against the direction.
    var points: [Point] = []
    for (end, sign) in [(b, Float(1)), (a, Float(-1))] {
      for step in 0...6 {
        let c = Point.onUnitCircle(turn: -0.25 + Float(step) / 12)
        points.append(
          Point(end.x + sign * (c.x * ux - c.y * uy), end.y + sign * (c.x * uy + c.y * ux)))
      }
    }
    return points
  }

  /// A part of a ring between two turns, e.g. a handle or an arch.
  package static func arc(
    center: Point, radiusX: Float, radiusY: Float, width: Float, from start: Float, to end: Float
  ) -> [Point] {
    let steps = 14
    func side(_ offset: Float) -> [Point] {
      (0...steps).map { i in
        let p = Point.onUnitCircle(turn: start + (end - start) * Float(i) / Float(steps))
        return Point(
          center.x + p.x * (radiusX + offset), center.y + p.y * (radiusY + offset))
      }
    }
    return side(width / 2) + side(-width / 2).reversed()
  }
}
