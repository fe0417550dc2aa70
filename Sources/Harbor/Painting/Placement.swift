import Pictures
import Tensors

/// Where a thing stands: maps the unit square in which things are drawn (x to the right, y down) to
/// pixels.
struct Placement {
  /// Side of the thing's square in pixels.
  let extent: Float
  /// Middle of the thing's square in pixels.
  let center: Point
  private let axisX: Point
  private let axisY: Point

  /// Half to full size, at most a tenth of it outside the picture, mirrored or not, slightly turned
  /// and squeezed.
  init(side: Float, using generator: inout SeededGenerator) {
    let extent = side * 0.94 * generator.uniform(0.5, 1)
    let margin = min(side / 2, extent * 0.42)
    self.init(
      extent: extent,
      center: Point(
        generator.uniform(margin, side - margin), generator.uniform(margin, side - margin)),
      using: &generator)
  }

  /// A third to a half of the side in one of the picture's quarters (0 to 3, row by row), so that
  /// several things hardly cover each other.
  init(side: Float, quarter: Int, using generator: inout SeededGenerator) {
    let extent = side * generator.uniform(0.32, 0.48)
    let (half, margin) = (side / 2, extent * 0.45)
    func middle(_ upper: Bool) -> Float {
      (upper ? half : 0) + generator.uniform(min(margin, half / 2), max(half - margin, half / 2))
    }
    let x = middle(quarter % 2 == 1)
    self.init(extent: extent, center: Point(x, middle(quarter >= 2)), using: &generator)
  }

  private init(extent: Float, center: Point, using generator: inout SeededGenerator) {
    (self.extent, self.center) = (extent, center)
    let direction = Point.onUnitCircle(turn: generator.uniform(-0.025, 0.025))
    let mirror: Float = generator.chance(0.5) ? -1 : 1
    let squeeze = generator.uniform(0.86, 1.06)
    axisX = Point(
      direction.x * extent * squeeze * mirror, direction.y * extent * squeeze * mirror)
    axisY = Point(-direction.y * extent, direction.x * extent)
  }

  /// A point of the unit square in pixels.
  func callAsFunction(_ p: Point) -> Point {
    let (u, v) = (p.x - 0.5, p.y - 0.5)
    return Point(
      center.x + u * axisX.x + v * axisY.x, center.y + u * axisX.y + v * axisY.y)
  }
}
