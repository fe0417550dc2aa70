import Extractors
import Foundation
import Tensors

/// Where a training was interrupted: one file with the tensors, the state as JSON in its metadata,
/// so that the two can never disagree.
struct Checkpoint {
  let path: String

  /// The checkpoint of a model that is being trained in a models folder.
  init(models: String, name: String) {
    path = models + "/.training/" + name + ".safetensors"
  }

  /// Replaces the checkpoint whole.
  func save(_ tensors: [String: Tensor], _ state: some Encodable) throws {
    try FileManager.default.createDirectory(
      atPath: FilePath.parent(of: path), withIntermediateDirectories: true)
    let json = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    try Safetensors.write(tensors, to: path, metadata: ["state": json])
  }

  /// What was saved; nil when there is none.
  ///
  /// - Throws: `ModelFolderError` when the file is damaged.
  func load<State: Decodable>(_ type: State.Type) throws -> (
    tensors: [String: Tensor], state: State
  )? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let file = try Safetensors(path: path)
    guard let json = file.metadata["state"],
      let state = try? JSONDecoder().decode(type, from: Data(json.utf8))
    else {
      throw ModelFolderError(
        folder: path, problem: "is a damaged checkpoint; delete it to train from the beginning")
    }
    return (try file.allTensors(), state)
  }

  /// Ends the training.
  func remove() {
    try? FileManager.default.removeItem(atPath: path)
    // The folder goes with its last checkpoint; it stays while another training uses it.
    rmdir(FilePath.parent(of: path))
  }
}
