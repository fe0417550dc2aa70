import Traces

/// Values over a rectangle of the picture, row by row.
package struct SignalMap: Sendable, Hashable {
  package let rows: Int
  package let columns: Int
  package let region: ImageRegion
  package let values: [Float]

  /// Values by their place; as many as rows × columns.
  package init(rows: Int, columns: Int, region: ImageRegion, values: [Float]) {
    (self.rows, self.columns, self.region, self.values) = (rows, columns, region, values)
  }

  /// The occlusion's grid over the whole picture.
  init(grid values: [Float]) {
    let side = ExpertOcclusion.grid
    self.init(rows: side, columns: side, region: .whole, values: values)
  }

  /// Values of rectangles spread over the occlusion's grid, each evenly over its area: what several
  /// cover is the sum.
  init(spreading values: [Float], over regions: [ImageRegion]) {
    let side = ExpertOcclusion.grid
    var sums = [Float](repeating: 0, count: side * side)
    for (value, region) in zip(values, regions) where region.width > 0 && region.height > 0 {
      for row in 0..<side {
        let top = Double(row) / Double(side)
        let height = max(
          0, min(top + 1 / Double(side), region.top + region.height) - max(top, region.top))
        for column in 0..<side {
          let left = Double(column) / Double(side)
          let width = max(
            0, min(left + 1 / Double(side), region.left + region.width) - max(left, region.left))
          sums[row * side + column] +=
            value * Float(height * width / (region.width * region.height))
        }
      }
    }
    self.init(grid: sums)
  }

  /// The values at the middles of another map's cells; 0 outside the rectangle.
  package func resampled(onto other: SignalMap) -> [Float] {
    (0..<(other.rows * other.columns)).map { cell in
      let x =
        other.region.left
        + (Double(cell % other.columns) + 0.5) / Double(other.columns) * other.region.width
      let y =
        other.region.top
        + (Double(cell / other.columns) + 0.5) / Double(other.rows) * other.region.height
      let column = Int(((x - region.left) / region.width * Double(columns)).rounded(.down))
      let row = Int(((y - region.top) / region.height * Double(rows)).rounded(.down))
      guard (0..<rows).contains(row), (0..<columns).contains(column) else { return 0 }
      return values[row * columns + column]
    }
  }
}

extension Signal {
  /// A signal over the picture as one map: of a slice, or the mean of all, and of one word, or the
  /// mean over all; nil for others.
  package func map(slice: Int? = nil, word: Int? = nil) -> SignalMap? {
    let all = slice.map { self.slice($0) } ?? mean
    switch kind {
    case .imageMap(let rows, let columns, let region):
      guard rows > 0, columns > 0, all.count == rows * columns else { return nil }
      return SignalMap(rows: rows, columns: columns, region: region, values: all)
    case .wordsByImage(let rows, let columns, let region):
      let cells = rows * columns
      guard rows > 0, columns > 0 else { return nil }
      if let word {
        guard word >= 0, (word + 1) * cells <= all.count else { return nil }
        return SignalMap(
          rows: rows, columns: columns, region: region,
          values: Array(all[(word * cells)..<((word + 1) * cells)]))
      }
      var sum = [Float](repeating: 0, count: cells)
      var words: Float = 0
      for start in stride(from: 0, to: all.count - cells + 1, by: cells) where all[start].isFinite {
        for i in 0..<cells { sum[i] += all[start + i] }
        words += 1
      }
      return SignalMap(
        rows: rows, columns: columns, region: region, values: sum.map { $0 / max(1, words) })
    case .regions(let regions):
      guard regions.count == all.count else { return nil }
      return SignalMap(spreading: all, over: regions)
    default: return nil
    }
  }
}
