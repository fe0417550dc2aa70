import ArgumentParser
import Corpora
import Files
import Foundation
import Harbor
import Reports
import Services
import Terminal
import Workbench

/// `twinlens tutor`: the keys of the workbench, learned on posts with mistakes.
struct TutorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tutor",
    abstract: "Learn the keys: correct twenty mistakes in posts of the harbour town.",
    discussion: """
      Each task states a mistake and the keys for it, and looks at the labels, not at the keys. Nothing but how far \
      you have come is kept.
      """)

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp("The task to begin with; else where you left off.", valueName: "n"))
  var first: Int?

  @Flag(help: "Print the tasks and which are done.")
  var list = false

  @Flag(help: "With --list: print JSON.")
  var json = false

  @OptionGroup var settings: SettingsOptions

  @Option(
    help: ArgumentHelp(
      "Run a key script without a terminal and print the frames; fails when tasks are left.",
      valueName: "file"))
  var script: String?

  @Flag(help: "Work line by line, without a screen, as twinlens DATASET --plain does.")
  var plain = false

  @Option(help: ArgumentHelp("Size of a script's screen, COLSxROWS.", valueName: "size"))
  var size = "120x36"

  func validate() throws {
    if let first, !(1...Lesson.count).contains(first) {
      throw ValidationError("--from takes a task from 1 to \(Lesson.count)")
    }
    if plain, script != nil {
      throw ValidationError("--plain and --script exclude each other: a script draws frames")
    }
    if json, !list { throw ValidationError("--json goes with --list") }
  }

  func run() throws {
    let memory = LessonMemory()
    if list {
      let report = LessonReport(done: memory.done)
      return StandardOutput.write(json ? report.json() : report.text())
    }
    // A script is the same every time; who has done everything begins again.
    let reached = script != nil || memory.done >= Lesson.count ? 0 : memory.done
    let from = first ?? reached + 1
    let environment = ProcessInfo.processInfo.environment
    let (settings, keys) = try self.settings.read(
      environment: environment, remembers: script == nil)
    var session = SessionOptions(dataset: try LessonFolder.make(), annotator: "you")
    session.settings = settings
    session.ownKeys = keys
    session.withoutModels = true
    session.answers = ["expert=\(LessonFolder.answers)"]
    session.exercise = .lesson(from: from)
    if let script { return try run(script, session) }
    if plain || PlainSession.isNeeded(environment: environment) {
      return tell(try PlainSession.run(try Session(session), output: StandardOutput.write))
    }
    guard TerminalSession.isPossible(environment: environment) else {
      throw Refusal("the lesson needs a terminal to draw on, or a key script: --script FILE")
    }
    let left = try TerminalSession.run(session, environment: environment)
    tell(left)
  }

  private func run(_ script: String, _ session: SessionOptions) throws {
    guard let size = KeyScript.size(size) else { throw SessionError.badSize(self.size) }
    let rung = session.settings.text(.graphics).flatMap(GraphicsChoice.Rung.init(rawValue:))
    let left = try ScriptSession.run(
      try Session(session), script: script, size: size, graphics: rung ?? .blocks,
      output: StandardOutput.write)
    tell(left)
    // Who runs a script wants to know whether it solves the tasks.
    if left.lesson?.isDone != true { throw ExitCode.failure }
  }

  private func tell(_ left: WorkbenchState) {
    guard let lesson = left.lesson else { return }
    StandardOutput.write(
      lesson.isDone
        ? "all \(Lesson.count) tasks are done"
        : "\(lesson.done) of \(Lesson.count) tasks are done; twinlens tutor --from \(lesson.done + 1) goes on"
    )
  }
}

/// The posts of the lesson, drawn into the cache when they are first asked for.
enum LessonFolder {
  /// Their folder.
  static var path: String {
    let cache = UserFolders.cache(ProcessInfo.processInfo.environment)
    return "\(cache)/lesson-\(posts.version)-\(pairs.version)"
  }

  /// What an expert answers in the lesson.
  static var answers: String { path + "/answers/expert.jsonl" }

  private static let posts = SampleRecipe(train: 0, dev: 40, test: 0, captions: 0)
  private static var pairs: SampleRecipe {
    var recipe = SampleRecipe(train: 0, dev: 0, test: 24, captions: 0)
    recipe.pairs = .everyPost
    return recipe
  }

  /// Draws what is not there.
  /// - Throws: `DurableFileError`, `CorporaError`, `Lesson.Failure`.
  static func make() throws -> String {
    // The file of a split is written when all its pictures are there.
    for (recipe, file) in [(posts, "dev.jsonl"), (pairs, "test.jsonl")]
    where !FileManager.default.fileExists(atPath: "\(path)/\(file)") {
      try SampleWriter(recipe).write(to: path) { _ in }
    }
    let lesson = try Lesson(over: try Dataset.open(path).posts)
    let lines = try lesson.suggested.map { post, mentions in
      try String(
        decoding: JSONEncoder().encode(
          Line(
            post: post,
            mentions: mentions.map {
              Line.Mention(
                start: $0.range.lowerBound, end: $0.range.upperBound, type: $0.type.rawValue)
            })), as: UTF8.self)
    }
    try FileManager.default.createDirectory(
      atPath: FilePath.parent(of: answers), withIntermediateDirectories: true)
    try DurableFile.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: answers)
    return path
  }

  /// A line of the answers, as `twinlens predict` writes them.
  private struct Line: Encodable {
    struct Mention: Encodable {
      let start, end: Int
      let type: String
    }
    let post: String
    let mentions: [Mention]
  }
}
