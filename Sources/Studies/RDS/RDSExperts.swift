import Corpora
import Encoders
import Extractors
import Foundation
import Routing
import Synchronization

/// The experts that the protocol knows by name, made from the folders they stand on.
public struct RDSExperts: Sendable {
  /// What experts are made from.
  public struct Material: Sendable {
    /// Folder of a pretrained BERT or RoBERTa, for all experts named after one.
    public var encoder: String?
    /// Folder of the region source of multimodal experts.
    public var pictures: String?
    /// Folder of a dual encoder, whose vocabulary the biLSTM experts take.
    public var words: String?
    /// Epochs instead of the recipe's.
    public var epochs: Int?
    /// Inputs per step instead of the recipe's.
    public var batch: Int?
    /// Highest learning rate of the encoder instead of the recipe's.
    public var encoderRate: Float?
    /// What was typed, for the provenance.
    public var command: String

    /// Material with nothing but the command.
    public init(command: String) { self.command = command }
  }

  let material: Material
  /// Everything read of posts for biLSTM experts, once for a run.
  private let reads: PostReads

  /// Experts from some material.
  public init(_ material: Material) {
    self.material = material
    reads = PostReads()
  }

  /// The names.
  public static let names = [
    "bilstm-crf", "bert-crf", "mtb", "riva", "riva-ungated", "umt", "maf", "mega-lite",
  ]

  /// How an expert is made.
  ///
  /// - Throws: `RDSError` for a name that is not known or material that is missing.
  public func recipe(_ name: String) throws(RDSError) -> RDSExpertRecipe {
    if let plan = ExpertPlan.harbor.first(where: { $0.name == name }) { return try lstm(plan) }
    guard let task = Self.task(name) else {
      throw .unknownExpert(name: name, known: Self.names)
    }
    guard let encoder = material.encoder else {
      throw .missingInput(expert: name, input: "a text encoder", option: "--encoder")
    }
    if task.needsPictures, material.pictures == nil {
      throw .missingInput(expert: name, input: "regions of pictures", option: "--pictures")
    }
    let material = material
    return RDSExpertRecipe(
      name: name, task: task.answers, needsPictures: task.needsPictures
    ) { job in
      var settings = task.recipe
      settings.epochs = material.epochs ?? settings.epochs
      settings.batch = material.batch ?? settings.batch
      settings.encoderRate = material.encoderRate ?? settings.encoderRate
      let posts = TrainingPosts(job.dataset).replacing(
        train: job.train, part: (job.folder as NSString).lastPathComponent)
      let pictures = task.needsPictures ? material.pictures : nil
      let results = try FineTuningJob(
        task: task, encoder: encoder, pictures: pictures, posts: posts, models: job.folder,
        name: name, settings: settings, command: material.command, observe: job.observe
      ).run(seeds: [job.seed])
      return FineTunedExpert(
        expert: try ExpertFolder.open(job.folder + "/" + name),
        source: try pictures.map { try RegionSource(folder: $0) }, posts: posts,
        devF1: results.first?.bestDev ?? 0, label: job.label, observe: job.observe)
    }
  }

  private static func task(_ name: String) -> FineTuningJob.Task? {
    switch name {
    case "bert-crf": .bertCRF(.firstPieceOnly)
    case "mtb": .mtb
    case "umt": .umt(.firstPieceOnly, UMTOptions())
    case "maf": .maf(.firstPieceOnly, nil)
    case "mega-lite": .megaLite(MEGALiteOptions())
    default: nil
    }
  }

  private func lstm(_ plan: ExpertPlan) throws(RDSError) -> RDSExpertRecipe {
    guard let words = material.words, let pictures = material.pictures else {
      throw .missingInput(
        expert: plan.name, input: "a dual encoder for its words and a picture encoder",
        option: material.words == nil ? "--dual" : "--pictures")
    }
    let (reads, command) = (reads, material.command)
    return RDSExpertRecipe(
      name: plan.name, task: .entities, needsPictures: plan.multimodal
    ) { job in
      let encoders = (
        dual: try DualEncoderModel(folder: words),
        pictures: try PictureEncoderModel(folder: pictures)
      )
      let parts = RoutingProtocol(
        model: try reads.items(job.train, job, encoders.pictures), split: [],
        dev: try reads.items(job.dev, job, encoders.pictures), test: [])
      let trainer = ModelTrainer(
        dataset: job.dataset, captions: nil, models: job.folder,
        recipe: HarborRecipe(seed: job.seed), command: command, observe: job.observe)
      let studied = try trainer.studied(plan, parts, encoders, cache: job.folder)
      return LSTMExpert(
        model: studied.expert, pictures: encoders.pictures, reads: reads, job: job,
        devF1: studied.devF1)
    }
  }
}

/// A fine-tuned expert with the source of the regions it sees.
private struct FineTunedExpert: RDSExpert {
  let expert: any RoutableExpert
  let source: RegionSource?
  let posts: TrainingPosts
  let devF1: Double
  let label: String
  let observe: @Sendable (TrainingEvent) -> Bool

  func counts(_ units: [RoutedUnit]) throws -> [MatchCounts] {
    // Pairs of one post are asked together.
    var places: [String: Int] = [:]
    var asked: [Post] = []
    for unit in units where places[unit.post.id] == nil {
      places[unit.post.id] = asked.count
      asked.append(unit.post)
    }
    let total = Double(max(1, asked.count))
    let (observe, label) = (observe, "pictures for " + label)
    let regions = try source?.regions(of: asked, posts.pictures) { done in
      observe(.preparing(label, Double(done) / total))
    }
    if source != nil, regions == nil { throw TrainingStopped(model: label) }
    let inputs = asked.indices.map { ExpertInput(asked[$0], regions: regions?[$0]) }
    switch expert.task {
    case .entities:
      let answers = try expert.mentions(of: inputs)
      return units.map { unit in
        let predicted = places[unit.post.id].map { answers[$0] } ?? []
        return .count(predicted: predicted, gold: unit.post.mentions)
      }
    case .relations:
      let answers = try expert.answers(of: inputs)
      return units.map { unit in
        guard let pair = unit.pair, let place = places[unit.post.id] else { return .zero }
        return MatchCounts(
          answer: answers[place][pair].label, gold: unit.post.relations[pair].label)
      }
    }
  }
}

/// A biLSTM expert with the encoder of the regions it sees.
private struct LSTMExpert: RDSExpert {
  let model: ExpertModel
  let pictures: PictureEncoderModel
  let reads: PostReads
  let job: RDSTrainingJob
  let devF1: Double

  func counts(_ units: [RoutedUnit]) throws -> [MatchCounts] {
    let items = try reads.items(units.map(\.post), job, pictures)
    return zip(units, model.mentions(items.map(\.read.input))).map { unit, mentions in
      .count(predicted: mentions, gold: unit.post.mentions)
    }
  }
}

/// Posts that were read once, by their ids: several experts of a run see the same.
private final class PostReads: Sendable {
  private let known = Mutex([String: PostReader.Read]())

  /// The posts with what was read of them.
  ///
  /// - Throws: `TrainingStopped`.
  func items(
    _ posts: [Post], _ job: RDSTrainingJob, _ pictures: PictureEncoderModel
  ) throws -> [RoutingProtocol.Item] {
    var result = known.withLock { $0 }
    let missing = posts.filter { result[$0.id] == nil }
    let reader = PostReader(pictures: pictures, dual: nil)
    let block = 1024
    for start in stride(from: 0, to: missing.count, by: block) {
      let part = Array(missing[start..<min(missing.count, start + block)])
      for (post, read) in zip(part, reader.read(part, of: job.dataset, scheme: .standard)) {
        result[post.id] = read
      }
      guard job.observe(.preparing("reading posts", Double(start) / Double(missing.count))) else {
        throw TrainingStopped(model: job.label)
      }
    }
    let all = result
    known.withLock { $0 = all }
    return posts.compactMap { post in
      all[post.id].map { RoutingProtocol.Item(post: post, read: $0) }
    }
  }
}
