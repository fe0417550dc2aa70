import Tensors

/// Keys and values in front of those that a layer computes itself, e.g. from a picture.
package struct AttentionPrefix: Sendable {
  /// B×P×D, all heads side by side.
  package let keys: Tape.Variable
  /// B×P×D, all heads side by side.
  package let values: Tape.Variable

  /// A prefix of P positions.
  package init(keys: Tape.Variable, values: Tape.Variable) {
    self.keys = keys
    self.values = values
  }
}

extension TransformerLayer {
  /// B×T×D → B×T×D.
  ///
  /// - Parameters:
  ///   - context: B×M×D from which keys and values are taken in place of `x` (a cross layer: the
  ///     residual stays with `x`); nil: self-attention.
  ///   - mask: of the keys, the prefix not counted.
  ///   - prefix: more keys and values, all of them seen; not with a causal mask.
  ///   - number: the layer's place in its stack, under which `watch` knows it.
  ///   - watch: sees and may replace the attention weights; nil costs nothing.
  package func callAsFunction(
    _ x: Tape.Variable, over context: Tape.Variable? = nil, mask: AttentionMask,
    prefix: AttentionPrefix? = nil, _ tape: Tape, number: Int = 0,
    _ watch: AttentionWatch? = nil
  ) -> Tape.Variable {
    let dropout = configuration.hiddenDropout
    func attended(_ x: Tape.Variable) -> Tape.Variable {
      attention(
        x, over: context ?? x, mask: mask, prefix: prefix, tape, number: number, watch)
    }
    switch configuration.norm {
    case .post:
      let h = attentionNorm(tape.add(x, tape.dropout(attended(x), dropout)), tape)
      return outputNorm(tape.add(h, tape.dropout(feedForward(h, tape), dropout)), tape)
    case .pre:
      let h = tape.add(x, tape.dropout(attended(attentionNorm(x, tape)), dropout))
      return tape.add(h, tape.dropout(feedForward(outputNorm(h, tape), tape), dropout))
    }
  }

  private func attention(
    _ x: Tape.Variable, over context: Tape.Variable, mask: AttentionMask,
    prefix: AttentionPrefix?, _ tape: Tape, number: Int, _ watch: AttentionWatch?
  ) -> Tape.Variable {
    let asked = query(x, tape)
    var (keys, values, mask) = (key(context, tape), value(context, tape), mask)
    if let prefix {
      precondition(!mask.causal, "a prefix stands before all positions")
      let batch = tape.shape(keys)[0]
      mask.keys = mask.keys.map { real in
        let length = real.count / batch
        let seen = [Bool](repeating: true, count: tape.shape(prefix.keys)[1])
        return (0..<batch).flatMap { seen + real[($0 * length)..<(($0 + 1) * length)] }
      }
      keys = tape.joinRows(prefix.keys, keys)
      values = tape.joinRows(prefix.values, values)
    }
    let (mixed, weights) = tape.attention(
      asked, keys, values, heads: configuration.heads, mask: mask,
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
  ///
  /// - Parameter prefixes: more keys and values, one set per layer; empty: none.
  package func callAsFunction(
    _ x: Tape.Variable, mask: AttentionMask, prefixes: [AttentionPrefix] = [], _ tape: Tape,
    _ watch: AttentionWatch? = nil
  ) -> [Tape.Variable] {
    precondition(prefixes.isEmpty || prefixes.count == layers.count, "a prefix for each layer")
    var states = [x]
    for (number, layer) in layers.enumerated() {
      let prefix = prefixes.isEmpty ? nil : prefixes[number]
      states.append(
        layer(states[number], mask: mask, prefix: prefix, tape, number: number, watch))
    }
    return states
  }
}
