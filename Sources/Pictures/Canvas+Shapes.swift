/// Drawing of common shapes; each is a filled outline.
extension Canvas {
  /// A filled ellipse, with enough corners to look round at its size.
  package mutating func fillEllipse(
    center: Point, radiusX: Float, radiusY: Float, _ color: RGB, opacity: Float = 1
  ) {
    let size = max(abs(radiusX), abs(radiusY), 1)
    guard size.isFinite else { return }
    let corners = min(256, 12 + Int(4 * size.squareRoot()))
    fill(
      Outline.ellipse(center: center, radiusX: radiusX, radiusY: radiusY, corners: corners),
      color, opacity: opacity)
  }

  /// A filled circle.
  package mutating func fillCircle(
    center: Point, radius: Float, _ color: RGB, opacity: Float = 1
  ) {
    fillEllipse(center: center, radiusX: radius, radiusY: radius, color, opacity: opacity)
  }

  /// A filled rectangle.
  package mutating func fillRectangle(
    x: Float, y: Float, width: Float, height: Float, _ color: RGB, opacity: Float = 1
  ) {
    fill(
      Outline.rectangle(x: x, y: y, width: width, height: height), color, opacity: opacity)
  }

  /// A straight line with round ends.
  package mutating func strokeLine(
    from a: Point, to b: Point, width: Float, _ color: RGB, opacity: Float = 1
  ) {
    fill(Outline.stroke(from: a, to: b, width: width), color, opacity: opacity)
  }

  /// Lines from point to point with round joins. With an opacity below 1 the joins show.
  package mutating func strokePath(
    _ points: [Point], width: Float, _ color: RGB, opacity: Float = 1
  ) {
    for (a, b) in zip(points, points.dropFirst()) {
      strokeLine(from: a, to: b, width: width, color, opacity: opacity)
    }
  }

  /// The outline of a rectangle, drawn inwards.
  package mutating func strokeRectangle(
    x: Float, y: Float, width: Float, height: Float, thickness: Float, _ color: RGB,
    opacity: Float = 1
  ) {
    let t = min(thickness, width / 2, height / 2)
    guard t > 0 else { return }
    for (px, py, w, h) in [
      (x, y, width, t), (x, y + height - t, width, t),
      (x, y + t, t, height - 2 * t), (x + width - t, y + t, t, height - 2 * t),
    ] {
      fillRectangle(x: px, y: py, width: w, height: h, color, opacity: opacity)
    }
  }
}
