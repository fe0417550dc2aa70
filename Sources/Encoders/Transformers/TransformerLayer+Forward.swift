import Tensors

/// Keys and values in front of those that a layer computes itself, e.g. from a picture.
package struct AttentionPrefix: Sendable {
  /// B×P×D, all heads side by side.
  package let keys: Tape.Variable
  /// B×P×D, all heads side by side.
  package let values: Tape.Variable
  /// B×P, false for positions that are not seen; nil when all are.
  package let mask: [Bool]?

  /// A prefix of P positions.
  package init(keys: Tape.Variable, values: Tape.Variable, mask: [Bool]? = nil) {
    self.keys = keys
    self.values = values
    self.mask = mask
  }
}

extension TransformerLayer {
  /// B×T×D → B×T×D.
  ///
  /// - Parameters:
  ///   - context: B×M×D from which keys and values are taken in place of `x` (a cross layer: the
  ///     residual stays with `x`); nil: self-attention.
  ///   - mask: of the keys, the prefix not counted.
  ///   - prefix: more keys and values; not with a causal mask.
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
      let (batch, own) = (tape.shape(keys)[0], tape.shape(keys)[1])
      let before = tape.shape(prefix.keys)[1]
      if mask.keys != nil || prefix.mask != nil {
        let real = mask.keys ?? [Bool](repeating: true, count: batch * own)
        let seen = prefix.mask ?? [Bool](repeating: true, count: batch * before)
        var keys: [Bool] = []
        for item in 0..<batch {
          keys += seen[(item * before)..<((item + 1) * before)]
          keys += real[(item * own)..<((item + 1) * own)]
        }
        mask.keys = keys
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
    output(configuration.activation(intermediate(x, tape), tape), tape)
  }
}

extension Activation {
  /// The function of every number.
  package func callAsFunction(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    switch self {
    case .gelu: tape.gelu(x)
    case .geluNew: tape.geluTanh(x)
    case .quickGELU: tape.quickGELU(x)
    case .relu: tape.relu(x)
    }
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
