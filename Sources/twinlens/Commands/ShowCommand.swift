import ArgumentParser
import Foundation
import Reports
import Services
import Terminal

/// `twinlens show DATASET POST`: one post with everything the models show of it.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print one post with its labels, traces and picture.")

  @Argument(help: "A dataset file or folder.")
  var dataset: String

  @Argument(help: "The post's id; left out where a kept what-if names it.")
  var post: String?

  @OptionGroup var options: DatasetOptions

  @OptionGroup var exactness: PrecisionOptions

  @Option(
    help: ArgumentHelp("File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
  var store: String?

  @Option(
    help: ArgumentHelp(
      "Labels as they were: after a step (#12), at a time (2026-11-21T14:02:00Z), or so long ago (2h).",
      valueName: "moment"),
    transform: {
      guard let moment = HistoryMoment($0) else {
        throw ValidationError(
          "no moment “\($0)”; write the number of a step (12), a time (2026-11-21T14:02:00Z) or how long ago (2h)"
        )
      }
      return moment
    })
  var at: HistoryMoment?

  @OptionGroup(title: "What is changed before the models are asked again")
  var changes: ChangeOptions

  @Flag(
    help:
      "Retrain the router without each of its corrections: what each did to it, and to this post.")
  var corrections = false

  @Option(
    help: ArgumentHelp(
      "The changes of a what-if that was kept in the workbench; it names its post.",
      valueName: "name"))
  var whatIf: String?

  @Flag(help: "List the what-ifs that were kept.")
  var whatIfs = false

  @Flag(help: "Tell how long each expert takes for the post, its picture included.")
  var time = false

  @Flag(help: "Print JSON, every signal with all its numbers.")
  var json = false

  @Option(help: "How the picture is shown.")
  var graphics: GraphicsMode?

  func validate() throws {
    guard post != nil || whatIf != nil || whatIfs else {
      throw ValidationError("no post is named; write show DATASET POST, or --what-ifs for a list")
    }
  }

  func run() throws {
    var session = try options.session(dataset: dataset)
    session.store = store
    session.precision = exactness.precision
    if whatIfs {
      let list = try WhatIfReport(session)
      return StandardOutput.write(json ? list.json() : list.text())
    }
    let changes = try changes.changes()
    guard whatIf == nil || changes.interventions.isEmpty else {
      throw Refusal("--what-if has changes of its own; give no others beside it")
    }
    let (progress, start) = (ProgressLine(), Date())
    let report = try PostReport(
      session, post: post, changes: changes, whatIf: whatIf, at: at,
      corrections: corrections
        ? { progress.show("retraining without each correction", $0, since: start) } : nil,
      isTimed: time)
    if json { return StandardOutput.write(report.json()) }
    StandardOutput.write(report.text())
    let environment = ProcessInfo.processInfo.environment
    if let picture = report.picture(graphics: graphics, environment: environment) {
      StandardOutput.write(bytes: picture)
    }
  }
}
