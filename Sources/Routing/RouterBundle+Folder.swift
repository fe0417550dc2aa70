import Extractors
import Files
import Foundation
import Tensors

extension RouterBundle {
  /// Reads a router folder: `config.json` and `model.safetensors`.
  ///
  /// - Throws: `ModelFolderError`, `SafetensorsError`, `RoutingError`.
  package init(folder: String) throws {
    let data = try ModelFolder.configurationBytes(folder)
    let tensors = try Safetensors(path: folder + "/model.safetensors").allTensors()
    do {
      try self.init(configuration: data, tensors: tensors)
    } catch let error as DecodingError {
      throw ModelFolderError(
        folder: folder,
        problem: "has a config.json that does not fit: \(error.localizedDescription)")
    }
  }

  /// Writes a router folder; each file is replaced whole.
  ///
  /// - Throws: `DurableFileError`.
  package func save(to folder: String, provenance: Provenance? = nil) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Weights first: a crash between the two leaves a version number that is too low, never too
    // high.
    try Safetensors.write(tensors, to: folder + "/model.safetensors")
    try DurableFile.write(try encodedConfiguration() + Data("\n".utf8), to: folder + "/config.json")
    if let provenance {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try DurableFile.write(
        try encoder.encode(provenance) + Data("\n".utf8), to: folder + "/provenance.json")
    }
  }
}
