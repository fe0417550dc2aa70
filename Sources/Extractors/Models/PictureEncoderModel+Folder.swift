import Encoders
import Foundation
import Tensors

extension PictureEncoderModel {
  /// The `system` of such a folder.
  package static let system = "resnet"

  struct Folder: Codable {
    var system = PictureEncoderModel.system
    var pictures: ResNet.Configuration
    var classes: [String]
    var recipe: PictureRecipe
  }

  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `SafetensorsError`, `ParameterError`.
  package init(folder: String) throws {
    let configuration = try ModelFolder.configuration(Folder.self, folder)
    guard configuration.pictures.isSound(side: configuration.recipe.side),
      configuration.recipe.isSound, ModelLimits.classes.contains(configuration.classes.count),
      configuration.recipe.side % (1 << (configuration.pictures.hiddenSizes.count + 1)) == 0
    else {
      throw ModelFolderError(
        folder: folder, problem: "has sizes in config.json outside what is read")
    }
    var generator = SeededGenerator.hollow
    var classifier = PictureClassifier(
      configuration.pictures, classes: configuration.classes.count, &generator)
    try Safetensors(path: folder + "/model.safetensors").fill(&classifier)
    self.init(
      name: (folder as NSString).lastPathComponent, classifier: classifier,
      classes: configuration.classes, recipe: configuration.recipe)
  }

  /// Writes a folder.
  ///
  /// - Throws: `DurableFileError`.
  package func save(to folder: String, provenance: Provenance) throws {
    try ModelFolder.write(
      Folder(pictures: classifier.network.configuration, classes: classes, recipe: recipe), folder,
      provenance, parameters: classifier.tensors)
  }
}

extension ResNet.Configuration {
  /// Sizes come from strangers: they are bounded before anything is allocated.
  func isSound(side: Int) -> Bool {
    ModelLimits.hidden.contains(embeddingSize) && ModelLimits.stages.contains(hiddenSizes.count)
      && depths.count == hiddenSizes.count && hiddenSizes.allSatisfy(ModelLimits.channels.contains)
      && depths.allSatisfy(ModelLimits.layers.contains)
      && ModelLimits.side.contains(side) && mapNumbers(side: side) <= ModelLimits.maps
  }
}

extension PictureRecipe {
  var isSound: Bool {
    ModelLimits.side.contains(side) && side >= 8 && shortSide >= side
      && ModelLimits.side.contains(shortSide) && mean.count == 3
      && deviation.count == 3 && deviation.allSatisfy { $0 > 0 }
  }
}
