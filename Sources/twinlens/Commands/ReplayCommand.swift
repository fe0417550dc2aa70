import ArgumentParser
import Foundation
import Services
import Terminal
import Workbench

/// `twinlens replay STORE`: a history of annotations, played over its dataset.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Play what was annotated, step by step, in the workbench.",
    discussion: """
      Pauses are as they were, shortened to four seconds at most. Space stops and goes on, C-n and C-p are the step \
      after and before. Store and dataset are only read.
      """)

  @Argument(
    help:
      "A store such as DATASET/.twinlens/annotations.sqlite, or a dataset's folder that has one.")
  var store: String

  @Option(
    help: ArgumentHelp(
      "The dataset, where it is not where the store says.", valueName: "dataset"))
  var dataset: String?

  @Option(help: ArgumentHelp("How many times as fast as life, \(Replay.speeds).", valueName: "n"))
  var speed = "1"

  @Option(
    help: ArgumentHelp(
      "Folder of model folders; else the dataset's models/, else the shared ones.",
      valueName: "dir"))
  var models: String?

  @Flag(name: .customLong("no-models"), help: "Ask no models: what people did alone.")
  var withoutModels = false

  @OptionGroup var settings: SettingsOptions

  @OptionGroup var playing: ScriptOptions

  func validate() throws {
    guard Replay.speed(speed) != nil else {
      throw ValidationError("--speed takes a number from \(Replay.speeds)")
    }
    try playing.check(isPlain: false)
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let path = PlayedStore.file(store)
    let place = try dataset ?? PlayedStore.dataset(of: path)
    let (settings, keys) = try self.settings.read(
      environment: environment, remembers: playing.script == nil)
    var session = SessionOptions(dataset: place, annotator: settings.text(.annotator) ?? "you")
    session.settings = settings
    session.ownKeys = keys
    session.store = path
    session.models = models
    session.withoutModels = withoutModels
    session.exercise = .replay(speed: Replay.speed(speed) ?? 1)
    if try playing.run(session) != nil { return }
    guard TerminalSession.isPossible(environment: environment) else {
      throw Refusal("a replay needs a terminal to draw on, or a key script: --script FILE")
    }
    _ = try TerminalSession.run(session, environment: environment, record: playing.record)
  }
}
