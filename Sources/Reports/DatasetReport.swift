import Corpora
import Extractors
import Figures
import Files
import Foundation
import Inspection
import Services
import Studies
import Workbench

/// A whole dataset on one page: the pages of `:dataset` and the tables of `twinlens evaluate`, as
/// HTML that opens without a network, and as JSON.
package struct DatasetReport {
  private let study: DatasetStudy
  private let pages: [StudyPage]
  /// Of each split that has posts to score, then of all.
  private let evaluations: [RoutingReport]
  private let notes: [String]

  /// - Parameter notes: what the reader must know of dataset and models, a sentence each.
  package init(_ found: DatasetStudyRun.Result, notes: [String] = []) {
    (study, pages) = (found.study, found.pages)
    self.notes = notes
    let splits = Split.allCases.filter { split in
      found.study.split == Split.all.rawValue || split.rawValue == found.study.split
    }
    let all = splits.compactMap { RoutingReport(found.study, split: $0, models: found.models) }
    // A dataset of one split has one table.
    evaluations =
      all.count == 2 && all[0].sets.full.posts == all[1].sets.full.posts ? [all[0]] : all
  }

  private struct Document: Encodable {
    let program: String
    let study: DatasetStudy
    let evaluations: [RoutingReport]
    let notes: [String]
  }

  /// Everything as JSON: each number as the shortest text that reads back as the same.
  package func json() throws -> Data {
    try StableJSON.encode(
      Document(
        program: "twinlens \(Provenance.currentVersion)", study: study, evaluations: evaluations,
        notes: notes), pretty: true) + Data("\n".utf8)
  }

  /// The coordinates of the posts as CSV; nil where no post has an input of the router.
  package var coordinates: String? { study.projection?.csv }

  // MARK: HTML

  /// Most lines of a table; the JSON has all.
  private static let mostRows = 1000

  /// One document that names nothing outside of itself, runs nothing and loads nothing.
  ///
  /// - Throws: `FigureError`.
  package func html() throws -> String {
    let title = "\(study.dataset): what the models see"
    let part = study.split == Split.all.rawValue ? "all splits" : "split \(study.split)"
    var body = [
      "<h1>\(Markup.escaped(title))</h1>",
      paragraph(
        "\(study.posts) posts, \(part); labels as they are now"
          + (study.edited > 0 ? ", \(study.edited) of them edited" : "")
          + (study.router.map { "; router \($0)" } ?? "; no router")
          + "; twinlens \(Provenance.currentVersion)"),
    ]
    body += notes.map(paragraph)
    if study.failedPosts > 0 {
      body.append(
        paragraph("of \(study.failedPosts) posts something could not be found out:")
          + "<ul>" + study.failures.map { "<li>\(Markup.escaped($0))</li>" }.joined() + "</ul>")
    }
    body.append(contents)
    if !evaluations.isEmpty {
      body.append("<h2 id=\"scores\">scores</h2>")
      body += evaluations.map { Self.preformatted($0.table) }
    }
    var drawn: Set<StudyPage.Kind> = []
    for (number, page) in pages.enumerated() {
      body.append(
        try section(page, number, hasTable: page.kind != .projection || !drawn.contains(page.kind)))
      drawn.insert(page.kind)
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width">
      <title>\(Markup.escaped(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(body.joined(separator: "\n"))
      </body>
      </html>

      """
  }

  private static let style = """
    body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em;
      color: #181818; background: #fff; }
    h2 { margin-top: 2.5em; border-bottom: 1px solid #ccc; }
    svg { max-width: 100%; height: auto; }
    pre, table { font: 13px/1.4 monospace; overflow-x: auto; }
    pre { background: #f5f5f5; padding: 1em; }
    table { border-collapse: collapse; }
    th, td { text-align: right; padding: 0.1em 0.7em; border-bottom: 1px solid #eee; }
    th:first-child, td:first-child { text-align: left; }
    details { margin: 1em 0; }
    """

  private var contents: String {
    let items =
      (evaluations.isEmpty ? [] : ["<li><a href=\"#scores\">scores</a></li>"])
      + pages.enumerated().map { number, page in
        "<li><a href=\"#page-\(number)\">\(Markup.escaped(page.title))</a></li>"
      }
    return "<ul>" + items.joined() + "</ul>"
  }

  private func paragraph(_ words: String) -> String {
    let whole = words.hasSuffix(":") || words.hasSuffix(".") ? words : words + "."
    return "<p>\(Markup.escaped(whole))</p>"
  }

  private func section(_ page: StudyPage, _ number: Int, hasTable: Bool) throws -> String {
    var parts = ["<h2 id=\"page-\(number)\">\(Markup.escaped(page.title))</h2>"]
    parts += page.sentences.map(paragraph)
    if let figure = page.figure { parts.append(try figure.svg()) }
    if hasTable, !page.rows.isEmpty { parts.append(table(page)) }
    return parts.joined(separator: "\n")
  }

  private func table(_ page: StudyPage) -> String {
    let head = page.headings.map { "<th>\(Markup.escaped($0))</th>" }.joined()
    let rows = page.rows.prefix(Self.mostRows).map { row in
      "<tr>"
        + row.cells.map { cell in
          let value = cell.value.map { " data-value=\"\(Markup.escaped($0.text))\"" } ?? ""
          return "<td\(value)>\(Markup.escaped(cell.text))</td>"
        }.joined() + "</tr>"
    }
    let left = page.rows.count - rows.count
    let rest = left > 0 ? paragraph("\(left) more lines stand in the JSON") : ""
    return "<details\(page.figure == nil ? " open" : "")><summary>numbers</summary>"
      + "<table><thead><tr>\(head)</tr></thead><tbody>\n\(rows.joined(separator: "\n"))\n"
      + "</tbody></table>\(rest)</details>"
  }

  /// A table of text as it stands, line by line: an escaped line has no control characters.
  private static func preformatted(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return "<pre>" + lines.map { Markup.escaped(String($0)) }.joined(separator: "\n") + "</pre>"
  }
}
