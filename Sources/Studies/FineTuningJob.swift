import Corpora
import Encoders
import Extractors
import Foundation
import Tensors

/// Fine-tunes a pretrained encoder on a dataset, over one or several seeds.
public struct FineTuningJob: Sendable {
  /// What stands on the encoder.
  public enum Task: Sendable, Hashable {
    /// Entities by a CRF.
    case bertCRF(LabelScheme)
    /// Relations by entity markers.
    case mtb

    /// The `system` of the folder written.
    public var system: String {
      switch self {
      case .bertCRF: BERTCRFModel.system
      case .mtb: MTBModel.system
      }
    }
  }

  /// What is learned.
  public let task: Task
  /// The pretrained encoder's folder.
  public let encoder: String
  /// Posts with a train and a dev split.
  public let dataset: Dataset
  /// The folder of model folders to write to.
  public let models: String
  /// The name of the model folder.
  public let name: String
  /// How it is trained; the seed aside.
  public let settings: FineTuning
  /// What was typed, for the provenance.
  public let command: String
  /// Called from the training's own thread; returns false to stop.
  public let observe: @Sendable (TrainingEvent) -> Bool

  /// A job by its parts.
  public init(
    task: Task, encoder: String, dataset: Dataset, models: String, name: String,
    settings: FineTuning, command: String, observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.task = task
    self.encoder = encoder
    self.dataset = dataset
    self.models = models
    self.name = name
    self.settings = settings
    self.command = command
    self.observe = observe
  }

  /// Trains with every seed that has no result yet. The model folder holds the seed that is best on
  /// dev.
  ///
  /// - Returns: a result per seed.
  /// - Throws: `TrainingStopped`, `FineTuningError`, and what reading and writing throw.
  public func run(seeds: [UInt64]) throws -> [FineTuningResult] {
    let base = try TextBase(folder: encoder)
    var results: [FineTuningResult] = []
    for seed in seeds {
      let origin = origin(seed, base)
      let best = results.map(\.bestDev).max()
      results.append(try result(origin) ?? train(base, origin, keepAbove: best))
    }
    return results
  }

  /// Forgets checkpoints and results of this name.
  public func forget(seeds: [UInt64]) {
    for seed in seeds {
      checkpoint(seed).remove()
      try? FileManager.default.removeItem(atPath: resultPath(seed))
      try? FileManager.default.removeItem(atPath: peerPath(seed))
    }
  }

  var folder: String { models + "/" + name }

  private func checkpoint(_ seed: UInt64) -> FineTuningCheckpoint {
    FineTuningCheckpoint(path: models + "/.training/\(name)-\(seed).safetensors")
  }

  func peerPath(_ seed: UInt64) -> String { models + "/.results/\(name)-\(seed)-peer.json" }

  func resultPath(_ seed: UInt64) -> String { models + "/.results/\(name)-\(seed).json" }

  /// The settings with a seed.
  func seeded(_ seed: UInt64) -> FineTuning {
    var settings = settings
    settings.seed = seed
    return settings
  }

  /// What tells whether a kept result or checkpoint is of this job.
  private func origin(_ seed: UInt64, _ base: TextBase) -> FineTuningResult.Origin {
    var labels: LabelScheme?
    if case .bertCRF(let scheme) = task { labels = scheme }
    return FineTuningResult.Origin(
      system: task.system, labels: labels, encoder: (encoder as NSString).lastPathComponent,
      weights: base.encoder.parameters.reduce(0) {
        $0 &* 31 &+ FineTuningCheckpoint.checksum($1.value.array)
      }, dataset: dataset.name, data: dataset.contentHash, settings: seeded(seed))
  }

  /// The kept result of a seed, if it is of this very job and there is a model.
  private func result(_ origin: FineTuningResult.Origin) -> FineTuningResult? {
    guard FileManager.default.fileExists(atPath: folder + "/config.json"),
      let data = FileManager.default.contents(atPath: resultPath(origin.settings.seed)),
      let result = try? JSONDecoder().decode(FineTuningResult.self, from: data),
      result.origin == origin
    else { return nil }
    return result
  }

  private func train(
    _ base: TextBase, _ origin: FineTuningResult.Origin, keepAbove: Double?
  ) throws -> FineTuningResult {
    var base = base
    let seed = origin.settings.seed
    var generator = SeededGenerator(seed: seed, stream: task.system)
    let longest = base.longest(settings.longest)
    var scores: [String: Double] = [:]
    var relations: [String: [Double]] = [:]
    let history: [FineTuneEpoch]
    switch task {
    case .bertCRF(let labels):
      let (network, items) = try entities(base, labels, longest, &generator)
      let run = try finish(FineTuneRun(network, origin.settings), items, origin)
      let score = try run.best.score(items.dev)
      scores = ["devF1": score.f1, "devPrecision": score.precision, "devRecall": score.recall]
      history = run.history
      if score.f1 > keepAbove ?? -1 {
        try BERTCRFModel.save(
          run.best, longest: longest, from: base, to: folder,
          provenance: provenance(seed, scores, history))
      }
    case .mtb:
      let (network, configuration, items) = try pairs(&base, longest, &generator)
      let run = try finish(FineTuneRun(network, origin.settings), items, origin)
      let score = try run.best.score(items.dev)
      scores = [
        "devF1": score.f1, "devPrecision": score.withoutNone.precision,
        "devRecall": score.withoutNone.recall, "devF1WithNone": score.withNone.f1,
        "devAccuracy": score.accuracy,
      ]
      relations = score.labels.mapValues { [$0.precision, $0.recall, $0.f1, Double($0.gold)] }
      history = run.history
      if score.f1 > keepAbove ?? -1 {
        try MTBModel.save(
          run.best, configuration, from: base, to: folder,
          provenance: provenance(seed, scores, history))
      }
    }
    let result = FineTuningResult(
      origin: origin, epochs: history, scores: scores, relations: relations)
    try FileManager.default.createDirectory(
      atPath: models + "/.results", withIntermediateDirectories: true)
    try DurableFile.write(try JSONEncoder().encode(result), to: resultPath(seed))
    checkpoint(seed).remove()
    _ = observe(.finished(model: "\(name), seed \(seed)", metrics: scores))
    return result
  }

  /// Runs all epochs, from the checkpoint where there is one.
  private func finish<Model: FineTunable>(
    _ fresh: FineTuneRun<Model>, _ items: (train: [Model.Item], dev: [Model.Item]),
    _ origin: FineTuningResult.Origin
  ) throws -> FineTuneRun<Model> {
    var run = fresh
    let checkpoint = checkpoint(origin.settings.seed)
    let label = "\(name), seed \(origin.settings.seed)"
    if let (tensors, state) = try checkpoint.load(origin) {
      do { try run.restore(tensors, state) } catch {
        throw FineTuningError.otherSettings(path: checkpoint.path)
      }
      _ = observe(.resumed(model: label, epoch: run.history.count + 1))
    }
    while !run.isFinished {
      let went = try run.runEpoch(items.train, dev: items.dev) {
        observe(.progress(model: label, $0))
      }
      guard went else { throw TrainingStopped(model: label) }
      let (tensors, state) = run.checkpoint
      try checkpoint.save(tensors, state, origin)
      let last = run.history.last
      let event = TrainingEvent.epoch(
        model: label, epoch: run.history.count, epochs: run.settings.epochs,
        loss: last?.loss ?? 0, dev: last?.dev)
      guard observe(event) else { throw TrainingStopped(model: label) }
    }
    return run
  }

  private func provenance(
    _ seed: UInt64, _ scores: [String: Double], _ history: [FineTuneEpoch]
  ) -> Provenance {
    var metrics = scores
    metrics["epochs"] = Double(history.count)
    metrics["seconds"] = history.reduce(0) { $0 + $1.seconds + $1.scoring }
    return Provenance(
      command: command, seed: seed, data: [dataset.name: dataset.contentHash], metrics: metrics)
  }
}
