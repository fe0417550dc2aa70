import Extractors
import Files
import Foundation

/// A page of papers' tables. Each table of each dataset and each setup (what experts are built on,
/// how many posts they learn from) is a section of its own behind the heading of its paper, so that
/// a command replaces just what it measured.
package struct PaperPage: Sendable, Hashable {
  /// The page.
  package private(set) var text: String

  private static let header = """
    # Tables of the papers, measured again

    Written by `twinlens paper` with `--results`; each command replaces its own tables. Times are those of the machine \
    at the time.

    """

  /// A page as it was; nil: a new one.
  package init(_ text: String? = nil) { self.text = text ?? Self.header }

  /// Puts the tables of a report in their places.
  ///
  /// - Parameter command: what measured them; folders are left out, as they are nobody's business.
  package mutating func put(_ report: PaperReport, command: String) {
    let paper = report.paper
    let words = command.split(separator: " ").map { word in
      word.contains("/") ? String(word.split(separator: "/").last ?? "") : String(word)
    }
    let made = "Made by `\(words.joined(separator: " "))`."
    let heading = "## \(paper.id)"
    let notes = report.notes.map { "* " + $0 }.joined(separator: "\n")
    if !notes.isEmpty || MarkedSection.content(paper.id, in: text) == nil {
      let head = MarkedSection(
        paper.id, notes.isEmpty ? heading : "\(heading)\n\nOf the published numbers:\n\n\(notes)")
      text = head.document(replacing: text)
    }
    for result in report.results {
      let tables = result.tables(published: report.published).map(\.markdown)
      let section = MarkedSection(
        Self.name(of: result, paper), (tables + [made]).joined(separator: "\n\n"))
      text = section.document(replacing: text, behind: predecessor(of: result, paper))
    }
  }

  /// The section that a new one comes behind: that of the table before it on the same posts, else
  /// the paper's last.
  private func predecessor(of result: PaperTableResult, _ paper: Paper) -> String {
    let there = MarkedSection.names(in: text).filter { $0.hasPrefix(paper.id + ": ") }
    let order = paper.tables.map { "\($0.name), \($0.title)" }
    let own = order.firstIndex(of: "\(result.table.name), \(result.table.title)") ?? order.count
    let posts = Self.posts(of: result)
    let same = there.filter { $0.hasSuffix(posts) }
    let before = same.last { name in
      order.prefix(own).contains { name == "\(paper.id): \($0)\(posts)" }
    }
    return before ?? (same.isEmpty ? there.last ?? paper.id : paper.id)
  }

  /// What tells sections of one table apart, at the end of their names.
  private static func posts(of result: PaperTableResult) -> String {
    let words = ["on \(result.dataset) (\(result.task.subject))"] + result.setup
    return words.map { ", " + MarkedSection.plain($0) }.joined()
  }

  private static func name(of result: PaperTableResult, _ paper: Paper) -> String {
    "\(paper.id): \(result.table.name), \(result.table.title)\(posts(of: result))"
  }

  /// Puts the tables of a report in their places in a file, or in a new one.
  ///
  /// - Throws: `DurableFileError` when the disk refuses.
  package static func write(_ report: PaperReport, command: String, to path: String) throws {
    var page = PaperPage(
      FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) })
    page.put(report, command: command)
    try DurableFile.write(Data(page.text.utf8), to: path)
  }
}
