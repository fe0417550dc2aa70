import Corpora
import Extractors
import Foundation
import Routing
import Tensors

extension ModelTrainer {
  /// This trainer with another recipe.
  func with(recipe: HarborRecipe) -> ModelTrainer {
    ModelTrainer(
      dataset: dataset, captions: captions, models: models, recipe: recipe, command: command,
      observe: observe)
  }

  init(
    dataset: Dataset, captions: Dataset?, models: String, recipe: HarborRecipe, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.dataset = dataset
    self.captions = captions
    self.models = models
    self.recipe = recipe
    self.command = command
    self.observe = observe
  }

  /// The expert of the models folder when it was trained with this seed on these posts: a study
  /// need not train it again.
  func kept(_ plan: ExpertPlan) -> (expert: ExpertModel, devF1: Double, epochs: Int)? {
    guard isFinished(plan.name), let origin = ModelFolder.provenance(of: folder(plan.name)),
      let devF1 = origin.metrics["devF1"], let epochs = origin.metrics["epochs"],
      let expert = try? ExpertModel(folder: folder(plan.name))
    else { return nil }
    return (expert, devF1, Int(epochs))
  }

  /// Whether the models folder holds a model of this name that was trained with this seed on these
  /// posts, over the models that are there now, for as long as the recipe says.
  public func isFinished(_ name: String) -> Bool {
    guard let origin = ModelFolder.provenance(of: folder(name)) else { return false }
    // Folders of older versions have no basis; they tell their epochs by their command alone.
    let isUsual = recipe.unusual(for: name).isEmpty && !origin.command.contains("--epochs")
    return origin.seed == recipe.seed && origin.data == data
      && (origin.basis.map { $0 == basis(of: name) } ?? isUsual)
  }

  /// An expert trained for a study, kept in a folder so that an interrupted study goes on behind
  /// it.
  func studied(
    _ plan: ExpertPlan, _ parts: RoutingProtocol, cache: String
  ) throws -> (expert: ExpertModel, devF1: Double, epochs: Int) {
    struct Plateau: Codable {
      let devF1: Double
      let epochs: Int
    }
    let folder = cache + "/" + plan.name
    let note = folder + "/plateau.json"
    if let data = FileManager.default.contents(atPath: note),
      let plateau = try? JSONDecoder().decode(Plateau.self, from: data)
    {
      return (try ExpertModel(folder: folder), plateau.devF1, plateau.epochs)
    }
    let (expert, history) = try trainedExpert(plan, parts, checkpoints: cache)
    let plateau = Plateau(devF1: history.map(\.dev).max() ?? 0, epochs: history.count)
    try expert.save(to: folder, provenance: provenance(plan.name, ["devF1": plateau.devF1]))
    try DurableFile.write(try JSONEncoder().encode(plateau), to: note)
    Checkpoint(models: cache, name: plan.name).remove()
    return (expert, plateau.devF1, plateau.epochs)
  }
}
