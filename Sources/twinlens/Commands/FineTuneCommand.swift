import ArgumentParser
import Corpora
import Extractors
import Foundation
import Services
import Studies

/// What both fine-tunings take.
struct FineTuneOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of a pretrained BERT or RoBERTa.", valueName: "dir"))
  var encoder: String

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

  @OptionGroup var learning: LearningOptions

  @Option(help: "Pieces of the longest input.")
  var longest: Int?

  @Option(help: ArgumentHelp("Markdown file whose section is written.", valueName: "file"))
  var results: String?

  @Option(
    help: ArgumentHelp(
      "Python with torch and transformers, to train the reference with the first seed too.",
      valueName: "python"))
  var peer: String?

  @Option(
    help: ArgumentHelp(
      "The peer's script; else Tools/finetune-peer.py.", valueName: "file"))
  var peerScript: String?

  @Flag(help: "Forget interrupted trainings and results, and begin anew.")
  var fresh = false

  @Flag(help: "Replace a finished model of another training.")
  var force = false

  func validate() throws {
    func check(_ holds: Bool, _ problem: String) throws {
      if !holds { throw ValidationError(problem) }
    }
    try check((1...100).contains(seeds), "--seeds takes a number from 1 to 100")
    try check((3...100_000).contains(longest ?? 3), "--longest takes a number from 3 to 100000")
    let plain = name.map { !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("/") } ?? true
    try check(plain, "--name takes the name of a folder inside --models")
  }

  /// A recipe with what was asked for instead of its own.
  func settings(_ recipe: FineTuning) -> FineTuning {
    var result = learning.changes.applied(to: recipe)
    result.longest = longest ?? recipe.longest
    return result
  }

  /// The dataset; the name harbor stands for the generated sample.
  private func open(_ progress: ProgressLine) throws -> Dataset {
    guard dataset == "harbor", !FileManager.default.fileExists(atPath: dataset) else {
      return try input.open(dataset)
    }
    return try HarborSource.generated(progress)
  }

  func run(
    _ task: FineTuningJob.Task, pictures: String? = nil, files: RegionOptions? = nil
  ) throws {
    let progress = ProgressLine()
    let interrupt = Interrupt()
    try results.map { try MarkedSection.check($0) }
    let dataset = try open(progress)
    if task.answers == .relations { try dataset.checkRelationLabels() }
    if let pictures { _ = try ModelFolder.vacancy(for: pictures, in: models) }
    var job = FineTuningJob(
      task: task, encoder: encoder, pictures: pictures, dataset: dataset,
      boxes: try files?.open(for: dataset), models: models, name: name ?? task.system,
      settings: settings(task.recipe(encoder: encoder)),
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      observe: { event in
        progress.show(event)
        return !interrupt.isRaised
      })
    job.replaces = force
    if task.needsPictures, let files = job.posts.files {
      try files.check(dataset: dataset.name, system: task.system)
      if let notice = files.notice { StandardOutput.complain("twinlens: \(notice)") }
    }
    let wanted = (0..<UInt64(seeds)).map { seed &+ $0 }
    job.isFresh = fresh
    try whileTraining(in: models, job.name, progress) {
      let results = try job.run(seeds: wanted)
      let reference = try reference(job, results)
      progress.clear()
      let document = FineTuningDocument(results, peer: reference)
      StandardOutput.write(document.section)
      if let path = self.results { try document.write(to: path) }
      // The folder of models is whole by itself: what the expert sees with stands beside it.
      if let pictures { try ModelFolder.place(pictures, in: models, .copy) }
      StandardOutput.write("\nwrote \(models)/\(job.name)")
    }
  }

  private func reference(
    _ job: FineTuningJob, _ results: [FineTuningResult]
  ) throws -> FineTuningPeer? {
    guard let peer, let first = results.first else { return nil }
    let script = peerScript ?? (SharedFiles().folder ?? ".") + "/Tools/finetune-peer.py"
    guard FileManager.default.isReadableFile(atPath: script) else {
      throw ValidationError("\(script) is missing; name the script with --peer-script")
    }
    return try FineTuningPeerProgram(python: peer, script: script).run(job, like: first)
  }
}

/// `twinlens train bert-crf`: entities, by a pretrained encoder and a CRF.
struct TrainBERTCRFCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: BERTCRFModel.system,
    abstract: "Fine-tune a BERT or RoBERTa with a CRF on entity mentions.",
    discussion: """
      Goes on after an interrupt, with at most one epoch lost. The folder written is an encoder folder with a head; \
      docs/models.md says how to use it.
      """)

  @OptionGroup var options: FineTuneOptions
  @Option(help: "first-piece: the CRF runs over words. with-x: over all pieces.")
  var labels = LabelScheme.firstPieceOnly

  func run() throws { try options.run(.bertCRF(labels)) }
}

/// `twinlens train mtb`: relations, by a pretrained encoder and entity markers.
struct TrainMTBCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: MTBModel.system,
    abstract: "Fine-tune a BERT or RoBERTa with entity markers on relations.",
    discussion: "Goes on after an interrupt, with at most one epoch lost.")

  @OptionGroup var options: FineTuneOptions

  func run() throws { try options.run(.mtb) }
}

extension LabelScheme: ExpressibleByArgument {}
