import Screen

/// Rows of cells as aligned lines.
enum TextTable {
  /// - Parameter numbersRight: whether all columns but the first are set to the right, as numbers
  ///   are; else to the left, as words are.
  static func aligned(_ rows: [[String]], numbersRight: Bool = true) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.compactMap { $0.indices.contains(column) ? TextWidth.columns(of: $0[column]) : nil }
        .max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { i, cell in
        let isRight = numbersRight && i > 0
        // Nothing stands to the right of the last column.
        guard isRight || numbersRight || i + 1 < row.count else { return cell }
        let pad = String(repeating: " ", count: widths[i] - TextWidth.columns(of: cell))
        return isRight ? pad + cell : cell + pad
      }
      .joined(separator: "  ")
    }
  }
}
