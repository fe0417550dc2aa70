import Screen

/// Rows of cells as aligned lines.
enum TextTable {
  /// The first column to the left, the others, which are numbers, to the right.
  static func aligned(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.compactMap { $0.indices.contains(column) ? TextWidth.columns(of: $0[column]) : nil }
        .max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { i, cell in
        let pad = String(repeating: " ", count: widths[i] - TextWidth.columns(of: cell))
        return i == 0 ? cell + pad : pad + cell
      }
      .joined(separator: "  ")
    }
  }
}
