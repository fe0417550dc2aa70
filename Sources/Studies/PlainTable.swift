/// A small table that can be printed for people, put into Markdown, or read by a spreadsheet.
package struct PlainTable: Sendable, Hashable {
  /// What stands above it.
  package var title: String
  /// Names of the columns.
  package let heads: [String]
  /// Cells, as many in each row as there are heads.
  package private(set) var rows: [[String]] = []
  /// Sentences below it.
  package var notes: [String] = []

  /// An empty table.
  package init(_ title: String, _ heads: [String]) {
    self.title = title
    self.heads = heads
  }

  /// Adds a row; missing cells stay empty.
  package mutating func add(_ cells: [String]) {
    rows.append(
      Array(cells.prefix(heads.count))
        + [String](repeating: "", count: max(0, heads.count - cells.count)))
  }

  /// Aligned columns, numbers to the right.
  package var text: String {
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
    return ([title, "", line(heads), rule] + rows.map(line) + noteLines("* ")).joined(
      separator: "\n")
  }

  /// A Markdown section.
  package var markdown: String {
    func line(_ cells: [String]) -> String {
      let safe = cells.map { $0.split(separator: "|").joined(separator: "\\|") }
      return "| " + safe.joined(separator: " | ") + " |"
    }
    return
      ((title.isEmpty ? [] : ["### \(title)", ""])
      + [line(heads), "|" + heads.map { _ in "---|" }.joined()] + rows.map(line) + noteLines("* "))
      .joined(separator: "\n")
  }

  /// Comma-separated lines (RFC 4180), the title in the first column. Intervals are three columns,
  /// and numbers stand without signs of percent.
  package var csv: String {
    let wide = heads.indices.map { column in
      rows.contains { Self.interval($0[column]) != nil }
    }
    func cells(_ row: [String]) -> [String] {
      zip(row, wide).flatMap { cell, isWide in
        isWide ? Self.interval(cell) ?? [Self.plain(cell), "", ""] : [Self.plain(cell)]
      }
    }
    let head = zip(heads, wide).flatMap { name, isWide in
      isWide ? [name, name + " low", name + " high"] : [name]
    }
    return ([["table"] + head] + rows.map { [title] + cells($0) })
      .map { $0.map(Self.quoted).joined(separator: ",") }.joined(separator: "\n")
  }

  /// `1.0 [0.5, 1.5]` as three numbers; nil for any other cell.
  private static func interval(_ cell: String) -> [String]? {
    let parts = cell.split(whereSeparator: { "[], ".contains($0) }).map { plain(String($0)) }
    return cell.hasSuffix("]") && parts.count == 3 ? parts : nil
  }

  /// A number as programs read it.
  private static func plain(_ cell: String) -> String {
    var cell = cell
    if cell.hasPrefix("−") { cell = "-" + cell.dropFirst() }
    if cell.hasPrefix("+") { cell.removeFirst() }
    if cell.hasSuffix(" %") { cell.removeLast(2) }
    return cell
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { "\",\n\r".contains($0) }) else { return cell }
    let escaped = cell.split(separator: "\"", omittingEmptySubsequences: false)
    return "\"" + escaped.joined(separator: "\"\"") + "\""
  }

  private func noteLines(_ mark: String) -> [String] {
    notes.isEmpty ? [] : [""] + notes.map { mark + $0 }
  }
}
