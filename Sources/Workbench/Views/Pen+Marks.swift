import Screen

extension Pen {
  /// Marks ranges of characters of a text that was written at a place. Text whose characters are
  /// not shown as they are (`shown` differs from `text`) is marked as a whole.
  mutating func mark(
    _ ranges: [Range<Int>], of text: String, shown: String, at place: Position, within box: Box
  ) {
    guard !ranges.isEmpty else { return }
    let style = look.theme[.search]
    let columns = shown.reduce(into: [0]) { $0.append(($0.last ?? 0) + TextWidth.columns(of: $1)) }
    let all = columns.count - 1
    for range in ranges {
      let part = shown == text ? range.clamped(to: 0..<all) : 0..<all
      guard !part.isEmpty else { continue }
      let cells = Box(
        column: place.column + columns[part.lowerBound], row: place.row,
        columns: columns[part.upperBound] - columns[part.lowerBound], rows: 1)
      frame.restyle(cells.intersection(box)) { _ in style }
    }
  }
}
