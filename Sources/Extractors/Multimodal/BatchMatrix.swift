import Foundation
import Tensors
import Traces

/// What only a batch has: numbers between its posts, as the network saw them at the end of its
/// training. Kept with the model, and the same whatever post is shown.
package struct BatchMatrix: Sendable, Hashable, Codable {
  /// As a signal's, e.g. `imm/P`.
  let name: String
  /// A few words for a person.
  let caption: String
  /// Ids of the posts.
  let posts: [String]
  /// One row per post, of as many numbers.
  let values: [Float]

  /// A matrix over posts.
  init(_ name: String, _ caption: String, posts: [String], _ matrix: Tensor) {
    self.name = name
    self.caption = caption
    self.posts = posts
    values = matrix.array
  }

  /// Posts side by side, at most: the paper's batch.
  static let most = 16
  static let file = "batch.json"

  var signal: Signal {
    Signal(
      name: name, caption: caption, kind: .matrix(rows: posts, columns: posts),
      tensor: Tensor([posts.count, posts.count], values))
  }

  /// Whether numbers from a file can be shown.
  private var isSound: Bool {
    (1...Self.most).contains(posts.count) && values.count == posts.count * posts.count
      && values.allSatisfy(\.isFinite) && !name.isEmpty && name.count < 80 && caption.count < 200
      && posts.allSatisfy { $0.count < 200 }
  }

  /// Those of a folder; none where it has no file of them.
  ///
  /// - Throws: `ModelFolderError` for a file that cannot be read.
  static func read(_ folder: String) throws -> [BatchMatrix] {
    guard FileManager.default.fileExists(atPath: folder + "/" + file) else { return [] }
    let data = try ModelFolder.bytes(folder, file, limit: 1 << 20)
    guard let found = try? JSONDecoder().decode([BatchMatrix].self, from: data), found.count <= 8,
      found.allSatisfy(\.isSound)
    else {
      throw ModelFolderError(
        folder: folder, problem: "has a \(file) that cannot be read",
        advice: "train it again, or delete the file: it holds what a batch of the training had")
    }
    return found
  }

  /// Writes some beside a model; those of an earlier training go.
  ///
  /// - Throws: `DurableFileError`.
  static func write(_ matrices: [BatchMatrix], to folder: String) throws {
    guard !matrices.isEmpty else {
      try? FileManager.default.removeItem(atPath: folder + "/" + file)
      return
    }
    try ModelFolder.write(matrices, folder, file)
  }
}
