import ArgumentParser
import Foundation
import Queries
import Reports
import Screen
import Services

/// `twinlens query DATASET QUERY`: the posts that the workbench would list.
struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "List the posts that a query of the workbench finds, with their corrected labels.",
    discussion: """
      The query is what is typed behind / in the workbench; --fields prints all that it can say. \
      Saved queries can be referred to as @NAME. A query that begins with a - goes behind --. \
      Models and pictures are only looked at when the query asks for them.
      """)

  @Argument(help: "A dataset file or folder.")
  var dataset: String?

  @Argument(help: "The query, in quotes; an empty one finds every post.")
  var query: String?

  @OptionGroup var options: DatasetOptions

  @Option(
    help: ArgumentHelp("File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
  var store: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What the posts are sorted by, with commas between several: suspicion, disagreement, p, length, time or file; "
        + "with a - the other way round.", valueName: "orders"))
  var sort: String?

  @Option(help: ArgumentHelp("How many posts are listed at most.", valueName: "n"))
  var limit: Int?

  @Flag(help: "Only say how many posts there are.")
  var count = false

  @Flag(help: "Print JSON: also labels, and why each post was found.")
  var json = false

  @Flag(help: "Print all terms and orders as Markdown.")
  var fields = false

  func validate() throws {
    if fields { return }
    guard dataset != nil, query != nil else {
      throw ValidationError("a dataset and a query are needed: twinlens query DATASET 'QUERY'")
    }
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
  }

  func run() throws {
    if fields { return StandardOutput.write(QueryTable.markdown()) }
    let text = query ?? ""
    // Who `me` is: as in the workbench.
    let personal = try PersonalSettings(
      environment: ProcessInfo.processInfo.environment, remembers: false)
    var session = try options.session(
      dataset: dataset, annotator: personal.settings.text(.annotator))
    session.store = store
    session.onlyReads = true
    // What `since:me` means.
    session.resumes = true
    let opened = try Session(session)
    // What could not be read may be what the query is about.
    for notice in opened.notices where notice.isWarning {
      StandardOutput.complain("note: \(notice.text)")
    }
    var found: DatasetQuery
    do {
      found = try DatasetQuery(opened, text, orders: try orders())
    } catch let error as QueryError {
      let line = Sanitizer(emoji: .base).visible(text)
      // What is shown otherwise than it was typed has its columns elsewhere.
      let picture =
        line == text && !text.contains(where: \.isNewline)
        ? "\n" + error.pointing(at: text) { TextWidth.columns(of: $0) } : ""
      throw Refusal(error.description + picture)
    }
    let (progress, start) = (ProgressLine(), Date())
    let result = found.run { progress.show("looking at posts", $0, since: start) }
    progress.clear()
    var report = QueryReport(found, text, result, limit: limit)
    if json {
      do {
        // Nothing in it steers a terminal: JSON has escapes for that.
        try report.json(countOnly: count) { try StandardOutput.writeAll(Array($0.utf8)) }
      } catch is OutputGone { throw ExitCode(128 + SIGPIPE) }
      return StandardOutput.write("")
    }
    if count {
      StandardOutput.write("\(report.count)")
    } else if report.count > 0 {
      StandardOutput.write(report.table())
    }
    if !count || result.unjudged > 0 { StandardOutput.complain(report.summary) }
  }

  private func orders() throws -> [Query.Order] {
    try (sort ?? "").split(separator: ",").map { name in
      guard let order = Query.Order(name.trimmingCharacters(in: .whitespaces)) else {
        let known = Query.Order.Key.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--sort takes \(known), with a - the other way round, not \(name)")
      }
      return order
    }
  }
}
