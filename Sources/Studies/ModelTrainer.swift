import Corpora
import Encoders
import Extractors
import Foundation
import Routing
import Tensors

/// Trains the models of a folder by name, each from a dataset and the models it stands on.
public struct ModelTrainer: Sendable {
  /// The posts with their splits.
  public let dataset: Dataset
  /// Captioned pictures for the encoders: the dataset's `captions/`; nil when there are none.
  public let captions: Dataset?
  /// The folder of model folders.
  public let models: String
  /// Every size and setting.
  public let recipe: HarborRecipe
  /// What was typed, for the provenance.
  public let command: String
  /// Called from the training's own thread; returns false to stop.
  public let observe: @Sendable (TrainingEvent) -> Bool

  /// A trainer; the dataset's `captions` folder is opened if there is one.
  ///
  /// - Throws: `CorporaError`.
  public init(
    dataset: Dataset, models: String, recipe: HarborRecipe, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) throws {
    self.dataset = dataset
    let folder = dataset.root + "/captions"
    captions =
      FileManager.default.fileExists(atPath: folder) ? try Dataset.open(folder) : nil
    self.models = models
    self.recipe = recipe
    self.command = command
    self.observe = observe
  }

  /// Trains one model of `HarborRecipe.names`.
  ///
  /// - Throws: `TrainingStopped`; `ModelFolderError` when a model that it stands on is missing;
  ///   disk errors.
  public func train(_ name: String) throws {
    switch name {
    case "resnet-harbor": try trainClassifier(name)
    case "clip-harbor": try trainDual(name)
    case "rds": try trainRouter(name, multimodal: "riva")
    case "rds-ungated": try trainRouter(name, multimodal: "riva-ungated")
    default:
      guard let plan = ExpertPlan.harbor.first(where: { $0.name == name }) else {
        throw ModelFolderError(
          folder: models + "/" + name,
          problem: "cannot be trained by that name; known are "
            + HarborRecipe.names.joined(separator: ", "))
      }
      try trainExpert(plan)
    }
  }

  func folder(_ name: String) -> String { models + "/" + name }

  func provenance(_ name: String, _ metrics: [String: Double]) -> Provenance {
    Provenance(
      command: command, seed: recipe.seed, data: data, basis: basis(of: name), metrics: metrics)
  }

  /// What is learned from.
  var data: [String: String] {
    [dataset.name: dataset.contentHash].merging(
      captions.map { ["captions": $0.contentHash] } ?? [:]
    ) { a, _ in a }
  }

  /// What else decides a model's training (`Provenance.basis`).
  func basis(of name: String) -> [String] {
    // A text expert may do without the encoders.
    HarborRecipe.foundations(of: name).map { folder($0) }
      .filter { FileManager.default.fileExists(atPath: $0 + "/config.json") }
      .map { ModelFolder.namedFingerprint(of: $0) }
      + recipe.unusual(for: name)
  }

  /// An interrupted training with what tells whether it is of this one.
  struct Interrupted<State: Codable>: Codable {
    let state: State
    let data: [String: String]
    let basis: [String]
  }

  func save(
    _ tensors: [String: Tensor], _ state: some Codable, _ name: String, in checkpoint: Checkpoint
  ) throws {
    try checkpoint.save(
      tensors, Interrupted(state: state, data: data, basis: basis(of: name)))
  }

  /// The interrupted training of a checkpoint; nil when there is none.
  ///
  /// - Throws: `FineTuningError.otherSettings` when it learned from other posts or stands on other
  ///   models; `ModelFolderError` when it is damaged.
  func load<State: Codable>(
    _ type: State.Type, _ name: String, from checkpoint: Checkpoint
  ) throws -> (tensors: [String: Tensor], state: State)? {
    guard let (tensors, kept) = try checkpoint.load(Interrupted<State>.self) else { return nil }
    guard kept.data == data, kept.basis == basis(of: name) else {
      throw FineTuningError.otherSettings(path: checkpoint.path)
    }
    return (tensors, kept.state)
  }

  /// The posts, read with the folder's encoders and divided by the protocol.
  ///
  /// - Parameter readsPictures: false reads the text alone, for which no encoder is needed.
  public func protocolParts(readsPictures: Bool = true) throws -> RoutingProtocol {
    let pictures =
      readsPictures ? try PictureEncoderModel(folder: folder("resnet-harbor")) : nil
    let dual = readsPictures ? try DualEncoderModel(folder: folder("clip-harbor")) : nil
    let reader = PostReader(pictures: pictures, dual: dual)
    let total = Double(max(1, dataset.posts.count))
    let reads = reader.read(dataset.posts, of: dataset, scheme: .standard) { done in
      _ = observe(.preparing("reading posts", Double(done) / total))
    }
    let items = zip(dataset.posts, reads).map { RoutingProtocol.Item(post: $0, read: $1) }
    return RoutingProtocol(items, seed: HarborRecipe.worldSeed)
  }
}
