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

  @Option(
    help: ArgumentHelp(
      "File of the annotations; else .twinlens/ in the dataset's folder.", valueName: "file"))
  var store: String?

  @OptionGroup var settings: SettingsOptions

  @Option(help: ArgumentHelp("Post to show first.", valueName: "id"))
  var post: String?

  @Option(
    help: ArgumentHelp(
      "Run a key script without a terminal and print the frames.", valueName: "file"))
  var script: String?

  @Flag(
    help: ArgumentHelp(
      "Work line by line, without a screen: keys and commands from standard input, sentences out; "
        + "for screen readers, dumb terminals and pipes."))
  var plain = false

  @Option(
    help: ArgumentHelp("Size of a script's screen, COLSxROWS.", valueName: "size"))
  var size = "120x36"

  @Option(
    help: ArgumentHelp(
      "Keep the screens to which a script gives a name (picture NAME) as SVG in this folder.",
      valueName: "folder"))
  var pictures: String?

  @Option(
    help: ArgumentHelp(
      "Record the screens for asciinema's players (asciicast v2) in this file; pictures are of blocks meanwhile.",
      valueName: "file"))
  var record: String?

  @OptionGroup(title: "Practising") var practising: PracticeOptions

  func validate() throws {
    if plain, script != nil {
      throw ValidationError("--plain and --script exclude each other: a script draws frames")
    }
    if record != nil, plain || pictures != nil {
      throw ValidationError(
        "--record keeps a screen as signs: --plain has none, and --pictures draws in pixels")
    }
    if pictures != nil, script == nil {
      throw ValidationError("--pictures keeps screens of a key script; name it with --script FILE")
    }
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    // Lines from a pipe print the same in every run, as a script does, unless they are about where
    // somebody stopped.
    let isScript = script != nil || plain && isatty(STDIN_FILENO) == 0
    let (settings, keys) = try self.settings.read(environment: environment, remembers: !isScript)
    var session = try options.session(dataset: dataset, annotator: settings.text(.annotator))
    session.store = store
    session.settings = settings
    session.ownKeys = keys
    session.post = post
    practising.apply(to: &session)
    session.resumes = isScript ? self.settings.resume == true : settings.isOn(.resume) == true
    if let script { return try run(script, session) }
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
        try TerminalSession.run(session, environment: environment, record: record))
    } catch let error as TerminalError {
      try practising.requireTerminal()
      try printFirst(session, because: error.description)
      // The first post is no workbench: a script that wanted one must notice.
      throw ExitCode.failure
    }
  }

  private func run(_ script: String, _ session: SessionOptions) throws {
    guard let size = KeyScript.size(size) else { throw SessionError.badSize(self.size) }
    let rung = session.settings.text(.graphics).flatMap(GraphicsChoice.Rung.init(rawValue:))
    let left = try ScriptSession.run(
      try Session(session), script: script, size: size, graphics: rung ?? .blocks,
      pictures: pictures, record: record, output: StandardOutput.write)
    try practising.report(left)
  }

  private func printFirst(_ session: SessionOptions, because reason: String) throws {
    // A dataset that cannot be opened has no first post to announce.
    let report = try PostReport(session, post: session.post)
    StandardOutput.complain("twinlens: \(reason); here is the first post as text")
    StandardOutput.write(report.text())
  }
}
