import ArgumentParser
import Foundation
import Pictures
import Reports
import Services
import Workbench

/// `twinlens export DATASET POST`: a map or a screen as a file for print.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a map over a post's picture, or a screen of the workbench, to a file.",
    discussion: """
      Without --view it writes a map: the expert's first one, or the one that --map names, with a \
      colour bar and where it is from. --view runs a command of the workbench and writes the \
      screen that it gives.
      """)

  @Argument(help: "A dataset file or folder.")
  var dataset: String

  @Argument(help: "The post's id.")
  var post: String

  @Option(
    help: ArgumentHelp(
      "File to write; one that is there is left as it is.", valueName: "file"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "png, svg, html, ansi (screens alone) or json (numbers); else by the file's ending.",
      valueName: "format"))
  var format: ExportFormat?

  @Option(
    help: ArgumentHelp(
      "A map by its signal's name, as show --json has it; else the expert's first.",
      valueName: "name"))
  var map: String?

  @Option(
    help: ArgumentHelp(
      "A layer, head or slot of the map by its number, counted from 1 over all; mean; or all, beside each other.",
      valueName: "n"))
  var head: MapChoice.Slice = .mean

  @Option(
    help: ArgumentHelp(
      "For maps that differ by word: the word's number, counted from 0.", valueName: "n"))
  var word = 0

  @Option(
    help: ArgumentHelp(
      "A command of the workbench (explain, head 3, full) that gives the screen; several are run one after the other.",
      valueName: "command"))
  var view: [String] = []

  @Option(help: ArgumentHelp("Size of a screen, COLSxROWS.", valueName: "size"))
  var size = "120x36"

  @Option(
    help: ArgumentHelp(
      "Pixels of a map's PNG for each of its layout, 1 to 8.", valueName: "n"))
  var scale = 3

  @OptionGroup var options: DatasetOptions

  @Option(
    help: ArgumentHelp("File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
  var store: String?

  @OptionGroup var settings: SettingsOptions

  func validate() throws {
    guard (1...8).contains(scale) else {
      throw ValidationError("--scale \(scale): write a number from 1 to 8")
    }
    if !view.isEmpty, map != nil || head != .mean || word != 0 {
      throw ValidationError(
        "--view writes a screen, and --map, --head and --word a map: leave one of them out")
    }
  }

  func run() throws {
    guard let format = format ?? ExportFormat(path: out) else {
      throw ExportFileError.noFormat(path: out)
    }
    try ExportFile.check(out)
    let bytes = try view.isEmpty ? mapBytes(format) : viewBytes(format)
    try ExportFile.write(bytes, to: out)
  }

  private func mapBytes(_ format: ExportFormat) throws -> [UInt8] {
    var session = try options.session(dataset: dataset)
    session.store = store
    let report = try PostReport(session, post: post)
    let choice = MapChoice(map: map, slice: head, word: word)
    let (settings, _) = try self.settings.read(
      environment: ProcessInfo.processInfo.environment, remembers: false)
    let colors = settings.text(.heatColors).flatMap(ColorMap.init(rawValue:)) ?? .standard
    return try report.map(choice, as: format, HeatStyle(map: colors), scale: Double(scale))
  }

  private func viewBytes(_ format: ExportFormat) throws -> [UInt8] {
    guard let size = KeyScript.size(size) else { throw SessionError.badSize(self.size) }
    let (settings, keys) = try self.settings.read(
      environment: ProcessInfo.processInfo.environment, remembers: false)
    var session = try options.session(dataset: dataset, annotator: settings.text(.annotator))
    (session.store, session.settings, session.ownKeys) = (store, settings, keys)
    session.post = post
    session.onlyReads = true
    guard format != .json else {
      var changes = PostChanges()
      changes.occludes = view.contains { $0.hasPrefix("witness") }
      return Array((try PostReport(session, post: post, changes: changes).json() + "\n").utf8)
    }
    return try ScriptSession.screen(try Session(session), after: view, size: size).bytes(format)
  }
}

extension ExportFormat: ExpressibleByArgument {}

extension MapChoice.Slice: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
