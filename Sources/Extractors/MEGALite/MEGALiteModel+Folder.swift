import Encoders
import Foundation
import Tensors

extension MEGALiteModel {
  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`, `SafetensorsError`, `TokenizerError`.
  package init(folder: String) throws {
    let configuration = try FineTunedFolder.expert(
      Configuration.self, system: Self.system, folder)
    try configuration.text.validate(folder)
    guard RegionSource.areSound(configuration.regions) else {
      throw ModelFolderError(
        folder: folder, problem: "has regions in config.json outside what is read")
    }
    let (encoder, prefix, weights) = try FineTunedFolder.hollowEncoder(folder)
    var generator = SeededGenerator.hollow
    var network = MEGALite(
      encoder, prefix: prefix, regionSize: configuration.regions[1],
      scheme: configuration.text.scheme, options: configuration.options, &generator)
    try weights.fill(&network, folder: folder)
    var fitting = configuration
    let tokenizer = try configuration.text.tokenizer(folder, encoder.configuration)
    fitting.text.longest = min(fitting.text.longest, encoder.configuration.longest)
    self.init(
      name: (folder as NSString).lastPathComponent, network, tokenizer: tokenizer, fitting,
      folder: folder)
  }

  /// Writes a trained network as a folder.
  ///
  /// - Parameter base: the folder that the training began with.
  /// - Throws: `ModelFolderError`, `DurableFileError`.
  package static func save(
    _ network: MEGALite, _ configuration: Configuration, from base: TextBase, to folder: String,
    provenance: Provenance
  ) throws {
    try FineTunedFolder.save(
      network, from: base.path, system: system, expert: configuration,
      vocabulary: network.encoder.configuration.vocabulary, to: folder, provenance: provenance)
  }
}
