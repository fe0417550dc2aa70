import Encoders
import Foundation
import Tensors

extension BERTCRFModel {
  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`, `SafetensorsError`, `TokenizerError`.
  package init(folder: String) throws {
    let configuration = try FineTunedFolder.expert(
      Configuration.self, system: Self.system, folder)
    try configuration.validate(folder)
    let (encoder, prefix, weights) = try FineTunedFolder.hollowEncoder(folder)
    var generator = SeededGenerator.hollow
    var network = BERTCRF(
      encoder, prefix: prefix, scheme: configuration.scheme, labels: configuration.labels,
      &generator)
    try weights.fill(&network, folder: folder)
    let tokenizer = try Tokenizer(folder: folder)
    guard tokenizer.vocabularySize <= encoder.configuration.vocabulary else {
      throw ModelFolderError(
        folder: folder, problem: "has a tokenizer with more pieces than its encoder")
    }
    self.init(
      name: (folder as NSString).lastPathComponent, network, tokenizer: tokenizer,
      longest: min(configuration.longest, encoder.configuration.longest), folder: folder)
  }

  /// Writes a trained network as a folder.
  ///
  /// - Parameter base: the folder that the training began with.
  /// - Throws: `ModelFolderError`, `DurableFileError`.
  package static func save(
    _ network: BERTCRF, longest: Int, from base: TextBase, to folder: String,
    provenance: Provenance
  ) throws {
    try FineTunedFolder.save(
      network, from: base.path, system: system,
      expert: Configuration(
        scheme: network.head.scheme, labels: network.head.states.labels, longest: longest),
      vocabulary: network.encoder.configuration.vocabulary, to: folder, provenance: provenance)
  }
}

extension BERTCRFModel.Configuration {
  /// Sizes come from strangers: they are bounded before anything is allocated.
  func validate(_ folder: String) throws {
    guard ModelLimits.types.contains(scheme.types.count),
      Set(scheme.types).count == scheme.types.count, ModelLimits.pieces.contains(longest)
    else {
      throw ModelFolderError(
        folder: folder, problem: "has tags or a length in config.json outside what is read")
    }
  }
}
