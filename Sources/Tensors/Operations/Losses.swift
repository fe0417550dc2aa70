extension Tape {
  /// Mean softmax cross-entropy: logits N×K, one target class per row (−1 rows are left out). A
  /// scalar.
  package func crossEntropy(_ logits: Variable, targets: [Int]) -> Variable {
    let x = self[logits]
    let width = x.shape.last ?? 1
    var probabilities = x.array
    probabilities.withUnsafeMutableBufferPointer { Rows.softmax($0, width: width) }
    let used = max(1, targets.reduce(0) { $0 + ($1 >= 0 ? 1 : 0) })
    var loss = 0.0
    for (row, target) in targets.enumerated() where target >= 0 {
      let values = x.array[(row * width)..<((row + 1) * width)].map(Double.init)
      loss += VectorMath.logSumExp(values) - values[target]
    }
    let p = probabilities
    return record(Tensor(scalar: Float(loss / Double(used))), from: [logits]) { tape, g in
      tape.addGradient(logits) { d in
        let scale = g[0] / Float(used)
        for (row, target) in targets.enumerated() where target >= 0 {
          for k in 0..<width {
            d[row * width + k] += scale * (p[row * width + k] - (k == target ? 1 : 0))
          }
        }
      }
    }
  }
}
