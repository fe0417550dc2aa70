import Encoders
import Foundation
import Tensors

extension PictureTaggerModel {
  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`, `SafetensorsError`, `TokenizerError`.
  package init(folder: String) throws {
    let configuration = try FineTunedFolder.expert(
      Configuration.self, system: Self.system, folder)
    try configuration.validate(folder)
    let (encoder, prefix, weights) = try FineTunedFolder.hollowEncoder(folder)
    var generator = SeededGenerator.hollow
    var network = PictureTagger<Head>(
      encoder, prefix: prefix, regionSize: configuration.regions[1],
      scheme: configuration.scheme, labels: configuration.labels,
      options: configuration.options, &generator)
    try weights.fill(&network, folder: folder)
    let tokenizer = try Tokenizer(folder: folder)
    guard tokenizer.vocabularySize <= encoder.configuration.vocabulary else {
      throw ModelFolderError(
        folder: folder, problem: "has a tokenizer with more pieces than its encoder")
    }
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
    _ network: PictureTagger<Head>, _ configuration: Configuration, from base: TextBase,
    to folder: String, provenance: Provenance
  ) throws {
    try FineTunedFolder.save(
      network, from: base.path, system: system, expert: configuration,
      vocabulary: network.encoder.configuration.vocabulary, to: folder, provenance: provenance)
  }
}

extension PictureTaggerModel.Configuration {
  /// Sizes come from strangers: they are bounded before anything is allocated.
  func validate(_ folder: String) throws {
    guard ModelLimits.types.contains(scheme.types.count),
      Set(scheme.types).count == scheme.types.count, ModelLimits.pieces.contains(longest),
      RegionSource.areSound(regions), options.isSound
    else {
      throw ModelFolderError(
        folder: folder,
        problem: "has tags, regions, options or a length in config.json outside what is read")
    }
  }
}

extension RegionSource {
  /// Whether N and C from a file can be worked with.
  static func areSound(_ regions: [Int]) -> Bool {
    regions.count == 2 && ModelLimits.regions.contains(regions[0])
      && ModelLimits.regionSize.contains(regions[1])
      && regions[0] * regions[1] <= ModelLimits.regionNumbers
  }
}
