import Corpora
import Encoders
import Extractors
import Foundation
import Harbor
import Tensors
import Testing

@testable import Studies

/// Who sees shapes and who sees colours among the models of the drawn town, and where the dual
/// encoder's picture side comes from.
@Suite("The recipe of the drawn town")
struct HarborRecipeTests {
  @Test func expertsSeeShapesAndTheDualEncoderSeesColours() throws {
    let recipe = HarborRecipe()
    #expect(recipe.shapes.evensLight && !recipe.picture.evensLight)
    for seen in [recipe.shapes, recipe.picture] {
      #expect(seen.shortSide == 64 && seen.side == 56)
    }
    // The committed models were trained so.
    let models = PublishedNamesTests.root + "/Samples/models/"
    #expect(try PictureEncoderModel(folder: models + "resnet-harbor").recipe == recipe.shapes)
    #expect(try DualEncoderModel(folder: models + "clip-harbor").recipe == recipe.picture)
  }

  /// Without an epoch of its own the dual encoder is what it starts from: its picture side holds
  /// the residual network's weights.
  @Test func theDualEncoderStartsFromTheResidualNetwork() throws {
    let folder = NSTemporaryDirectory() + "twinlens-dual-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try SampleWriter(
      SampleRecipe(seed: 2, train: 4, dev: 1, test: 1, captions: 20, side: 64)
    ).write(to: folder + "/data") { _ in }
    var recipe = HarborRecipe(seed: 3)
    recipe.pictures = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [8, 16], depths: [1, 1], layerType: .basic)
    recipe.dimensions = 8
    (recipe.classifier.epochs, recipe.dual.epochs) = (0, 0)
    let trainer = try SampleTrainer(
      dataset: try Dataset.open(folder + "/data"), models: folder + "/models", recipe: recipe,
      command: "test", observe: { _ in true })
    for name in ["resnet-harbor", "clip-harbor"] { try trainer.train(name) }

    func weights(_ name: String) throws -> [String: Tensor] {
      try Safetensors(path: folder + "/models/" + name + "/model.safetensors").allTensors()
    }
    let network = try weights("resnet-harbor").filter { !$0.key.hasPrefix("classifier.") }
    let dual = try weights("clip-harbor")
    #expect(network.count > 10)
    for (name, value) in network { #expect(dual["vision." + name] == value, "\(name)") }
  }
}
