/// Splitting boxes into parts.
package enum Layout {
  /// How long a part wants to be, in cells.
  package enum Length: Sendable, Hashable {
    /// Exactly so many cells, less only when the box is too small.
    case fixed(Int)
    /// A share of what the fixed parts leave, by weight.
    case share(Int)
  }

  /// Offsets and lengths of the parts in `total` cells with `gap` cells between them.
  /// Never reaches past `total`; parts that find no room have length 0.
  package static func split(_ total: Int, _ parts: [Length], gap: Int = 0) -> [(Int, Int)] {
    let gaps = gap * max(0, parts.count - 1)
    var fixed = 0
    var weights = 0
    for part in parts {
      switch part {
      case .fixed(let length): fixed += max(0, length)
      case .share(let weight): weights += max(0, weight)
      }
    }
    let free = max(0, total - gaps - fixed)
    var given = 0
    var seen = 0
    var start = 0
    return parts.map { part in
      let wanted: Int
      switch part {
      case .fixed(let length): wanted = max(0, length)
      case .share(let weight):
        seen += max(0, weight)
        let upTo = weights == 0 ? 0 : free * seen / weights
        wanted = upTo - given
        given = upTo
      }
      let begin = min(start, max(0, total))
      let length = min(wanted, max(0, total - begin))
      start = begin + length + gap
      return (begin, length)
    }
  }
}

extension Box {
  /// The box of a whole screen.
  package init(_ size: Size) {
    self.init(column: 0, row: 0, columns: size.columns, rows: size.rows)
  }

  /// One past the last column.
  package var endColumn: Int { column + columns }
  /// One past the last row.
  package var endRow: Int { row + rows }
  /// Whether no cell is inside.
  package var isEmpty: Bool { columns <= 0 || rows <= 0 }
  /// Columns and rows.
  package var size: Size { Size(columns: columns, rows: rows) }
  /// The top left cell.
  package var origin: Position { Position(column: column, row: row) }

  /// Whether a cell is inside.
  package func contains(_ place: Position) -> Bool {
    place.column >= column && place.column < endColumn && place.row >= row && place.row < endRow
  }

  /// The part that lies in both boxes; empty when they do not meet.
  package func intersection(_ other: Box) -> Box {
    let left = max(column, other.column)
    let top = max(row, other.row)
    return Box(
      column: left, row: top,
      columns: max(0, min(endColumn, other.endColumn) - left),
      rows: max(0, min(endRow, other.endRow) - top))
  }

  /// The box without `columns` cells at each side and `rows` at top and bottom.
  package func inset(columns dx: Int = 1, rows dy: Int = 1) -> Box {
    Box(
      column: column + min(dx, columns), row: row + min(dy, rows),
      columns: max(0, columns - 2 * dx), rows: max(0, rows - 2 * dy))
  }

  /// A box of the given size in the middle of this one, never larger than it.
  package func centered(columns wanted: Int, rows height: Int) -> Box {
    let width = max(0, min(columns, wanted))
    let tall = max(0, min(rows, height))
    return Box(
      column: column + (columns - width) / 2, row: row + (rows - tall) / 2, columns: width,
      rows: tall)
  }

  /// Parts side by side.
  package func splitColumns(_ parts: [Layout.Length], gap: Int = 0) -> [Box] {
    Layout.split(columns, parts, gap: gap).map { start, length in
      Box(column: column + start, row: row, columns: length, rows: rows)
    }
  }

  /// Parts below each other.
  package func splitRows(_ parts: [Layout.Length], gap: Int = 0) -> [Box] {
    Layout.split(rows, parts, gap: gap).map { start, length in
      Box(column: column, row: row + start, columns: columns, rows: length)
    }
  }

  /// One row of the box, counted from its top; empty when outside.
  package func line(_ index: Int) -> Box {
    Box(
      column: column, row: row + index, columns: columns,
      rows: index >= 0 && index < rows ? 1 : 0)
  }
}
