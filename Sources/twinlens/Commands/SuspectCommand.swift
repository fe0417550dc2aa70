import Annotations
import ArgumentParser
import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Reports
import Services
import Studies

/// `twinlens suspect`: which labels are probably wrong.
struct SuspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suspect", abstract: "Rank posts by how probably a label is wrong.",
    discussion: """
      Experts are trained on parts of the dataset and asked about the rest, so that nobody judges labels that it \
      learned. `twinlens suspect DATASET` ranks; `twinlens suspect measure DATASET` spoils some labels first and counts \
      how many of them come to light.
      """,
    subcommands: [Rank.self, Measure.self], defaultSubcommand: Rank.self)

  struct Rank: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rank", abstract: "Rank the posts of a dataset, as corrected so far.",
      discussion: """
        The ranking is kept beside the annotations, where the workbench finds it: ! goes to the next most suspicious \
        post. Finished parts are kept too: the same command resumes after an interruption, and takes no time until \
        labels have changed. The weights of the evidence are learned from labels that are spoiled on purpose.
        """)

    @OptionGroup var options: SuspectOptions

    @Option(help: "Posts that are listed.")
    var top = 20

    @Option(help: ArgumentHelp("Also write the JSON into a file.", valueName: "file"))
    var out: String?

    @Flag(help: "Print JSON, every post.")
    var json = false

    func validate() throws {
      guard (1...10_000_000).contains(top) else {
        throw ValidationError("--top takes a number from 1")
      }
    }

    func run() throws {
      let task = try SuspectTask(options)
      let path = SuspicionRanking.path(besideStore: task.location.workPath)
      let earlier = (try? SuspicionRanking.reading(besideStore: task.location.workPath)) ?? nil
      let ranking = try task.run(task.posts) { run, answers, share in
        let scoring = SuspicionScoring(task.posts, answers, run.learner.task, seed: run.seed)
        guard let ranking = scoring.ranking(task.origin, progress: share) else {
          throw TrainingStopped(model: "the ranking")
        }
        try ranking.write(to: path)
        // Answers to labels that were corrected since are of no use.
        run.forgetOthers()
        return ranking
      }
      if let out { try ranking.write(to: out) }
      let report = SuspicionReport(ranking)
      StandardOutput.write(json ? report.json() : report.text(most: top))
      let subject = ranking.origin.subject
      let replaced = earlier.map(\.origin.subject).flatMap { $0 == subject ? nil : $0 }
      if !json {
        StandardOutput.complain(
          "wrote \(path)" + (replaced.map { " (in place of the ranking of \($0))" } ?? ""))
      }
    }
  }

  struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "measure",
      abstract: "Spoil labels on purpose and count how many come to light early in the queue.",
      discussion: """
        Of the spoiled mentions 40 % get another type, 20 % have an edge moved by a word, 20 % are taken away, and \
        20 % are invented; of pairs, the relation is changed. Experts learn from the spoiled labels. The dataset and \
        its annotations stay as they are.
        """)

    @OptionGroup var options: SuspectOptions

    @Option(help: "Spoiled labels to all labels.")
    var noise = 0.05

    @Option(
      help: ArgumentHelp(
        "Also write probabilities, given labels and scores, for other programs.",
        valueName: "file"))
    var dump: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
      guard noise > 0, noise <= 0.5 else {
        throw ValidationError("--noise takes a share above 0, to 0.5")
      }
    }

    func run() throws {
      let task = try SuspectTask(options)
      let noise = LabelNoise(
        of: task.posts, task.learner.task, rate: self.noise, seed: options.seed)
      guard !noise.places.isEmpty else {
        throw Refusal(
          "\(task.dataset.name) has no \(task.learner.task.subject) whose labels could be spoiled")
      }
      let (measure, scores, answers) = try task.run(noise.posts, apart: "-measure") {
        run, answers, share in
        // Other labels are spoiled to learn the weights than those that are to be found.
        let scoring = SuspicionScoring(noise.posts, answers, run.learner.task, seed: run.seed)
        guard let judged = scoring.judged(progress: share) else {
          throw TrainingStopped(model: "the ranking")
        }
        let scores = judged.map { $0?.score ?? 0 }
        let plain = PlainQueue.allCases.map {
          (name: $0.rawValue, scores: $0.scores(noise.posts, answers))
        }
        let own = (name: "twinlens", scores: scores)
        return (SuspicionMeasure(noise, [own] + plain), scores, answers)
      }
      if let dump {
        let text = SuspicionDump(
          noise, answers, scores: scores, subject: task.origin.subject
        ).json()
        try DurableFile.write(Data((text + "\n").utf8), to: dump)
      }
      let report = SuspicionMeasureReport(
        measure, SuspicionMeasureReport.Setting(task.origin, rate: self.noise))
      StandardOutput.write(json ? report.json() : report.text())
    }
  }
}

/// What both ways to use suspicion take.
struct SuspectOptions: ParsableArguments {
  @Argument(help: "A dataset file or folder.")
  var dataset: String

  @OptionGroup var input: ReadingOptions

  @Option(
    help: ArgumentHelp("File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
  var store: String?

  @Option(help: "ner or re; without it what the dataset is mainly about.")
  var task: ExpertTask?

  @Option(
    help: ArgumentHelp(
      "Who is trained: \(SuspicionRun.Learner.names.joined(separator: ", ")). Without it "
        + "\(ExpertTask.allCases.map { SuspicionRun.Learner.usual($0).name }.joined(separator: " for mentions, ")) for relations.",
      valueName: "name"))
  var system: String?

  @Option(help: "In how many parts the posts are divided: so many experts are trained.")
  var folds = 5

  @Option(help: "Decides the parts, the trainings and which labels are spoiled.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Folder of a pretrained BERT or RoBERTa.", valueName: "dir"))
  var encoder: String?

  @Option(
    help: ArgumentHelp("Folder of what multimodal experts see pictures with.", valueName: "dir"))
  var pictures: String?

  @Option(
    help: ArgumentHelp("Folder of an encoder of text and picture in one space.", valueName: "dir"))
  var dual: String?

  @OptionGroup var learning: LearningOptions

  @Flag(help: "Forget what is kept of this run, and train anew.")
  var fresh = false

  func validate() throws {
    guard dataset != "-" else {
      throw ValidationError(
        "suspect ranks the posts of a whole dataset by experts that are trained on its other parts, so it cannot "
          + "judge a stream as it comes; save it as a file and give that")
    }
    guard (2...50).contains(folds) else {
      throw ValidationError("--folds takes a number from 2 to 50")
    }
    guard let system else { return }
    guard let learner = SuspicionRun.Learner.named(system) else {
      throw ValidationError(
        "there is no system \(system) to train; known are "
          + SuspicionRun.Learner.names.joined(separator: ", "))
    }
    if let task, task != learner.task {
      throw ValidationError(
        "\(system) answers \(learner.task.subject), not \(task.subject); leave out --task")
    }
  }
}

/// A dataset with its corrected labels, and who judges them.
struct SuspectTask {
  let dataset: Dataset
  let location: StoreLocation
  let posts: [Post]
  let learner: SuspicionRun.Learner
  private let newestEdit: Int64
  private let options: SuspectOptions

  /// Opens the dataset and reads its annotations.
  ///
  /// - Throws: `CorporaError`, `StoreError`, `Refusal`.
  init(_ options: SuspectOptions) throws {
    self.options = options
    let dataset = try options.input.open(options.dataset)
    location = try StoreLocation.resolve(dataset: dataset, explicit: options.store)
    let stored = try StoredAnnotations(at: location, over: dataset)
    for finding in stored.findings { StandardOutput.complain("twinlens: \(finding)") }
    posts = dataset.posts.map(stored.history.annotated)
    newestEdit = stored.history.states.values.compactMap(\.time).max() ?? 0
    self.dataset = dataset
    learner =
      options.system.flatMap(SuspicionRun.Learner.named)
      ?? .usual(options.task ?? dataset.mainTask)
    let hasLabels = posts.contains {
      learner.task == .entities ? !$0.mentions.isEmpty : !$0.relations.isEmpty
    }
    guard hasLabels else {
      throw Refusal(
        "\(dataset.name) has no \(learner.task.subject) to judge; label some first, or name the other task with --task"
      )
    }
  }

  var origin: SuspicionRanking.Origin {
    SuspicionRanking.Origin(
      dataset: dataset.name, system: learner.name, subject: learner.task.subject,
      folds: options.folds, seed: options.seed, newestEdit: newestEdit)
  }

  /// Asks experts about posts, and does something with what they say, in a folder beside the
  /// annotations where nobody else does the same.
  ///
  /// - Parameter suffix: of the folder's name.
  func run<Result>(
    _ posts: [Post], apart suffix: String = "",
    _ body: (SuspicionRun, [HeldOutAnswer?], (Double) -> Bool) throws -> Result
  ) throws -> Result {
    let progress = ProgressLine()
    let interrupt = Interrupt()
    let folder = SuspicionRanking.folder(besideStore: location.workPath) + suffix
    let clock = SuspectClock()
    var run = SuspicionRun(
      dataset, posts: posts, learner, folds: options.folds, seed: options.seed, folder: folder
    ) { at in
      if let whole = at.whole {
        clock.show("part \(at.fold + 1) of \(at.folds)", whole, on: progress)
      }
      return !interrupt.isRaised
    }
    run.encoder = options.encoder
    run.pictures = options.pictures
    run.dual = options.dual
    run.changes = options.learning.changes
    run.command = "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " ")
    // Others may not read what the annotations' own folder keeps from them.
    try FileManager.default.createDirectory(
      atPath: FilePath.parent(of: location.workPath), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    return try whileTraining(in: folder, nil, progress) {
      if options.fresh { run.forget() }
      let answers = try run.answers()
      let weighing = SuspectClock()
      let result = try body(run, answers) { share in
        weighing.show("weighing the evidence", share, on: progress)
        return !interrupt.isRaised
      }
      progress.clear()
      return result
    }
  }
}
