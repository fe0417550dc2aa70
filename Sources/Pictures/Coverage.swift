/// How much of each pixel a polygon covers, exactly, over the polygon's bounding box.
///
/// Every edge adds its signed area to the pixels it crosses and its height to all pixels to its
/// right; one running sum along the row then gives the coverage (the signed-area accumulation that
/// font rasterisers use).
struct Coverage {
  private let left: Int
  private let top: Int
  private let columns: Int
  private let rows: Int
  private let stride: Int
  private var area: [Float]

  /// Nil when nothing of the polygon lies on a canvas of that size.
  init?(_ points: [Point], width: Int, height: Int) {
    guard points.count >= 3 else { return nil }
    var (minX, minY) = (Float.infinity, Float.infinity)
    var (maxX, maxY) = (-Float.infinity, -Float.infinity)
    for point in points {
      guard point.x.isFinite, point.y.isFinite else { return nil }
      minX = min(minX, point.x)
      maxX = max(maxX, point.x)
      minY = min(minY, point.y)
      maxY = max(maxY, point.y)
    }
    guard maxX > 0, maxY > 0, minX < Float(width), minY < Float(height) else { return nil }
    left = Int(max(0, minX))
    top = Int(max(0, minY))
    columns = Int(min(Float(width), maxX.rounded(.up))) - left
    rows = Int(min(Float(height), maxY.rounded(.up))) - top
    guard columns > 0, rows > 0 else { return nil }
    stride = columns + 2
    area = [Float](repeating: 0, count: stride * rows)
    let origin = Point(Float(left), Float(top))
    var previous = points[points.count - 1] - origin
    for point in points {
      let next = point - origin
      add(from: previous, to: next)
      previous = next
    }
  }

  private mutating func add(from a: Point, to b: Point) {
    guard a.y != b.y else { return }
    let (upper, lower, sign): (Point, Point, Float) = a.y < b.y ? (a, b, 1) : (b, a, -1)
    guard lower.y > 0, upper.y < Float(rows) else { return }
    let slope = (lower.x - upper.x) / (lower.y - upper.y)
    var y = max(0, upper.y)
    let end = min(Float(rows), lower.y)
    var x = upper.x + slope * (y - upper.y)
    var row = Int(y)
    while row < rows, y < end {
      let nextY = min(Float(row + 1), end)
      let nextX = upper.x + slope * (nextY - upper.y)
      add(row: row, from: x, to: nextX, height: sign * (nextY - y))
      (x, y) = (nextX, nextY)
      row += 1
    }
  }

  /// One edge piece within one row. Pieces beyond the box count at its border.
  private mutating func add(row: Int, from a: Float, to b: Float, height: Float) {
    let limit = Float(columns)
    let x0 = min(limit, max(0, min(a, b)))
    let x1 = min(limit, max(0, max(a, b)))
    let first = Int(x0)
    let last = min(Int(x1), columns)
    let base = row * stride
    if first == last || x1 - x0 < 1e-6 {
      let middle = (x0 + x1) / 2 - Float(first)
      area[base + first] += height * (1 - middle)
      area[base + first + 1] += height * middle
      return
    }
    let density = height / (x1 - x0)
    for column in first...last {
      let from = max(x0, Float(column))
      let to = min(x1, Float(column + 1))
      guard to > from else { continue }
      let part = density * (to - from)
      let middle = (from + to) / 2 - Float(column)
      area[base + column] += part * (1 - middle)
      area[base + column + 1] += part * middle
    }
  }

  /// Calls `body` with column, row and share (0 … 1) of every pixel that is touched.
  func forEach(_ body: (Int, Int, Float) -> Void) {
    area.withUnsafeBufferPointer { area in
      for row in 0..<rows {
        var sum: Float = 0
        for column in 0..<columns {
          sum += area[row * stride + column]
          let share = min(1, abs(sum))
          if share > 1e-4 { body(left + column, top + row, share) }
        }
      }
    }
  }
}
