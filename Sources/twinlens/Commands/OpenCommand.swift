import ArgumentParser
import Foundation
import Reports
import Screen
import Services
import Terminal
import Workbench

/// `twinlens [open] DATASET`: the workbench.
struct OpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open a dataset in the workbench (this is what twinlens does without a command).")

  @Argument(help: "A dataset file or folder; the embedded sample when there is none.")
  var dataset: String?

  @OptionGroup var options: DatasetOptions

  @OptionGroup var exactness: PrecisionOptions

  @Option(
    help: ArgumentHelp(
      "File of the annotations, or postgres://HOST/DATABASE; else .twinlens/ in the dataset's folder.",
      valueName: "store"))
  var store: String?

  @OptionGroup var settings: SettingsOptions

  @Option(help: ArgumentHelp("Post to show first.", valueName: "id"))
  var post: String?

  @OptionGroup var playing: ScriptOptions

  @Flag(
    help: ArgumentHelp(
      "Work line by line, without a screen: keys and commands from standard input, sentences out; "
        + "for screen readers, dumb terminals and pipes."))
  var plain = false

  @OptionGroup(title: "Practising") var practising: PracticeOptions

  func validate() throws {
    try playing.check(isPlain: plain)
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    // Lines from a pipe print the same in every run, as a script does, unless they are about where
    // somebody stopped.
    let isScript = playing.script != nil || plain && isatty(STDIN_FILENO) == 0
    let (settings, keys) = try self.settings.read(environment: environment, remembers: !isScript)
    var session = try options.session(dataset: dataset, annotator: settings.text(.annotator))
    session.store = store
    session.precision = exactness.precision
    session.settings = settings
    session.ownKeys = keys
    session.post = post
    practising.apply(to: &session)
    session.resumes = isScript ? self.settings.resume == true : settings.isOn(.resume) == true
    if let left = try playing.run(session) { return try practising.report(left) }
    if plain || PlainSession.isNeeded(environment: environment) {
      return try practising.report(
        try PlainSession.run(try Session(session), output: StandardOutput.write))
    }
    guard TerminalSession.isPossible(environment: environment) else {
      try practising.requireTerminal()
      return try printFirst(
        session, because: "there is no terminal to draw on (--plain works without)")
    }
    do {
      try practising.report(
        try TerminalSession.run(session, environment: environment, record: playing.record))
    } catch let error as TerminalError {
      try practising.requireTerminal()
      try printFirst(session, because: error.description)
      // The first post is no workbench: a script that wanted one must notice.
      throw ExitCode.failure
    }
  }

  private func printFirst(_ session: SessionOptions, because reason: String) throws {
    // A dataset that cannot be opened has no first post to announce.
    let report = try PostReport(session, post: session.post)
    StandardOutput.complain("twinlens: \(reason); here is the first post as text")
    StandardOutput.write(report.text())
  }
}
