/// A small table that can be printed for people, put into Markdown, or read by a spreadsheet.
public struct PlainTable: Sendable, Hashable {
  /// What stands above it.
  public let title: String
  /// Names of the columns.
  public let heads: [String]
  /// Cells, as many in each row as there are heads.
  public private(set) var rows: [[String]] = []
  /// Sentences below it.
  public var notes: [String] = []

  /// An empty table.
  public init(_ title: String, _ heads: [String]) {
    self.title = title
    self.heads = heads
  }

  /// Adds a row; missing cells stay empty.
  public mutating func add(_ cells: [String]) {
    rows.append(
      Array(cells.prefix(heads.count))
        + [String](repeating: "", count: max(0, heads.count - cells.count)))
  }

  /// Aligned columns, numbers to the right.
  public var text: String {
    let widths = heads.indices.map { column in
      ([heads] + rows).map { $0[column].count }.max() ?? 0
    }
    func isNumber(_ column: Int) -> Bool {
      rows.contains { $0[column].first?.isNumber == true || $0[column].first == "−" }
        && column > 0
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { column, cell in
        RoutingReport.pad(cell, widths[column], right: isNumber(column))
      }
      var line = padded.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    return ([title, "", line(heads), rule] + rows.map(line) + noteLines("  ")).joined(
      separator: "\n")
  }

  /// A Markdown section.
  public var markdown: String {
    func line(_ cells: [String]) -> String {
      let safe = cells.map { $0.split(separator: "|").joined(separator: "\\|") }
      return "| " + safe.joined(separator: " | ") + " |"
    }
    return
      (["### \(title)", "", line(heads), "|" + heads.map { _ in "---|" }.joined()]
      + rows.map(line) + noteLines("* ")).joined(separator: "\n")
  }

  /// Comma-separated lines (RFC 4180), the title in the first column.
  public var csv: String {
    func quoted(_ cell: String) -> String {
      let cell = cell.split(separator: "−", omittingEmptySubsequences: false).joined(separator: "-")
      guard cell.contains(where: { "\",\n\r".contains($0) }) else { return cell }
      return "\""
        + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        + "\""
    }
    return ([["table"] + heads] + rows.map { [title] + $0 })
      .map { $0.map(quoted).joined(separator: ",") }.joined(separator: "\n")
  }

  private func noteLines(_ mark: String) -> [String] {
    notes.isEmpty ? [] : [""] + notes.map { mark + $0 }
  }
}
