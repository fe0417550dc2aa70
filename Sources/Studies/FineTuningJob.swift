import Corpora
import Encoders
import Extractors
import Foundation
import Tensors

/// Fine-tunes a pretrained encoder on posts, over one or several seeds.
public struct FineTuningJob: Sendable {
  /// What stands on the encoder.
  public enum Task: Sendable, Hashable {
    /// Entities by a CRF.
    case bertCRF(LabelScheme)
    /// Relations by entity markers.
    case mtb
    /// Entities by UMT, which sees regions.
    case umt(LabelScheme, UMTOptions)
    /// Entities by MAF, which sees regions; nil: the options that fit the encoder's size.
    case maf(LabelScheme, MAFOptions?)
    /// Relations by mega-lite, which sees a grid of objects.
    case megaLite(MEGALiteOptions)

    /// The `system` of the folder written.
    public var system: String {
      switch self {
      case .bertCRF: BERTCRFModel.system
      case .mtb: MTBModel.system
      case .umt: UMTModel.system
      case .maf: MAFModel.system
      case .megaLite: MEGALiteModel.system
      }
    }

    /// Whether it needs a region source.
    public var needsPictures: Bool {
      switch self {
      case .bertCRF, .mtb: false
      case .umt, .maf, .megaLite: true
      }
    }

    /// Whether it looks at regions from files.
    public var needsBoxes: Bool {
      if case .megaLite(let options) = self { options.objects == .boxes } else { false }
    }

    /// What it answers.
    public var answers: ExpertTask {
      switch self {
      case .bertCRF, .umt, .maf: .entities
      case .mtb, .megaLite: .relations
      }
    }

    /// The recipe with which it is trained on an encoder when nothing else is asked for: small
    /// encoders, of fewer than 256 dimensions, take higher rates and learn longer.
    ///
    /// - Parameter folder: the encoder's; one that cannot be read gives the usual recipe.
    public func recipe(encoder folder: String) -> FineTuning {
      guard let files = try? EncoderFolder(folder) else { return recipe }
      switch files.architecture {
      case .bert(let sizes), .roberta(let sizes):
        guard sizes.stack.hiddenSize < 256 else { return recipe }
        var result = recipe
        result.epochs = 10
        (result.encoderRate, result.headRate) = (5e-4, 2e-3)
        // Fresh layers of attention over pictures do not bear the rate that a linear layer does.
        if needsPictures { (result.headRate, result.warmUp) = (5e-4, 0.1) }
        return result
      default: return recipe
      }
    }

    /// The recipe for encoders of the usual sizes.
    public var recipe: FineTuning {
      switch self {
      case .bertCRF: .bertCRF
      case .mtb: .mtb
      case .umt: .umt
      case .maf: .maf
      case .megaLite: .megaLite
      }
    }
  }

  /// What is learned.
  public let task: Task
  /// The pretrained encoder's folder.
  public let encoder: String
  /// The region source's folder; nil for text experts.
  public let pictures: String?
  /// The same opened before, so that several jobs look at each picture once; nil: it is opened when
  /// it is needed.
  public var source: RegionSource?
  /// Whether a finished model of another training may be overwritten.
  public var replaces = false
  /// Whether checkpoints and results of the seeds are forgotten first.
  public var isFresh = false
  /// Posts to train on and to choose by.
  public let posts: TrainingPosts
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
    task: Task, encoder: String, pictures: String? = nil, posts: TrainingPosts, models: String,
    name: String, settings: FineTuning, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.task = task
    self.encoder = encoder
    self.pictures = pictures
    self.posts = posts
    self.models = models
    self.name = name
    self.settings = settings
    self.command = command
    self.observe = observe
  }

  /// A job on a dataset's train and dev splits.
  public init(
    task: Task, encoder: String, pictures: String? = nil, dataset: Dataset,
    boxes: PairBoxes? = nil, models: String,
    name: String, settings: FineTuning, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.init(
      task: task, encoder: encoder, pictures: pictures, posts: TrainingPosts(dataset, boxes: boxes),
      models: models, name: name, settings: settings, command: command, observe: observe)
  }

  /// Trains with every seed that has no result yet. The model folder holds the seed that is best on
  /// dev.
  ///
  /// - Returns: a result per seed.
  /// - Throws: `TrainingStopped`, `FineTuningError`, and what reading and writing throw.
  public func run(seeds: [UInt64]) throws -> [FineTuningResult] {
    let base = try TextBase(folder: encoder)
    let seen = task.needsPictures ? picturesSeen() : nil
    let earlier = try earlierResults(like: origin(0, base, seen), seeds)
    if isFresh { forget(seeds: seeds) }
    var material: Material?
    var results: [FineTuningResult] = []
    for seed in seeds {
      let origin = origin(seed, base, seen)
      if let known = result(origin) {
        results.append(known)
        continue
      }
      let ready = try material ?? readMaterial()
      material = ready
      // The folder keeps the best of all seeds, also of those that were trained before.
      let others = (earlier + results).map(\.bestDev).max()
      results.append(try train(base, ready, origin, keepAbove: others))
    }
    return results
  }

  /// What pictures are seen with, and which pictures: a training on other ones is another training.
  private func picturesSeen() -> String? {
    pictures.map { folder in
      ModelFolder.namedFingerprint(of: folder) + (posts.files.map { " " + $0.hash } ?? "")
    }
  }

  /// Results of the same training with other seeds, whose best model is in the folder.
  ///
  /// - Throws: `FineTuningError.otherModel` when the folder holds a finished model of another
  ///   training, which must not be overwritten without a word.
  private func earlierResults(
    like origin: FineTuningResult.Origin, _ seeds: [UInt64]
  ) throws -> [FineTuningResult] {
    guard FileManager.default.fileExists(atPath: folder + "/config.json") else { return [] }
    let kept = models + "/.results"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: kept)) ?? []
    let own = names.sorted().filter {
      $0.hasPrefix(name + "-") && $0.hasSuffix(".json")
        && UInt64($0.dropFirst(name.count + 1).dropLast(".json".count)) != nil
    }.map { kept + "/" + $0 }
    let all = own.compactMap { file in
      FileManager.default.contents(atPath: file).flatMap {
        try? JSONDecoder().decode(FineTuningResult.self, from: $0)
      }
    }
    let same = all.filter { $0.origin.isSameTraining(as: origin) }
    // Interrupted after the model was written and before its result was.
    let isInterrupted = seeds.contains {
      FileManager.default.fileExists(atPath: checkpoint($0).path)
    }
    if same.isEmpty, replaces {
      // Results of what is overwritten must not be taken for those of the model that comes.
      for file in own { try FileManager.default.removeItem(atPath: file) }
    } else if same.isEmpty, !isInterrupted {
      throw FineTuningError.otherModel(
        folder: folder, differs: all.first.map { OriginDifference.words($0.origin, origin) } ?? [])
    }
    return same.filter { !seeds.contains($0.origin.settings.seed) }
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

  func checkpoint(_ seed: UInt64) -> FineTuningCheckpoint {
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
  func origin(
    _ seed: UInt64, _ base: TextBase, _ seen: String?
  ) -> FineTuningResult.Origin {
    var labels: LabelScheme?
    switch task {
    case .bertCRF(let scheme), .umt(let scheme, _), .maf(let scheme, _): labels = scheme
    case .mtb, .megaLite: break
    }
    var origin = FineTuningResult.Origin(
      system: task.system, labels: labels, encoder: (encoder as NSString).lastPathComponent,
      weights: base.encoder.parameters.reduce(0) {
        $0 &* 31 &+ FineTuningCheckpoint.checksum($1.value.array)
      }, dataset: posts.name, data: posts.hash, settings: seeded(seed),
      options: options(base),
      pictures: seen)
    if task.needsBoxes {
      origin.boxes = posts.pictures.boxes?.description
      origin.mark = posts.pictures.boxes?.mark
    }
    return origin
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

  /// Runs all epochs, from the checkpoint where there is one.
  private func finish<Model: FineTunable>(
    _ fresh: FineTuneRun<Model>, _ items: (train: [Model.Item], dev: [Model.Item]),
    _ origin: FineTuningResult.Origin
  ) throws -> FineTuneRun<Model> {
    try FineTuningLoop(
      label: "\(name), seed \(origin.settings.seed)",
      checkpoint: checkpoint(origin.settings.seed), origin: origin, observe: observe
    ).finish(fresh, items)
  }

  /// Trains a network, keeps it when it is the best so far, and writes the result.
  ///
  /// - Parameters:
  ///   - scores: what is told of the best epoch on dev: numbers by name, and by relation.
  ///   - save: writes the model folder.
  func learn<Model: FineTunable>(
    _ network: Model, _ items: (train: [Model.Item], dev: [Model.Item]),
    _ origin: FineTuningResult.Origin, keepAbove: Double?,
    scores: (Model.Score) -> (scores: [String: Double], relations: [String: [Double]]),
    save: (Model, Provenance) throws -> Void
  ) throws -> FineTuningResult {
    let seed = origin.settings.seed
    let run = try finish(FineTuneRun(network, origin.settings), items, origin)
    let score = try run.best.score(items.dev)
    let told = scores(score)
    if score.f1 > keepAbove ?? -1 {
      try save(run.best, provenance(seed, told.scores, run.history))
    }
    let result = FineTuningResult(
      origin: origin, epochs: run.history, scores: told.scores, relations: told.relations)
    try FileManager.default.createDirectory(
      atPath: models + "/.results", withIntermediateDirectories: true)
    try DurableFile.write(try StableJSON.encode(result), to: resultPath(seed))
    checkpoint(seed).remove()
    _ = observe(.finished(model: "\(name), seed \(seed)", metrics: told.scores))
    return result
  }

  private func provenance(
    _ seed: UInt64, _ scores: [String: Double], _ history: [FineTuneEpoch]
  ) -> Provenance {
    var metrics = scores
    metrics["epochs"] = Double(history.count)
    metrics["seconds"] = history.reduce(0) { $0 + $1.seconds + $1.scoring }
    return Provenance(
      command: command, seed: seed, data: [posts.name: posts.hash], metrics: metrics)
  }
}
