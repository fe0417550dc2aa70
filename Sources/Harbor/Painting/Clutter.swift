import Pictures
import Tensors

/// Small things of a quay that stand in every picture alike, and what may stand in front.
enum Clutter {
  /// One distractor somewhere: a post, cloud, bollard, buoy, crate or stroke.
  static func paintPiece(
    on canvas: inout Canvas, in scenery: Scenery, using generator: inout SeededGenerator
  ) {
    let color = Inks.any(using: &generator)
    let accent = Inks.any(using: &generator)
    let side = scenery.side
    let size = side * generator.uniform(0.06, 0.15)
    let (x, y) = (generator.uniform(0, side), generator.uniform(0, side))
    switch generator.index(below: 6) {
    case 0:
      canvas.fillRectangle(x: x, y: y, width: size * 0.35, height: size * 2.2, color)
      canvas.fillRectangle(
        x: x - size * 0.1, y: y, width: size * 0.55, height: size * 0.3, accent)
    case 1:
      for (dx, dy, r) in [(Float(-0.9), Float(0.1), Float(0.6)), (0, -0.2, 0.8), (0.9, 0.1, 0.55)] {
        canvas.fillEllipse(
          center: Point(x + dx * size, y + dy * size), radiusX: r * size * 1.2,
          radiusY: r * size * 0.7, color, opacity: 0.85)
      }
    case 2:
      canvas.strokeLine(
        from: Point(x, y), to: Point(x, y + size * 0.8), width: size * 0.6, color)
      canvas.strokeLine(
        from: Point(x - size * 0.35, y), to: Point(x + size * 0.35, y), width: size * 0.35, accent)
    case 3:
      canvas.strokeLine(
        from: Point(x, y - size), to: Point(x, y), width: size * 0.16, accent)
      canvas.fillCircle(center: Point(x, y), radius: size * 0.5, color)
    case 4:
      canvas.fillRectangle(x: x, y: y, width: size * 1.3, height: size * 1.1, color)
      canvas.strokeLine(
        from: Point(x, y), to: Point(x + size * 1.3, y + size * 1.1), width: size * 0.18, accent)
    default:
      let p = Point.onUnitCircle(turn: generator.uniform())
      canvas.strokePath(
        [
          Point(x, y), Point(x + p.x * size, y + p.y * size),
          Point(x + (p.x - p.y * 0.6) * size * 1.6, y + (p.y + p.x * 0.6) * size * 1.6),
        ], width: size * 0.25, color)
    }
  }

  /// A pole, a crate or a bush that hides a part of the thing's square.
  static func paintOccluder(
    on canvas: inout Canvas, at placement: Placement, in scenery: Scenery,
    using generator: inout SeededGenerator
  ) {
    let color = Inks.any(using: &generator)
    let accent = Inks.any(using: &generator)
    let extent = placement.extent
    let x = placement.center.x + generator.uniform(-0.36, 0.36) * extent
    let y = placement.center.y + generator.uniform(-0.36, 0.36) * extent
    switch generator.index(below: 3) {
    case 0:
      let width = extent * generator.uniform(0.08, 0.15)
      canvas.fillRectangle(
        x: x - width / 2, y: y - extent * 0.5, width: width, height: extent * 1.1, color)
    case 1:
      let (width, height) = (
        extent * generator.uniform(0.22, 0.36), extent * generator.uniform(0.2, 0.32)
      )
      canvas.fillRectangle(
        x: x - width / 2, y: y - height / 2, width: width, height: height, color)
      canvas.strokeRectangle(
        x: x - width / 2, y: y - height / 2, width: width, height: height,
        thickness: extent * 0.03, accent)
    default:
      let radius = extent * generator.uniform(0.12, 0.19)
      for (dx, dy) in [(Float(-0.6), Float(0.2)), (0.6, 0.2), (0, -0.35)] {
        canvas.fillCircle(
          center: Point(x + dx * radius, y + dy * radius), radius: radius * 0.8, color)
      }
    }
  }
}
