/// Switches and weights of MAF; each false is one of the paper's ablations.
package struct MAFOptions: PictureTaggerOptions {
  /// False: all regions are zeros.
  package var usesPicture = true
  /// False: no matching, s ≡ 1, and no pairs are mixed up in training.
  package var matches = true
  /// False: no alignment of the text's and the picture's vectors.
  package var aligns = true
  /// False: the gate between words and picture stands open, g ≡ 1.
  package var gated = true
  /// How the matching reads a post.
  package var matching = Matching.flattened(length: 128)
  /// The largest k: in batches of n posts the last 2k exchange pictures in pairs k apart, k being
  /// at most n / 8, so that never more than a quarter are negatives.
  package var negatives = 8
  /// Of fewer items none gets another's picture.
  package static let leastBatch = 8
  /// λ, the tagging's share of the loss.
  package var tagging: Float = 0.62
  /// λ_c, the share of texts that look for pictures in the alignment.
  package var textShare: Float = 0.7
  /// τ of the alignment's softmax.
  package var temperature: Float = 0.179

  /// The reference's.
  package init() {}

  /// How W_m reads [h; p].
  package enum Matching: Sendable, Hashable, Codable {
    /// All positions side by side, padding included, up to a length (the reference: 128, of
    /// which a weight for each position and dimension is learned).
    case flattened(length: Int)
    /// The mean over the text's pieces: few weights, for small encoders and small datasets.
    case pooled
  }

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool {
    let length = if case .flattened(let length) = matching { length } else { 1 }
    return (1...1024).contains(length) && (1...100_000).contains(negatives)
      && [tagging, textShare].allSatisfy { (0...1).contains($0) }
      && (1e-3...1e3).contains(temperature)
  }

  /// The reference's for encoders of the reference's size; small ones match by means.
  package static func fitting(hiddenSize: Int) -> MAFOptions {
    var result = MAFOptions()
    if hiddenSize < 512 { result.matching = .pooled }
    return result
  }

  /// The parts that are left out, and the matching where it is not the reference's.
  package var switches: [String: String] {
    var result = ["image": usesPicture, "matching": matches, "alignment": aligns, "gate": gated]
      .filter { !$0.value }.mapValues { _ in "off" }
    if matches, matching == .pooled { result["matching"] = "pooled" }
    return result
  }
}

/// A trained MAF.
package typealias MAFModel = PictureTaggerModel<MAFHead>
