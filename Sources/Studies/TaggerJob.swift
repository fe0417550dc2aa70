import Corpora
import Encoders
import Extractors
import Foundation
import Tensors

/// Trains the experts that read words and characters, biLSTM-CRF and RIVA, on posts of any source.
/// The sibling of `FineTuningJob` for experts without a pretrained encoder.
public struct TaggerJob: Sendable {
  /// Which of them.
  public enum Task: Sendable, Hashable {
    /// The text expert.
    case biLSTMCRF
    /// The multimodal expert, with its gate or without.
    case riva(gated: Bool)

    /// The `system` of the folder written.
    public var system: String {
      switch self {
      case .biLSTMCRF: ExpertModel.System.text
      case .riva: ExpertModel.System.riva
      }
    }
  }

  /// What is learned.
  public let task: Task
  /// What RIVA sees pictures with; nil for the text expert.
  public let source: RegionSource?
  /// Tells the source's weights from others of the same name; nil: the name tells enough.
  public var sourceFingerprint: String?
  /// Posts to train on and to choose by.
  public let posts: TrainingPosts
  /// The folder of model folders to write to.
  public let models: String
  /// The name of the model folder.
  public let name: String
  /// How it is trained, with the seed.
  public let settings: TaggerTraining
  /// What was typed, for the provenance.
  public let command: String
  /// Called from the training's own thread; returns false to stop.
  public let observe: @Sendable (TrainingEvent) -> Bool

  /// A job by its parts.
  public init(
    task: Task, source: RegionSource?, posts: TrainingPosts, models: String, name: String,
    settings: TaggerTraining = TaggerTraining(), command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.task = task
    self.source = source
    self.posts = posts
    self.models = models
    self.name = name
    self.settings = settings
    self.command = command
    self.observe = observe
  }

  /// A checkpoint, with what tells whether it is of this job.
  private struct State: Codable {
    var state: CheckpointState
    var record: Record
  }

  /// Trains to the plateau, from the checkpoint where there is one, and writes the folder.
  ///
  /// - Throws: `TrainingStopped`, `FineTuningError`, `ModelFolderError`, `DurableFileError`.
  public func run() throws -> ExpertModel {
    let record = self.record
    if let known = finished(record) { return known }
    if task != .biLSTMCRF, source == nil { throw FineTuningError.noPictures(system: task.system) }
    let scheme = try FineTuningJob.tagScheme(of: posts)
    let (train, dev) = (try inputs(.train, scheme), try inputs(.dev, scheme))
    var model = fresh(train, scheme)
    func trained(_ tagger: some Tagger) throws -> (any Tagger, [EpochRecord]) {
      let run = try finish(
        TaggerRun(
          tagger, settings, words: model.words, characters: model.characters, scheme: scheme),
        train, dev, record)
      return (run.best, run.history)
    }
    let (tagger, history) = try trained(model.tagger)
    model.tagger = tagger
    var score = EntityScore()
    for (input, mentions) in zip(dev, model.mentions(dev)) {
      score.add(predicted: mentions, gold: scheme.mentions(of: input.tags))
    }
    let metrics = [
      "devF1": score.f1, "devPrecision": score.precision, "devRecall": score.recall,
      "epochs": Double(history.count),
    ]
    try model.save(
      to: models + "/" + name,
      provenance: Provenance(
        command: command, seed: settings.seed, data: [posts.name: posts.hash], metrics: metrics))
    try FileManager.default.createDirectory(
      atPath: models + "/.results", withIntermediateDirectories: true)
    try DurableFile.write(try StableJSON.encode(record), to: recordPath)
    checkpoint.remove()
    _ = observe(.finished(model: name, metrics: metrics))
    return model
  }

  /// The model of this very job, if it was trained before.
  private func finished(_ record: Record) -> ExpertModel? {
    guard let data = FileManager.default.contents(atPath: recordPath),
      let kept = try? JSONDecoder().decode(Record.self, from: data), kept == record
    else { return nil }
    return try? ExpertModel(folder: models + "/" + name)
  }

  private struct Record: Codable, Hashable {
    var settings: TaggerTraining
    var system: String
    var gated: Bool
    var data: String
    var pictures: String?
  }

  private var record: Record {
    Record(
      settings: settings, system: task.system, gated: task == .riva(gated: true),
      data: posts.hash, pictures: task == .biLSTMCRF ? nil : seen)
  }

  /// What pictures are seen with, and which pictures.
  private var seen: String? {
    source.map { source in
      [source.name, sourceFingerprint, posts.files?.hash].compactMap(\.self).joined(separator: " ")
    }
  }

  private var recordPath: String { models + "/.results/\(name)-\(settings.seed)-tagger.json" }

  private var checkpoint: Checkpoint {
    Checkpoint(models: models, name: "\(name)-\(settings.seed)-tagger")
  }

  private func inputs(_ split: Split, _ scheme: TagScheme) throws -> [TaggerInput] {
    let list = posts.posts(in: split)
    guard !list.isEmpty else {
      throw FineTuningError.nothingToLearn(
        dataset: posts.name, split: split.rawValue, wanted: "posts")
    }
    var regions: [PictureRegions] = []
    if task != .biLSTMCRF, let source {
      let (observe, total) = (observe, Double(list.count))
      let seen = try source.regions(of: list, posts.pictures) { done in
        done % 64 != 0 || observe(.preparing("looking at pictures", Double(done) / total))
      }
      guard let seen else { throw TrainingStopped(model: name) }
      regions = seen
    }
    return list.enumerated().map { i, post in
      let seen = regions.isEmpty || regions[i].isMissing ? nil : regions[i]
      return TaggerInput(
        tokens: post.tokens.map(\.text),
        regions: seen?.tensor ?? Tensor(regions.isEmpty ? [1, 1] : regions[i].shape),
        seen: seen?.seen,
        tags: scheme.indices(of: post.mentions, count: post.tokens.count),
        imageAdds: post.attributes["imageAdds"].flatMap { ["yes": true, "no": false][$0] })
    }
  }

  /// A model with random weights and the words and characters that come twice.
  private func fresh(_ train: [TaggerInput], _ scheme: TagScheme) -> ExpertModel {
    let words = Vocabulary(
      counting: train.lazy.flatMap { $0.tokens.map(WordForms.word) }, minimum: 2)
    let characters = Vocabulary(
      counting: train.lazy.flatMap { $0.tokens.flatMap(WordForms.characters) }, minimum: 2,
      limit: 500)
    var options: RIVAOptions?
    if case .riva(let gated) = task, let source {
      options = RIVAOptions(regionSize: source.shape[1], gated: gated)
    }
    var sizes = TaggerSizes(words: words.size, characters: characters.size)
    sizes.wordSize = HarborRecipe().wordSize
    let configuration = ExpertModel.Configuration(
      system: task.system, scheme: scheme, sizes: sizes, riva: options,
      needs: options == nil ? [] : source.map { [$0.name] } ?? [])
    var generator = SeededGenerator(seed: settings.seed, stream: task.system)
    return ExpertModel(
      name: name, configuration: configuration, tagger: configuration.makeTagger(&generator),
      words: words, characters: characters)
  }

  private func finish<Model: Tagger>(
    _ fresh: TaggerRun<Model>, _ train: [TaggerInput], _ dev: [TaggerInput], _ record: Record
  ) throws -> TaggerRun<Model> {
    var run = fresh
    if let (tensors, kept) = try checkpoint.load(State.self) {
      guard kept.record == record else {
        throw FineTuningError.otherSettings(path: checkpoint.path)
      }
      do { try run.restore(tensors, kept.state) } catch {
        throw FineTuningError.otherSettings(path: checkpoint.path)
      }
      _ = observe(.resumed(model: name, epoch: run.history.count + 1))
    }
    while !run.isFinished {
      let went = run.runEpoch(train, dev: dev) { observe(.progress(model: name, $0)) }
      guard went else { throw TrainingStopped(model: name) }
      let (tensors, state) = run.checkpoint
      try checkpoint.save(tensors, State(state: state, record: record))
      let last = run.history.last
      let event = TrainingEvent.epoch(
        model: name, epoch: run.history.count, epochs: settings.epochs, loss: last?.loss ?? 0,
        dev: last?.dev)
      guard observe(event) else { throw TrainingStopped(model: name) }
    }
    return run
  }
}
