import Tensors

/// IMM's SW loss (MODELS §6.3): which texts and pictures of a batch are alike for the network is to
/// agree with what a frozen CLIP says.
enum SwitchedAlignment {
  static let epsilon: Float = 1e-8

  /// P, B×B: cosines of each text with each picture, negative ones 0.
  static func similarity(_ items: [Embedding]) -> Tensor {
    var result = Tensor([items.count, items.count])
    for (i, text) in items.enumerated() {
      for (j, other) in items.enumerated() {
        let cosine = zip(text.text, other.picture ?? []).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        result.array[i * items.count + j] = max(0, cosine)
      }
    }
    return result
  }

  /// q: rows that sum to 1; a row of zeros is spread evenly.
  static func target(_ similarity: Tensor) -> Tensor {
    let width = similarity.shape[1]
    var result = similarity
    for row in 0..<similarity.shape[0] {
      let part = (row * width)..<((row + 1) * width)
      let sum = similarity.array[part].reduce(0, +)
      for i in part { result.array[i] = sum > 0 ? similarity.array[i] / sum : 1 / Float(width) }
    }
    return result
  }

  /// Scores whose rows' softmax is p, B×B: texts by pictures.
  static func scores(
    _ text: Tape.Variable, _ picture: Tape.Variable, _ options: IMMOptions, _ tape: Tape
  ) -> Tape.Variable {
    guard !options.comparesRaw else { return tape.multiplyTransposed(text, picture) }
    return tape.scale(
      tape.multiplyTransposed(tape.normalizeRows(text), tape.normalizeRows(picture)),
      by: 1 / options.temperature)
  }

  /// The mean of both directions' KL(p ‖ q).
  static func loss(
    _ text: Tape.Variable, _ picture: Tape.Variable, _ similarity: Tensor,
    _ options: IMMOptions, _ tape: Tape
  ) -> Tape.Variable {
    let scores = scores(text, picture, options, tape)
    let count = similarity.shape[0]
    var turned = similarity
    for i in 0..<count {
      for j in 0..<count { turned.array[i * count + j] = similarity.array[j * count + i] }
    }
    let there = tape.divergence(scores, from: target(similarity), epsilon: epsilon)
    let back = tape.divergence(
      tape.transpose(scores), from: target(turned), epsilon: epsilon)
    return tape.scale(tape.add(there, back), by: 0.5)
  }
}
