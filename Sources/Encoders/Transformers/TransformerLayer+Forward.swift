import Tensors

extension TransformerLayer {
  /// B×T×D → B×T×D.
  ///
  /// - Parameters:
  ///   - number: the layer's place in its stack, under which `watch` knows it.
  ///   - watch: sees and may replace the attention weights; nil costs nothing.
  public func callAsFunction(
    _ x: Tape.Variable, mask: AttentionMask, _ tape: Tape, number: Int = 0,
    _ watch: AttentionWatch? = nil
  ) -> Tape.Variable {
    let dropout = configuration.hiddenDropout
    switch configuration.norm {
    case .post:
      let attended = attention(x, mask: mask, tape, number: number, watch)
      let h = attentionNorm(tape.add(x, tape.dropout(attended, dropout)), tape)
      return outputNorm(tape.add(h, tape.dropout(feedForward(h, tape), dropout)), tape)
    case .pre:
      let attended = attention(attentionNorm(x, tape), mask: mask, tape, number: number, watch)
      let h = tape.add(x, tape.dropout(attended, dropout))
      return tape.add(h, tape.dropout(feedForward(outputNorm(h, tape), tape), dropout))
    }
  }

  private func attention(
    _ x: Tape.Variable, mask: AttentionMask, _ tape: Tape, number: Int, _ watch: AttentionWatch?
  ) -> Tape.Variable {
    let (mixed, weights) = tape.attention(
      query(x, tape), key(x, tape), value(x, tape), heads: configuration.heads, mask: mask,
      dropout: configuration.attentionDropout, intercept: watch?.substitute(number))
    watch?.note(weights)
    return attentionOutput(mixed, tape)
  }

  private func feedForward(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    let inner = intermediate(x, tape)
    let active =
      switch configuration.activation {
      case .gelu: tape.gelu(inner)
      case .geluNew: tape.geluTanh(inner)
      case .quickGELU: tape.quickGELU(inner)
      case .relu: tape.relu(inner)
      }
    return output(active, tape)
  }
}

extension TransformerStack {
  /// B×T×D → the stack's input and the output of every layer, each B×T×D.
  public func callAsFunction(
    _ x: Tape.Variable, mask: AttentionMask, _ tape: Tape, _ watch: AttentionWatch? = nil
  ) -> [Tape.Variable] {
    var states = [x]
    for (number, layer) in layers.enumerated() {
      states.append(layer(states[number], mask: mask, tape, number: number, watch))
    }
    return states
  }
}
