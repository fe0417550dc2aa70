import ArgumentParser
import Services
import Settings
import Terminal
import Workbench

/// The options for what is played from a key script instead of a terminal.
struct ScriptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Run a key script without a terminal and print the frames.", valueName: "file"))
  var script: String?

  @Option(help: ArgumentHelp("Size of a script's screen, COLSxROWS.", valueName: "size"))
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

  /// - Throws: `ValidationError` for options that do not go together.
  func check(isPlain: Bool) throws {
    if isPlain, script != nil {
      throw ValidationError("--plain and --script exclude each other: a script draws frames")
    }
    if record != nil, isPlain || pictures != nil {
      throw ValidationError(
        "--record keeps a screen as signs: --plain has none, and --pictures draws in pixels")
    }
    if pictures != nil, script == nil {
      throw ValidationError("--pictures keeps screens of a key script; name it with --script FILE")
    }
  }

  /// Runs the script over a session.
  /// - Returns: the workbench as it left it; nil where there is no script.
  func run(_ options: SessionOptions) throws -> WorkbenchState? {
    guard let script else { return nil }
    guard let size = KeyScript.size(size) else { throw SessionError.badSize(self.size) }
    let rung = options.settings.text(.graphics).flatMap(GraphicsChoice.Rung.init(rawValue:))
    return try ScriptSession.run(
      try Session(options), script: script, size: size, graphics: rung ?? .blocks,
      pictures: pictures, record: record, output: StandardOutput.write)
  }
}
