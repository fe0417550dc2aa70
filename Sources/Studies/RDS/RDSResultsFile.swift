import Foundation

/// A Markdown file of results of several runs: an overview with a line per run, and a section for
/// each. A run writes its own line and section and leaves those of others alone.
package struct RDSResultsFile: Sendable {
  /// Where it is.
  package let path: String

  /// A file that may not be there yet.
  package init(path: String) { self.path = path }

  /// Puts a run in its place.
  ///
  /// - Throws: `DurableFileError` when the disk refuses.
  package func write(_ report: RDSReport, published: [PublishedRouting] = []) throws {
    let old = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    try MarkedSection(Self.overview, Self.overview(with: report, in: old ?? "")).write(to: path)
    try MarkedSection(
      "rds \(report.settings.text) \(report.settings.multimodal) "
        + report.dataset.filter { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        + (report.mark.map { " \($0)" } ?? "")
        + report.setup.map { ", " + MarkedSection.plain($0) }.joined(),
      report.markdown(published: published)
    ).write(to: path)
  }

  private static let overview = "rds"

  /// The overview of a document with a run's line replaced, or added behind the others.
  static func overview(with report: RDSReport, in document: String) -> String {
    let new = report.overviewRow
    var rows = rows(of: MarkedSection.content(overview, in: document) ?? "")
    if let place = rows.firstIndex(where: { $0.prefix(3) == new.prefix(3) }) {
      rows[place] = new
    } else {
      rows.append(new)
    }
    var table = PlainTable("", RDSReport.overviewColumns)
    for row in rows { table.add(row) }
    return """
      ## RDS's protocol with several experts

      One line for each `twinlens rds run`; the sections below give all of it. F1 on test in \
      percent, mean over seeds, with 95 % intervals over resampled posts. The pattern holds when \
      each expert is better on the set that the router sends to it and the union is better than \
      both, with the whole intervals above 0.

      \(table.markdown)
      """
  }

  /// Cells of the lines below the rule.
  private static func rows(of text: String) -> [[String]] {
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2)
    return lines.map { line in
      line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }.filter { $0.count == RDSReport.overviewColumns.count }
  }
}
