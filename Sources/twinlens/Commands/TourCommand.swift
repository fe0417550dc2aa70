import ArgumentParser
import Files
import Foundation
import Reports
import Screen
import Services
import Settings
import Terminal
import Workbench

/// `twinlens tour`: a lesson on what the models do, the one that comes along or anybody's.
struct TourCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tour",
    abstract: "Take a lesson about what the models do, or give one to a room.",
    discussion: """
      Without a file it is the lesson that comes along: what routing is, gates, heads that look at the right thing \
      and heads that do not, and a router that learns. Each step looks at what is on screen, not at the keys. Nothing \
      is written but how far you have come. docs/teaching.md says how to write a lesson.
      """)

  @Argument(
    help: "A lesson's file; the lesson that comes along when there is none.",
    completion: .file(extensions: ["toml"]))
  var file: String?

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp("The step to begin with; else where you left off.", valueName: "n"))
  var first: Int?

  @Flag(help: "Print the steps and which are done.")
  var list = false

  @Flag(help: "With --list: print JSON.")
  var json = false

  @Flag(help: "Only compare the lesson with its dataset and models, and say what is wrong.")
  var check = false

  @Flag(help: "For a room: large, few words, next and back, nothing is checked.")
  var present = false

  @Flag(help: "Show the notes of the lesson that is presented on another terminal.")
  var notes = false

  @Flag(help: "With --notes: print what is shown now, and end.")
  var once = false

  @Option(
    help: ArgumentHelp(
      "Write what came of the questions into this file, as JSON.", valueName: "file"))
  var results: String?

  @Option(
    help: ArgumentHelp(
      "Folder of model folders; else the dataset's models/, else the shared ones.",
      valueName: "dir"))
  var models: String?

  @OptionGroup var settings: SettingsOptions

  @OptionGroup var playing: ScriptOptions

  @Flag(help: "Work line by line, without a screen, as twinlens DATASET --plain does.")
  var plain = false

  func validate() throws {
    if json, !list {
      throw ValidationError("--json goes with --list; --results FILE keeps answers")
    }
    if once, !notes { throw ValidationError("--once goes with --notes") }
    if notes, file != nil || present || list || check {
      throw ValidationError("--notes follows the lesson on the other terminal, and takes no other")
    }
    if plain, present { throw ValidationError("--plain has no screen to show to a room") }
    try playing.check(isPlain: plain)
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    if notes { return try NotesFollower(environment: environment).run(once: once) }
    let shared = SharedFiles()
    guard let path = file ?? shared.tour else {
      throw Refusal("the lesson was not found (\(shared.reason)); name one: twinlens tour FILE")
    }
    let (lesson, text) = try LessonFile.read(path)
    let memory = LessonMemory(LessonMemory.name(of: text))
    let count = lesson.topics.count
    if list {
      let report = LessonReport(lesson.topics, done: min(memory.done, count))
      return StandardOutput.write(json ? report.json() : report.text())
    }
    if let first, !(1...count).contains(first) {
      throw ValidationError("--from takes a step from 1 to \(count)")
    }
    if let results {
      // Said before the lesson, not when the answers would be lost.
      guard !FileManager.default.fileExists(atPath: results) else {
        throw Refusal("\(results) is there already; name another file for --results")
      }
      let folder = FilePath.parent(of: results)
      guard FileManager.default.isWritableFile(atPath: folder.isEmpty ? "." : folder) else {
        throw Refusal("\(results) cannot be written: \(folder) is no folder that can be written to")
      }
    }
    // A script and a presentation are the same every time; who has done everything begins again.
    let isFresh = playing.script != nil || present || memory.done >= count
    let (settings, keys) = try self.settings.read(
      environment: environment, remembers: playing.script == nil)
    var session = SessionOptions(
      dataset: lesson.dataset.map { FilePath.resolved($0, beside: path) }, annotator: "you")
    session.settings = settings
    // When the router learns is a step of the lesson.
    session.settings.take(
      .text(TrainingHabit.manual.rawValue), for: .training, from: .option("twinlens tour"))
    session.ownKeys = keys
    session.models = models
    session.experts = lesson.systems
    session.exercise = .tour(
      lesson, from: first ?? (isFresh ? 1 : memory.done + 1), isPresented: present)
    session.lessonMemory = LessonMemory.name(of: text)
    try lesson.check(session, shared: shared)
    if check {
      return StandardOutput.write("\(path): \(count.counted("step")), and nothing is wrong with it")
    }
    let left = try play(session, environment)
    try tell(left, path)
  }

  private func play(
    _ session: SessionOptions, _ environment: [String: String]
  ) throws -> WorkbenchState {
    if let left = try playing.run(session) { return left }
    if plain || !present && PlainSession.isNeeded(environment: environment) {
      return try PlainSession.run(try Session(session), output: StandardOutput.write)
    }
    guard TerminalSession.isPossible(environment: environment) else {
      throw Refusal("the lesson needs a terminal to draw on, or a key script: --script FILE")
    }
    defer { if present { NotesFile(environment: environment)?.remove() } }
    return try TerminalSession.run(session, environment: environment, record: playing.record)
  }

  private func tell(_ left: WorkbenchState, _ path: String) throws {
    guard let lesson = left.lesson else { return }
    let report = QuizReport(lesson)
    if let results { try DurableFile.write(Data((report.json() + "\n").utf8), to: results) }
    if let score = report.sentence { StandardOutput.write(score) }
    let name = file.map { " \($0)" } ?? ""
    StandardOutput.write(
      lesson.isDone
        ? "all \(lesson.count) steps are done"
        : "\(lesson.done) of \(lesson.count) steps are done; twinlens tour\(name) --from \(lesson.done + 1) goes on"
    )
    // Who runs a script wants to know whether it goes through.
    if playing.script != nil, !lesson.isDone { throw ExitCode.failure }
  }
}

/// Shows the notes of what another terminal presents, as its steps change.
struct NotesFollower {
  let environment: [String: String]

  /// - Parameter once: whether to end with what is shown now.
  func run(once: Bool) throws {
    guard let file = NotesFile(environment: environment) else {
      throw Refusal(
        "notes need a folder of your own that nobody else can write to: XDG_RUNTIME_DIR, or the state folder"
      )
    }
    let isTerminal = isatty(STDOUT_FILENO) == 1
    var shown: LessonNotes?
    var hasWaited = false
    while true {
      let notes = file.read()
      if let notes, notes != shown {
        // A terminal shows one step at a time, as paper would be turned over.
        if isTerminal { StandardOutput.write(bytes: Array("\u{1B}[H\u{1B}[2J".utf8)) }
        StandardOutput.write(
          NotesText(notes).text(columns: WindowSize(of: STDOUT_FILENO)?.columns ?? 80))
        if !isTerminal { StandardOutput.write("") }
      }
      if notes == nil {
        if shown != nil { return }
        if once {
          throw Refusal("nothing is presented now; on the other terminal: twinlens tour --present")
        }
        if !hasWaited { StandardOutput.write("waiting for: twinlens tour --present") }
        hasWaited = true
      }
      if once { return }
      shown = notes
      usleep(200_000)
    }
  }
}
