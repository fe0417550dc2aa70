import Corpora
import Extractors
import Foundation

/// Trains any expert by the name of its system, so that whoever routes between experts need not
/// know them.
public struct ExpertTrainer: Sendable {
  /// What can be trained: the systems, and RIVA without its gate.
  public static let systems = [
    ExpertModel.System.text, ExpertModel.System.riva, "riva-ungated", BERTCRFModel.system,
    UMTModel.system, MAFModel.system, MTBModel.system, MEGALiteModel.system,
  ]

  /// The folder of model folders to write to; the region source's folder belongs in it too.
  public let models: String
  /// The pretrained encoder of experts that stand on one; nil: only biLSTM-CRF and RIVA.
  public let encoder: String?
  /// What pictures are seen with; nil: only text experts. Each picture is looked at once.
  public let source: RegionSource?
  let pictures: String?
  /// Recipes of the experts that stand on an encoder; the seed aside.
  public var recipe: @Sendable (FineTuningJob.Task) -> FineTuning
  /// The recipe of biLSTM-CRF and RIVA; the seed aside.
  public var tagger = TaggerTraining()
  /// Layout of tags at pieces.
  public var labels = LabelScheme.firstPieceOnly
  /// What was typed, for the provenance.
  public let command: String
  /// Called from the training's own thread; returns false to stop.
  public let observe: @Sendable (TrainingEvent) -> Bool

  /// A trainer; the region source is opened at once.
  ///
  /// - Parameter pictures: the region source's folder.
  /// - Throws: as `RegionSource`.
  public init(
    models: String, encoder: String?, pictures: String?, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) throws {
    self.init(
      models: models, encoder: encoder, source: try pictures.map { try RegionSource(folder: $0) },
      pictures: pictures, command: command, observe: observe)
  }

  /// A trainer with a region source that was opened before, from the folder `pictures`.
  public init(
    models: String, encoder: String?, source: RegionSource?, pictures: String?, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.models = models
    self.encoder = encoder
    self.pictures = pictures
    self.source = source
    recipe = { task in encoder.map { task.recipe(encoder: $0) } ?? task.recipe }
    self.command = command
    self.observe = observe
  }

  /// What an expert of a system answers; nil for an unknown system.
  public static func task(of system: String) -> ExpertTask? {
    guard systems.contains(system) else { return nil }
    return [MTBModel.system, MEGALiteModel.system].contains(system) ? .relations : .entities
  }

  /// Whether an expert of a system looks at pictures.
  public static func needsPicture(_ system: String) -> Bool {
    system.hasPrefix(ExpertModel.System.riva)
      || [UMTModel.system, MAFModel.system, MEGALiteModel.system].contains(system)
  }

  /// Trains an expert, or goes on where it was interrupted; one that is done is opened.
  ///
  /// - Parameters:
  ///   - system: one of `systems`.
  ///   - name: the model folder's; trainings of different posts or seeds need different names.
  /// - Throws: `FineTuningError`, `TrainingStopped`, and what reading and writing throw.
  public func train(
    _ system: String, on posts: TrainingPosts, as name: String, seed: UInt64
  ) throws -> any RoutableExpert {
    switch system {
    case ExpertModel.System.text: return try train(.biLSTMCRF, posts, name, seed)
    case ExpertModel.System.riva: return try train(.riva(gated: true), posts, name, seed)
    case "riva-ungated": return try train(.riva(gated: false), posts, name, seed)
    case BERTCRFModel.system: return try train(.bertCRF(labels), posts, name, seed)
    case UMTModel.system: return try train(.umt(labels, UMTOptions()), posts, name, seed)
    case MAFModel.system: return try train(.maf(labels, nil), posts, name, seed)
    case MTBModel.system: return try train(FineTuningJob.Task.mtb, posts, name, seed)
    case MEGALiteModel.system:
      var options = MEGALiteOptions()
      if posts.pictures.boxes != nil { options.objects = .boxes }
      return try train(.megaLite(options), posts, name, seed)
    default: throw FineTuningError.unknownSystem(name: system, known: Self.systems)
    }
  }

  /// Trains an expert that stands on an encoder, with options of its own.
  ///
  /// - Throws: as `train(_:on:as:seed:)`.
  public func train(
    _ task: FineTuningJob.Task, _ posts: TrainingPosts, _ name: String, _ seed: UInt64
  ) throws -> any RoutableExpert {
    guard let encoder else { throw FineTuningError.noEncoder(system: task.system) }
    var job = FineTuningJob(
      task: task, encoder: encoder, pictures: pictures, posts: posts, models: models, name: name,
      settings: recipe(task), command: command, observe: observe)
    job.source = source
    _ = try job.run(seeds: [seed])
    return try ExpertFolder.open(models + "/" + name)
  }

  /// Trains biLSTM-CRF or RIVA.
  ///
  /// - Throws: as `train(_:on:as:seed:)`.
  public func train(
    _ task: TaggerJob.Task, _ posts: TrainingPosts, _ name: String, _ seed: UInt64
  ) throws -> any RoutableExpert {
    var settings = tagger
    settings.seed = seed
    var job = TaggerJob(
      task: task, source: source, posts: posts, models: models, name: name, settings: settings,
      command: command, observe: observe)
    job.sourceFingerprint = pictures.flatMap(ModelFolder.fingerprint)
    return try job.run()
  }

  /// Posts as an expert reads them: with regions when it looks at pictures.
  ///
  /// - Throws: `FineTuningError.noPictures`, `EncoderInputError`; `TrainingStopped` when the
  ///   observer stops it.
  public func inputs(
    _ posts: [Post], _ pictures: PictureProvider, for expert: any RoutableExpert
  ) throws -> [ExpertInput] {
    guard expert.needsPicture else { return posts.map { ExpertInput($0) } }
    guard let source, source.name == expert.pictures else {
      throw FineTuningError.noPictures(system: expert.name)
    }
    let (observe, total) = (observe, Double(max(1, posts.count)))
    let regions = try source.regions(of: posts, pictures) { done in
      done % 64 != 0 || observe(.preparing("looking at pictures", Double(done) / total))
    }
    guard let regions else { throw TrainingStopped(model: expert.name) }
    return zip(posts, regions).map { ExpertInput($0, regions: $1) }
  }
}
