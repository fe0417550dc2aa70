import Foundation
import Tensors

/// What can be computed from the attention of all layers of an encoder.
extension Signal {
  /// Attention between positions of one sequence, layers × (heads ×) T × T.
  private var selfAttention: (layers: Int, heads: Int, positions: [String])? {
    guard case .matrix(let rows, let columns) = kind, rows.count == columns.count, !rows.isEmpty
    else { return nil }
    switch (steps.first, steps.dropFirst().first, steps.count) {
    case (.layer(let layers)?, nil, 1): return (layers, 1, rows)
    case (.layer(let layers)?, .head(let heads)?, 2): return (layers, heads, rows)
    default: return nil
    }
  }

  /// Attention rollout (Abnar and Zuidema 2020, *Quantifying attention flow in transformers*): how
  /// much each position takes from each input through all layers, when half of what a layer hands
  /// on is what it got: R = Â_L ⋯ Â_1 with Â = ½ A + ½ I and A the mean over heads. T×T.
  ///
  /// Nil where that is not defined; `lackOfRollout` says why.
  package var rollout: Signal? {
    guard let (layers, heads, positions) = selfAttention, layers > 1 else { return nil }
    let (count, all) = (positions.count, values)
    guard all.count == layers * heads * count * count, all.allSatisfy(\.isFinite) else {
      return nil
    }
    var flow = [Double](repeating: 0, count: count * count)
    for i in 0..<count { flow[i * count + i] = 1 }
    for layer in 0..<layers {
      var step = [Double](repeating: 0, count: count * count)
      for head in 0..<heads {
        let start = (layer * heads + head) * count * count
        for i in step.indices { step[i] += Double(all[start + i]) / Double(2 * heads) }
      }
      for i in 0..<count { step[i * count + i] += 0.5 }
      var next = [Double](repeating: 0, count: count * count)
      for row in 0..<count {
        for middle in 0..<count {
          let weight = step[row * count + middle]
          for column in 0..<count {
            next[row * count + column] += weight * flow[middle * count + column]
          }
        }
      }
      flow = next
    }
    return Signal(
      name: name + "/rollout", caption: "rollout of \(caption)", kind: kind,
      tensor: Tensor([count, count], flow.map { Float($0) }))
  }

  /// Why there is no rollout of a signal with heads; nil where there is one, and for signals
  /// without heads.
  package var lackOfRollout: String? {
    guard steps.contains(where: { if case .head = $0 { true } else { false } }) else { return nil }
    guard let layers = selfAttention?.layers else {
      return "it is not attention within one sequence, layer by layer"
    }
    if layers < 2 { return "it has one layer" }
    return rollout == nil ? "it holds numbers that are none" : nil
  }

  /// How evenly each head of each layer spreads its attention: the mean entropy of its rows, as a
  /// share of the largest, which is that of equal weights. Layers × heads; nil for other signals.
  package var entropyOfHeads: Signal? {
    guard let (layers, heads, positions) = selfAttention, positions.count > 1 else { return nil }
    let (count, all) = (positions.count, values)
    guard all.count == layers * heads * count * count, all.allSatisfy(\.isFinite) else {
      return nil
    }
    let shares = (0..<(layers * heads)).map { map -> Float in
      let sum = all[(map * count * count)..<((map + 1) * count * count)].reduce(0.0) {
        $1 > 0 ? $0 - Double($1) * log(Double($1)) : $0
      }
      return Float(sum / Double(count) / log(Double(count)))
    }
    return Signal(
      name: name + "/entropy", caption: "how evenly heads of \(caption) spread",
      kind: .matrix(
        rows: (1...layers).map { "layer \($0)" }, columns: (1...heads).map { "head \($0)" }),
      tensor: Tensor([layers, heads], shares))
  }
}

extension Trace {
  /// Adds at the end what can be computed from the attention of that name through all its layers.
  package mutating func appendFlow(of name: String) {
    guard let attention = self[name] else { return }
    for derived in [attention.rollout, attention.entropyOfHeads] {
      if let derived { append(derived) }
    }
  }
}
