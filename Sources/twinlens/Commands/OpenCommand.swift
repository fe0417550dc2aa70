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

  @Option(help: "Name that edits are made under; else $USER, or the name of the account.")
  var annotator: String?

  @Option(help: "How pictures are shown; else TWINLENS_GRAPHICS, else by asking the terminal.")
  var graphics: GraphicsMode?

  @Option(
    help: ArgumentHelp(
      "Colours of a sixel picture, 2 to 256; else 256, or 64 over ssh.", valueName: "n"))
  var sixelColors: Int?

  @Option(
    help: ArgumentHelp(
      "dusk, paper, a name in Themes/, or a .toml file; else by the background.",
      valueName: "theme"))
  var theme: String?

  @Option(help: ArgumentHelp("File of own keys.", valueName: "file"))
  var keymap: String?

  @Option(
    help: ArgumentHelp(
      "When the router is trained: automatic (after every accepted post) or manual (t).",
      valueName: "when"))
  var training = TrainingHabit.automatic

  @Flag(help: "Leave the mouse to the terminal.")
  var noMouse = false

  @Flag(help: "Draw with ASCII only.")
  var noUnicode = false

  @Option(help: "How emoji sequences are shown; else by asking the terminal.")
  var emoji: Sanitizer.EmojiMode?

  @Option(help: ArgumentHelp("Post to show first.", valueName: "id"))
  var post: String?

  @Option(
    help: ArgumentHelp(
      "Run a key script without a terminal and print the frames.", valueName: "file"))
  var script: String?

  @Option(
    help: ArgumentHelp("Size of a script's screen, COLSxROWS.", valueName: "size"))
  var size = "120x36"

  func run() throws {
    var session = try options.session(dataset: dataset, annotator: annotator)
    session.store = store
    session.theme = theme
    session.keymap = keymap
    session.trainsAutomatically = training == .automatic
    session.emoji = emoji
    session.post = post
    if let script { return try run(script, session) }
    let environment = ProcessInfo.processInfo.environment
    guard TerminalSession.isPossible(environment: environment) else {
      return try printFirst(session, because: "there is no terminal to draw on")
    }
    var wishes = TerminalOptions(environment: environment)
    if let graphics { wishes.graphics = graphics }
    wishes.mouse = !noMouse
    wishes.unicode = !noUnicode
    do {
      try TerminalSession.run(
        session, terminal: wishes, colors: sixelColors, environment: environment)
    } catch let error as TerminalError {
      try printFirst(session, because: error.description)
      // The first post is no workbench: a script that wanted one must notice.
      throw ExitCode.failure
    }
  }

  private func run(_ script: String, _ session: SessionOptions) throws {
    guard let size = KeyScript.size(size) else { throw SessionError.badSize(self.size) }
    let rung = graphics.flatMap { GraphicsChoice.Rung(rawValue: $0.rawValue) } ?? .blocks
    try ScriptSession.run(
      try Session(session), script: script, size: size, graphics: rung,
      output: StandardOutput.write)
  }

  private func printFirst(_ session: SessionOptions, because reason: String) throws {
    // A dataset that cannot be opened has no first post to announce.
    let report = try PostReport(session, post: session.post)
    StandardOutput.complain("twinlens: \(reason); here is the first post as text")
    StandardOutput.write(report.text())
  }
}

/// When the workbench trains the router.
enum TrainingHabit: String, ExpressibleByArgument, CaseIterable {
  case automatic, manual
}

extension Sanitizer.EmojiMode: ExpressibleByArgument {}
