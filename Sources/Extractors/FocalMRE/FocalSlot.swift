import Encoders
import Tensors

/// One slot of FocalMRE: focal attention of every token over a framed picture, and the gate.
struct FocalSlot: ParameterContainer {
  var query: Linear
  var key: Linear
  var value: Linear
  var output: Linear
  /// [x̂; h] → λ.
  var gate: Linear
  static let dropout: Float = 0.1

  /// What a slot did to the first item.
  struct Shown {
    /// T×N.
    let attention: Tensor
    /// Mean of λ over its numbers at each piece.
    let gate: Tensor
    /// ‖λx̂‖ / (‖λx̂‖ + ‖(1 − λ)h‖) at each piece.
    let share: Tensor
  }

  init(text: Int, pictures: Int, _ generator: inout SeededGenerator) {
    func xavier(_ inputs: Int, _ outputs: Int) -> Linear {
      let bound = (6 / Float(inputs + outputs)).squareRoot()
      return Linear(
        weight: .uniform([outputs, inputs], bound: bound, &generator),
        bias: WeightSource(generator: generator).constant([outputs], 0))
    }
    query = xavier(text, text)
    key = xavier(pictures, text)
    value = xavier(pictures, text)
    output = xavier(text, text)
    gate = Linear(2 * text, text, &generator)
  }

  /// o = (1 − λ) ⊙ h + λ ⊙ x̂ of B×T×D states and B×N×C places of a picture.
  func callAsFunction(
    _ h: Tape.Variable, _ picture: Tape.Variable, _ options: FocalMREOptions, _ tape: Tape,
    _ substitute: (@Sendable (Tensor) -> Tensor)?, _ attention: (@Sendable (Tensor) -> Tensor)?
  ) -> (output: Tape.Variable, shown: Shown) {
    let u = tape.dropout(picture, Self.dropout)
    let values = value(u, tape)
    let (mixed, weights): (Tape.Variable, Tensor)
    if options.attends {
      (mixed, weights) = tape.attention(
        query(h, tape), key(u, tape), values, heads: 1, mask: AttentionMask(),
        dropout: Self.dropout, intercept: attention)
    } else {
      // Every token takes the mean over the picture.
      mixed = tape.reshape(
        tape.repeatRows(tape.meanOverMiddle(values), times: tape.shape(h)[1]), tape.shape(h))
      weights = Tensor([1, 1, tape.shape(h)[1], tape.shape(u)[1]])
    }
    let x = output(mixed, tape)
    guard options.gated else {
      return (tape.add(h, x), shown(weights, nil, tape[h], tape[x]))
    }
    var g = tape.sigmoid(gate(tape.concatenate([x, h]), tape))
    if let substitute { g = tape.constant(substitute(tape[g])) }
    let rest = tape.add(h, tape.scale(tape.multiply(g, h), by: -1))
    return (
      tape.add(rest, tape.multiply(g, x)), shown(weights, tape[g], tape[h], tape[x])
    )
  }

  private func shown(_ weights: Tensor, _ gate: Tensor?, _ h: Tensor, _ x: Tensor) -> Shown {
    let (length, width) = (h.shape[1], h.shape[2])
    var (means, shares) = (
      [Float](repeating: 1, count: length), [Float](repeating: 0.5, count: length)
    )
    for t in 0..<length {
      var (sum, taken, kept): (Float, Float, Float) = (0, 0, 0)
      for i in (t * width)..<((t + 1) * width) {
        let g = gate?.array[i] ?? 1
        sum += g
        taken += (g * x.array[i]) * (g * x.array[i])
        kept += ((1 - g) * h.array[i]) * ((1 - g) * h.array[i])
      }
      means[t] = sum / Float(width)
      let total = taken.squareRoot() + kept.squareRoot()
      shares[t] = total > 0 ? taken.squareRoot() / total : 0
    }
    let cells = weights.shape[3]
    return Shown(
      attention: Tensor([1, length, cells], Array(weights.array.prefix(length * cells))),
      gate: Tensor([length], means), share: Tensor([length], shares))
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    query.visitParameters(prefix + "query.", visit)
    key.visitParameters(prefix + "key.", visit)
    value.visitParameters(prefix + "value.", visit)
    output.visitParameters(prefix + "output.", visit)
    gate.visitParameters(prefix + "gate.", visit)
  }
}
