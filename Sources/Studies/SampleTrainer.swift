import Corpora
import Encoders
import Extractors
import Foundation
import Routing

/// Trains the models of the sample by name, each from a dataset and the models it is built on.
package struct SampleTrainer: Sendable {
  /// The posts with their splits.
  package let dataset: Dataset
  /// Captioned pictures for the encoders: the dataset's `captions/`; nil when there are none.
  package let captions: Dataset?
  /// The folder of model folders.
  package let models: String
  /// Every size and setting.
  package let recipe: HarborRecipe
  /// What was typed, for the provenance.
  package let command: String
  /// Called from the training's own thread; returns false to stop.
  package let observe: @Sendable (TrainingEvent) -> Bool

  /// A trainer; the dataset's `captions` folder is opened if there is one.
  ///
  /// - Throws: `CorporaError`.
  package init(
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

  /// Whether the model of a name may take the place of a finished one.
  package var replaces = false

  /// Trains one model of `HarborRecipe.names`.
  ///
  /// - Throws: `TrainingStopped`; `ModelFolderError` when a model that it is built on is missing;
  ///   disk errors.
  package func train(_ name: String) throws {
    switch HarborRecipe.kind(of: name) {
    case .pictureEncoder: try trainClassifier(name)
    case .dualEncoder: try trainDual(name)
    case .expert(let system, let switches): try trainExpert(name, system, switches)
    case .router(let multimodal): try trainRouter(name, multimodal: multimodal)
    case nil:
      throw ModelFolderError(
        folder: models + "/" + name,
        problem: "cannot be trained by that name; known are "
          + HarborRecipe.names.joined(separator: ", "))
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

  /// Whether the models folder holds a model of this name that was trained with this seed on these
  /// posts, over the models that are there now, for as long as the recipe says.
  package func isFinished(_ name: String) -> Bool {
    guard let origin = ModelFolder.provenance(of: folder(name)) else { return false }
    // Folders of older versions have no basis; they tell their epochs by their command alone.
    let isUsual = recipe.unusual(for: name).isEmpty && !origin.command.contains("--epochs")
    return origin.seed == recipe.seed && origin.data == data
      && (origin.basis.map { $0 == basis(of: name) } ?? isUsual)
  }

  // MARK: Experts and routers

  /// RDS's division of the training posts; the same for all seeds, since the world does not change
  /// with the experts.
  private var parts: RDSParts {
    RDSParts(train: dataset.posts(in: .train), share: 0.8, seed: HarborRecipe.worldSeed)
  }

  /// Trains an expert on D_model to its plateau on dev.
  private func trainExpert(_ name: String, _ system: System, _ switches: [String: String]) throws {
    if system.needsRegions, let absence = ModelFolder.absence(of: folder(HarborRecipe.pictures)) {
      throw ModelFolderError(
        folder: folder(HarborRecipe.pictures), problem: absence,
        advice: "train \(HarborRecipe.pictures) first")
    }
    var posts = TrainingPosts(dataset).replacing(train: parts.model, part: "model")
    posts.sources = data
    var job = TrainingJob(
      system, switches: switches,
      pictures: system.needsRegions ? folder(HarborRecipe.pictures) : nil,
      posts: posts, models: models, name: name, command: command, observe: observe)
    // A text expert may do without the encoders: it then has the vocabulary of its posts.
    if system.seesPicture || FileManager.default.fileExists(atPath: folder(HarborRecipe.dual)) {
      job.vocabulary = try DualEncoderModel(folder: folder(HarborRecipe.dual)).words
    }
    job.stream = name
    job.changes = FineTuningChanges(epochs: recipe.tagger.epochs, batch: recipe.tagger.batch)
    job.alsoScored = ["test": dataset.posts(in: .test)]
    job.basis = basis(of: name)
    // Whether a finished model may be replaced was asked before.
    job.replaces = true
    _ = try job.run(seeds: [recipe.seed])
  }

  /// Trains a router between the text expert and a multimodal one on D_split, chosen on dev, and
  /// keeps what is needed to retrain it anywhere.
  private func trainRouter(_ name: String, multimodal: String) throws {
    var job = RouterJob(
      dataset: dataset, models: models, text: HarborRecipe.textExpert, multimodal: multimodal,
      dual: folder(HarborRecipe.dual), name: name, seed: recipe.seed, command: command,
      observe: observe)
    job.posts = .given(teaching: parts.split, choosing: dataset.posts(in: .dev))
    job.settings = [recipe.router]
    job.alsoScored = dataset.posts(in: .test)
    job.provenance = provenance(name, [:])
    _ = try job.run(replaces: true)
  }
}
