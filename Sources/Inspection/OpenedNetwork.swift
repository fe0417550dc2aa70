import Extractors
import Files
import Tensors

/// A model of a roster, and how much of it is computed in a low precision.
package struct OpenedNetwork: Sendable, Hashable, Encodable {
  /// What it was opened for; one folder may serve two ends.
  package enum Use: String, Sendable, Encodable {
    case router
    case expert
    /// The encoder of text and picture in one space.
    case dual = "text and picture"
    /// The encoder whose regions experts look at.
    case regions
  }

  /// The folder's name.
  package let name: String
  package let use: Use
  /// Weights of products in another precision than float32.
  package let low: Int
  /// All weights of the folder; nil where their number is not in it.
  package let weights: Int?
  /// Why whole layers stay float32, beside embeddings, norms and heads; nil when none does.
  package let reason: String?

  init(name: String, use: Use, folder: String, _ census: Precision.Census) {
    self.name = name
    self.use = use
    low = census.weights
    weights = Self.weights(of: folder)
    let noted = census.reasons.joined(separator: "; ")
    reason =
      use == .router
      ? "routers are float32 always"
      : !noted.isEmpty ? noted : low > 0 ? nil : "it has no transformer layer or convolution"
  }

  /// The numbers of the tensors in its files.
  private static func weights(of folder: String) -> Int? {
    let files = ([""] + ModelFolder.parts.map { $0 + "/" }).compactMap {
      try? Safetensors(path: folder + "/" + $0 + "model.safetensors")
    }
    guard !files.isEmpty else { return nil }
    return files.reduce(0) { sum, file in
      sum + file.entries.reduce(0) { $0 + $1.value.shape.reduce(1, *) }
    }
  }
}
