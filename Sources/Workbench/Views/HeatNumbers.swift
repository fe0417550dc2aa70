import Foundation
import Screen

/// Heat as numbers: the rung of the ladder that no terminal can take away.
struct HeatNumbers {
  let heat: Heat

  init(_ heat: Heat) {
    self.heat = heat
    isShare = Self.isShare(heat)
  }

  /// Numbers of several maps, written alike.
  init?(_ heats: [Heat]) {
    guard let first = heats.first else { return nil }
    heat = first
    isShare = heats.allSatisfy(Self.isShare)
  }

  private static func isShare(_ heat: Heat) -> Bool {
    heat.unit == .plain && heat.values.allSatisfy { $0 >= 0 && $0 <= 1 }
      && heat.values.reduce(0, +) <= 1.01
  }

  /// Attention and other shares of a whole are written in percent: two digits that count in three
  /// cells. Rounding may make a little more than the whole of them.
  private let isShare: Bool

  /// Cells per value, with the space before it.
  private var cellColumns: Int { isShare ? 4 : 6 }

  /// Smallest and largest value in words, in the unit of the numbers; of points the end of the
  /// scale, which is the same on both sides.
  var range: String {
    if heat.unit == .points { return "to \(Digits.score(100 * heat.bounds.high)) points" }
    let (low, high) = heat.extremes
    return "\(text(low)) to \(text(high))\(isShare ? "%" : "")"
  }

  private var shape: (rows: Int, columns: Int)? {
    if case .grid(let rows, let columns, _) = heat.shape { return (rows, columns) }
    return nil
  }

  var columnsNeeded: Int { (shape?.columns ?? 4) * cellColumns }
  var rowsNeeded: Int { shape?.rows ?? heat.values.count }

  /// A grid of numbers on heat; where the grid does not fit, the largest values with their places.
  func draw(_ pen: inout Pen, _ box: Box) {
    guard let shape, columnsNeeded <= box.columns, shape.rows <= box.rows else {
      drawLargest(&pen, box)
      return
    }
    // The picture's cells are as wide as there is room, at most 8.
    let width = max(cellColumns, min(8, box.columns / shape.columns))
    let tall = max(1, min(3, box.rows / shape.rows))
    let place = box.centered(columns: width * shape.columns, rows: tall * shape.rows)
    let range = heat.bounds
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let value = heat.values[row * shape.columns + column]
        let style =
          heat.isSigned
          ? pen.look.theme.signedHeat(Self.signedShare(value, range))
          : pen.look.theme.heat(Self.share(value, range))
        let cell = Box(
          column: place.column + column * width, row: place.row + row * tall, columns: width,
          rows: tall)
        pen.frame.fill(cell, style: style)
        let text = text(value)
        let indent = max(0, width - text.count - (width - cellColumns) / 2)
        pen.frame.write(
          text, at: Position(column: cell.column + indent, row: cell.row + (tall - 1) / 2),
          style: style, within: cell)
      }
    }
  }

  private func drawLargest(_ pen: inout Pen, _ box: Box) {
    // Of a signed map the largest by size: a loss is as much of an effect as a gain.
    let sizes = heat.isSigned ? heat.values.map(abs) : heat.values
    let order = heat.values.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
    // Regions that overlap have no grid.
    pen.line(
      shape == nil ? "largest first" : "no room for the grid; largest first", .muted, in: box,
      row: 0)
    for (i, index) in order.prefix(max(0, box.rows - 1)).enumerated() {
      pen.line("\(heat.title(ofPlace: index))  \(text(heat.values[index]))", in: box, row: i + 1)
    }
  }

  private static func share(_ value: Float, _ range: (low: Float, high: Float)) -> Double {
    guard value.isFinite, range.high > range.low else { return 0 }
    return Double((value - range.low) / (range.high - range.low))
  }

  /// Where a value lies between minus and plus the larger bound, -1 … 1.
  private static func signedShare(_ value: Float, _ range: (low: Float, high: Float)) -> Double {
    guard value.isFinite, range.high > 0 else { return 0 }
    return Double(max(-1, min(1, value / range.high)))
  }

  /// What the numbers are of; empty where they are themselves.
  var unit: String { heat.unit == .points ? "points" : isShare ? "%" : "" }

  /// Two digits that count: `0.4`, `5.3`, `47` for shares in percent, else as everywhere.
  func text(_ value: Float) -> String {
    if heat.unit == .points { return Digits.points(value) }
    guard isShare else { return Digits.short(value) }
    return String(format: value < 0.0995 ? "%.1f" : "%.0f", value * 100)
  }
}
