import Encoders
import Foundation
import Tensors

extension MTBModel {
  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`, `SafetensorsError`, `TokenizerError`.
  package init(folder: String) throws {
    let configuration = try FineTunedFolder.expert(
      Configuration.self, system: Self.system, folder)
    try configuration.validate(folder)
    let (encoder, prefix, weights) = try FineTunedFolder.hollowEncoder(folder)
    var generator = SeededGenerator.hollow
    var network = MTB(encoder, prefix: prefix, scheme: configuration.scheme, &generator)
    try weights.fill(&network, folder: folder)
    let tokenizer = try configuration.tokenizer(folder, encoder.configuration)
    var fitting = configuration
    fitting.longest = min(fitting.longest, encoder.configuration.longest)
    self.init(
      name: (folder as NSString).lastPathComponent, network, tokenizer: tokenizer, fitting,
      folder: folder)
  }

  /// Writes a trained network as a folder.
  ///
  /// - Parameter base: the folder that the training began with.
  /// - Throws: `ModelFolderError`, `DurableFileError`.
  package static func save(
    _ network: MTB, _ configuration: Configuration, from base: TextBase, to folder: String,
    provenance: Provenance
  ) throws {
    try FineTunedFolder.save(
      network, from: base.path, system: system, expert: configuration,
      vocabulary: network.encoder.configuration.vocabulary, to: folder, provenance: provenance)
  }
}
