import Corpora
import Encoders
import Extractors
import Foundation
import Routing

/// The experts that the protocol knows by name, made from the folders they stand on.
public struct RDSExperts: Sendable {
  /// What experts are made from.
  public struct Material: Sendable {
    /// Folder of a pretrained BERT or RoBERTa, for all experts named after one.
    public var encoder: String?
    /// Folder of the region source of multimodal experts.
    public var pictures: String?
    /// What is wanted otherwise than in the recipes of experts named after encoders.
    public var changes = FineTuningChanges()
    /// Regions for experts that can take them from files.
    public var boxes: PairBoxes?
    /// What was typed, for the provenance.
    public var command: String

    /// All that changes what experts become, by name; folders by their weights.
    public var description: [String: String] {
      var result: [String: String] = [:]
      result["encoder"] = encoder.map(ModelFolder.namedFingerprint)
      result["pictures"] = pictures.map(ModelFolder.namedFingerprint)
      result["boxes"] = boxes?.description
      result["epochs"] = changes.epochs.map { "\($0)" }
      result["batch"] = changes.batch.map { "\($0)" }
      result["encoderRate"] = changes.encoderRate.map { "\($0)" }
      result["headRate"] = changes.headRate.map { "\($0)" }
      return result
    }

    /// Material with nothing but the command.
    public init(command: String) { self.command = command }
  }

  private let material: Material
  /// Opened once for a run: each picture is looked at once.
  private let source: RegionSource?

  /// Experts from some material.
  ///
  /// - Throws: as `RegionSource` when the pictures' folder cannot be used.
  public init(_ material: Material) throws {
    self.material = material
    source = try material.pictures.map { try RegionSource(folder: $0) }
  }

  /// The names.
  public static var names: [String] { ExpertTrainer.systems }

  /// How an expert is made.
  ///
  /// - Throws: `RDSError` for a name that is not known or material that is missing.
  public func recipe(_ name: String) throws(RDSError) -> RDSExpertRecipe {
    guard let task = ExpertTrainer.task(of: name) else {
      throw .unknownExpert(name: name, known: Self.names)
    }
    let needsPictures = ExpertTrainer.needsPicture(name)
    if needsPictures, source == nil {
      throw .missingInput(expert: name, input: "regions of pictures", option: "--pictures")
    }
    let standsOnEncoder = name != ExpertModel.System.text && !name.hasPrefix("riva")
    if standsOnEncoder, material.encoder == nil {
      throw .missingInput(expert: name, input: "a text encoder", option: "--encoder")
    }
    if standsOnEncoder, let encoder = material.encoder {
      do { _ = try EncoderFolder(encoder) } catch { throw .unusable("\(error)") }
    }
    let (material, source) = (material, source)
    return RDSExpertRecipe(name: name, task: task, needsPictures: needsPictures) { job in
      var trainer = ExpertTrainer(
        models: job.folder, encoder: material.encoder, source: source,
        pictures: material.pictures, command: material.command, observe: job.observe)
      let usual = trainer.recipe
      trainer.recipe = { material.changes.applied(to: usual($0)) }
      if let epochs = material.changes.epochs { trainer.tagger.epochs = epochs }
      let posts = TrainingPosts(job.dataset, boxes: material.boxes).replacing(
        train: job.train, part: (job.folder as NSString).lastPathComponent)
      return TrainedExpert(
        expert: try trainer.train(name, on: posts, as: name, seed: job.seed), trainer: trainer,
        pictures: posts.pictures,
        devF1: Provenance.metric("devF1", of: job.folder + "/" + name) ?? 0)
    }
  }
}

/// An expert with what it takes to ask it.
private struct TrainedExpert: RDSExpert {
  let expert: any RoutableExpert
  let trainer: ExpertTrainer
  let pictures: PictureProvider
  let devF1: Double

  func counts(_ units: [RoutedUnit]) throws -> [MatchCounts] {
    // Pairs of one post are asked together.
    var places: [String: Int] = [:]
    var asked: [Post] = []
    for unit in units where places[unit.post.id] == nil {
      places[unit.post.id] = asked.count
      asked.append(unit.post)
    }
    let inputs = try trainer.inputs(asked, pictures, for: expert)
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

extension Provenance {
  /// One number that a model folder's `provenance.json` tells; nil when it does not.
  static func metric(_ name: String, of folder: String) -> Double? {
    FileManager.default.contents(atPath: folder + "/provenance.json")
      .flatMap { try? JSONDecoder().decode(Provenance.self, from: $0) }?.metrics[name]
  }
}
