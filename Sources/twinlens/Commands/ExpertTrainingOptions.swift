import ArgumentParser
import Corpora
import Extractors
import Foundation
import Reports
import Services
import Studies

/// What the training of every expert takes.
struct ExpertTrainingOptions: ParsableArguments {

  @Option(
    help: ArgumentHelp(
      "Dataset with a train and a dev split; harbor: the generated sample.", valueName: "path"))
  var dataset: String

  @OptionGroup var input: ReadingOptions

  @Option(help: ArgumentHelp("Folder of model folders to write to.", valueName: "dir"))
  var models: String

  @Option(help: ArgumentHelp("Name of the model folder; else the recipe's.", valueName: "name"))
  var name: String?

  @Option(help: "The first seed: it decides the head's first weights, batches and dropout.")
  var seed: UInt64 = 1

  @Option(help: "How many seeds; the model that is best on dev is kept.")
  var seeds = 1

  @OptionGroup var passes: PassOptions

  @Option(help: ArgumentHelp("Markdown file whose section is written.", valueName: "file"))
  var results: String?

  @Flag(help: "Forget interrupted trainings and results, and begin anew.")
  var fresh = false

  @Flag(help: "Replace a finished model of another training.")
  var force = false

  func validate() throws {
    func check(_ holds: Bool, _ problem: String) throws {
      if !holds { throw ValidationError(problem) }
    }
    try check((1...100).contains(seeds), "--seeds takes a number from 1 to 100")
    let plain = name.map { !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("/") } ?? true
    try check(plain, "--name takes the name of a folder inside --models")
  }

  /// The dataset; the name harbor stands for the generated sample.
  private func open(_ progress: ProgressLine, for task: ExpertTask) throws -> Dataset {
    guard dataset == "harbor", !FileManager.default.fileExists(atPath: dataset) else {
      return try input.open(dataset)
    }
    return try HarborSource.generated(progress, pairs: task == .relations)
  }

  /// Trains a system with switches, and tells what came of it.
  func run(
    _ system: System, switches: [String: String], encoder: String?, pictures: String?,
    dual: String?, changes: FineTuningChanges, tuning: EncoderTrainingOptions,
    files: RegionOptions?, pretrained: String? = nil, vectors: String? = nil,
    data: DataVariation = .asItIs, adding: (TrainingPosts) throws -> TrainingPosts = { $0 }
  ) throws {
    let progress = ProgressLine()
    let interrupt = Interrupt()
    try results.map { try MarkedSection.check($0) }
    try tuning.checkPeer()
    // Before posts are drawn or pictures decoded.
    try FolderOption.encoder.check(encoder)
    if let encoder, case .expert(let id, _) = FolderContents(encoder),
      !ExpertTask.allCases.map({ system.sibling($0) }).contains(id)
    {
      StandardOutput.complain(
        "twinlens: \(encoder) is an expert (\(System.named(id)?.title ?? id)): its text encoder is taken, and nothing else "
          + "of it")
    }
    try FolderOption.pictures.check(pictures, tower: system.takesTower)
    try FolderOption.dual.check(dual)
    for folder in [pictures, dual].compactMap(\.self) {
      _ = try ModelFolder.vacancy(for: folder, in: models)
    }
    let dataset = try open(progress, for: system.task)
    if system.task == .relations { try dataset.checkRelationLabels() }
    // Before its pictures are looked for.
    let isLabelled = dataset.posts.contains {
      system.task == .relations ? !$0.relations.isEmpty : !$0.mentions.isEmpty
    }
    if !isLabelled, !system.learnsUnlabelled {
      throw Refusal(
        "\(dataset.name) has no labelled \(system.task.subject), and \(system.id) learns from nothing else; name another "
          + "with --dataset (harbor draws one)")
    }
    let hasSplits = !dataset.posts(in: .train).isEmpty
    let posts = data.applied(
      to: try adding(
        !hasSplits && system.learnsUnlabelled
          ? .tenths(of: dataset)
          : TrainingPosts(dataset, boxes: try files?.open(for: dataset))), seed: seed)
    var job = TrainingJob(
      system, switches: switches, encoder: encoder, pictures: pictures, posts: posts,
      models: models,
      name: name ?? system.id,
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      observe: { event in
        progress.show(event)
        return !interrupt.isRaised
      })
    job.dual = dual
    job.pretrained = pretrained
    job.vectors = vectors
    job.interventions = data.interventions(seed: seed)
    job.changes = changes
    (job.changes.epochs, job.changes.batch) = (passes.epochs, passes.batch)
    job.replaces = force
    if job.needsPictures, let files = job.posts.files {
      try files.checked(progress, dataset: dataset.name, system: system.id)
    }
    let wanted = (0..<UInt64(seeds)).map { seed &+ $0 }
    job.isFresh = fresh
    try whileTraining(in: models, job.name, progress) {
      let results = try job.run(seeds: wanted)
      let reference = try tuning.reference(job, results)
      progress.clear()
      var document = TrainingDocument(
        results, peer: reference, pictureFolders: job.pictureFolders,
        differences: job.differences + [data.words].compactMap(\.self),
        posts: (job.posts.train.count, job.posts.dev.count))
      if system.task == .relations {
        func pairs(_ posts: [Post]) -> Int { posts.reduce(0) { $0 + $1.relations.count } }
        document.pairs = (pairs(job.posts.train), pairs(job.posts.dev))
      }
      StandardOutput.write(document.section)
      if let path = self.results { try document.write(to: path) }
      // The folder of models is whole by itself: what the expert sees with stands beside it.
      let card = try ExpertFolder.open(job.folder).card
      if let pictures, card.grid != nil { try ModelFolder.place(pictures, in: models, .copy) }
      if let dual, card.dual != nil {
        try ModelFolder.place(dual, in: models, .copy)
      }
      StandardOutput.write("\nwrote \(models)/\(job.name)" + needs(card))
    }
  }

  /// What must stay beside a model, a clause; nothing for experts that need nothing.
  private func needs(_ card: ModelCard) -> String {
    let names = Set([card.grid, card.dual].compactMap(\.self)).sorted()
    guard !names.isEmpty else { return "" }
    return
      "; it sees with \(names.joined(separator: " and ")) beside it, which must go wherever it goes"
  }
}

/// What the training of an expert that is built on an encoder takes beside.
struct EncoderTrainingOptions: ParsableArguments {
  @OptionGroup var rates: RateOptions

  @Option(help: "Pieces of the longest input.")
  var longest: Int?

  @Option(
    help: ArgumentHelp(
      "Python with torch and transformers, to train the reference with the first seed too.",
      valueName: "python"))
  var peer: String?

  @Option(
    help: ArgumentHelp(
      "The peer's script; else Tools/finetune-peer.py.", valueName: "file"))
  var peerScript: String?

  func validate() throws {
    guard (3...100_000).contains(longest ?? 3) else {
      throw ValidationError("--longest takes a number from 3 to 100000")
    }
    guard peerScript == nil || peer != nil else {
      throw ValidationError("--peer-script is run by a Python; name it with --peer")
    }
  }

  /// An option that was given; nil when none was.
  var given: String? {
    rates.given ?? (longest != nil ? "--longest" : peer != nil ? "--peer" : nil)
  }

  var changes: FineTuningChanges {
    FineTuningChanges(
      encoderRate: rates.encoderRate, headRate: rates.headRate, longest: longest)
  }

  private var script: String {
    peerScript ?? (SharedFiles().folder ?? ".") + "/Tools/finetune-peer.py"
  }

  /// Refuses a reference that could not be trained, before anything else is.
  ///
  /// - Throws: `ValidationError`.
  func checkPeer() throws {
    guard peer != nil, !FileManager.default.isReadableFile(atPath: script) else { return }
    throw ValidationError("\(script) is missing; name the script with --peer-script")
  }

  /// The reference, trained like the first of some results; nil where none was asked for.
  func reference(_ job: TrainingJob, _ results: [TrainingResult]) throws -> TrainingPeer? {
    guard let peer, let first = results.first else { return nil }
    return try TrainingPeerProgram(python: peer, script: script).run(job, like: first)
  }
}
