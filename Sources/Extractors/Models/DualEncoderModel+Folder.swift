import Encoders
import Files
import Foundation
import Tensors

extension DualEncoderModel {
  /// The `system` of such a folder.
  package static let system = "dual-encoder"

  struct Folder: Codable {
    var system = DualEncoderModel.system
    var encoder: DualEncoder.Configuration
    var recipe: PictureRecipe
  }

  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `SafetensorsError`, `ParameterError`.
  package init(folder: String) throws {
    let configuration = try ModelFolder.configuration(Folder.self, folder)
    try configuration.validate(folder)
    var generator = SeededGenerator.hollow
    var encoder = DualEncoder(configuration.encoder, &generator)
    try Safetensors(path: folder + "/model.safetensors").fill(&encoder)
    let words = try ModelFolder.vocabulary(folder, "words.txt")
    guard words.size == configuration.encoder.words else {
      throw ModelFolderError(
        folder: folder,
        problem:
          "has \(words.size) words in words.txt and \(configuration.encoder.words) in config.json")
    }
    self.init(
      name: FilePath.name(of: folder), encoder: encoder, words: words,
      recipe: configuration.recipe, fingerprint: ModelFolder.fingerprint(of: folder))
  }

  /// Writes a folder.
  ///
  /// - Throws: `DurableFileError`.
  package func save(to folder: String, provenance: Provenance) throws {
    try ModelFolder.create(folder)
    try ModelFolder.write(words, folder, "words.txt")
    try ModelFolder.write(
      Folder(encoder: encoder.configuration, recipe: recipe), folder, provenance,
      parameters: encoder.tensors)
  }
}

extension DualEncoderModel.Folder {
  /// Sizes come from strangers: they are bounded before anything is allocated.
  func validate(_ folder: String) throws {
    let p = encoder.pictures
    let sound =
      ModelLimits.vocabulary.contains(encoder.words)
      && ModelLimits.vector.contains(encoder.wordSize)
      && ModelLimits.vector.contains(encoder.dimensions) && p.isSound(side: recipe.side)
      && recipe.isSound
      && recipe.side % (1 << (p.hiddenSizes.count + 1)) == 0
    if !sound {
      throw ModelFolderError(
        folder: folder, problem: "has sizes in config.json outside what is read")
    }
  }
}
