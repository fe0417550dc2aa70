import ArgumentParser
import Corpora
import Files
import Foundation
import Reports
import Services

/// `twinlens report DATASET --out FILE`: the whole dataset on one page.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write what the models see of a whole dataset as one HTML page.",
    discussion: """
      The page holds the tables of evaluate and the pages of :dataset with their plots and numbers; \
      it opens without a network and runs nothing. What the models say of each post is kept beside \
      the annotations: a report that was stopped goes on where it was, and the next one asks only \
      about what is new.
      """)

  @Argument(help: "A dataset file or folder; without it the embedded sample.")
  var dataset: String?

  @Option(help: ArgumentHelp("Where the page is written.", valueName: "file"))
  var out: String

  @Option(help: ArgumentHelp("Write all numbers as JSON too.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp(
      "Write where each post lies in the plane of the router's inputs as CSV too.",
      valueName: "file"))
  var coordinates: String?

  @Option(help: "train, dev, test or all.")
  var split = "all"

  @OptionGroup var options: DatasetOptions

  @Option(
    help: ArgumentHelp("File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
  var store: String?

  func validate() throws {
    if Split(rawValue: split) == nil {
      throw ValidationError("--split takes train, dev, test or all")
    }
    if options.noModels {
      throw ValidationError("a report is about what models see; leave --no-models out")
    }
    let files = [out, json, coordinates].compactMap(\.self)
    if Set(files).count < files.count {
      throw ValidationError("--out, --json and --coordinates need files of their own")
    }
  }

  func run() throws {
    var session = try options.session(dataset: dataset)
    session.store = store
    session.onlyReads = true
    let opened = try Session(session)
    let part = Split(rawValue: split) ?? .all
    guard part == .all || opened.dataset.posts.contains(where: { $0.split == part }) else {
      let there = Set(opened.dataset.posts.map(\.split.rawValue)).sorted()
      throw Refusal(
        "the dataset has no posts in the split \(split); it has "
          + "\(there.joined(separator: ", ")) (--split)")
    }
    let (progress, interrupt, start) = (ProgressLine(), Interrupt(), Date())
    let found = try DatasetStudyRun(opened, split: part).run { state in
      progress.show(
        "looking at posts", Double(state.done) / Double(max(1, state.total)), since: start)
      return !interrupt.isRaised
    }
    progress.clear()
    guard let found else {
      StandardOutput.complain("stopped; what was found out is kept, and the same command goes on")
      throw ExitCode(130)
    }
    let report = DatasetReport(
      found, notes: opened.notices.filter(\.isWarning).map(\.text) + found.models.notices)
    try DurableFile.write(Data(try report.html().utf8), to: out)
    if let json { try DurableFile.write(try report.json(), to: json) }
    if let coordinates {
      guard let text = report.coordinates else {
        throw Refusal(
          "there are no coordinates: the router read no post with a picture; leave --coordinates out"
        )
      }
      try DurableFile.write(Data(text.utf8), to: coordinates)
    }
    StandardOutput.complain(
      "\(out): \(found.study.posts) posts, \(found.pages.count) pages"
        + (found.study.failedPosts > 0
          ? "; of \(found.study.failedPosts) something is missing" : ""))
  }
}
