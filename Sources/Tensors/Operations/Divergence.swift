import Glibc

extension Tape {
  /// Mean over the rows of KL(softmax(p) ‖ softmax(q)), both R×K scores. A scalar, never negative.
  package func divergence(_ p: Variable, from q: Variable) -> Variable {
    let width = shape(p).last ?? 1
    precondition(shape(p) == shape(q), "distributions over other outcomes")
    let (logP, logQ) = (Self.logSoftmax(self[p]), Self.logSoftmax(self[q]))
    let parts = Divergence(logP: logP, logQ: logQ, width: width)
    let loss = Tensor(scalar: Float(parts.each.reduce(0, +) / Double(max(1, parts.each.count))))
    return record(loss, from: [p, q]) { tape, g in
      let scale = g[0] / Float(max(1, parts.each.count))
      tape.addGradient(p) { parts.addGradient(scale, into: $0) }
      tape.addGradient(q) { d in
        for i in logP.indices { d[i] += scale * (exp(logQ[i]) - exp(logP[i])) }
      }
    }
  }

  /// Mean over the rows of Σ p log(p / (target + ε)) with p = softmax of R×K scores; the targets
  /// are given numbers.
  package func divergence(_ p: Variable, from target: Tensor, epsilon: Float) -> Variable {
    let width = shape(p).last ?? 1
    precondition(shape(p) == target.shape, "distributions over other outcomes")
    let logP = Self.logSoftmax(self[p])
    let parts = Divergence(logP: logP, logQ: target.array.map { log($0 + epsilon) }, width: width)
    let loss = Tensor(scalar: Float(parts.each.reduce(0, +) / Double(max(1, parts.each.count))))
    return record(loss, from: [p]) { tape, g in
      tape.addGradient(p) { parts.addGradient(g[0] / Float(max(1, parts.each.count)), into: $0) }
    }
  }

  /// The divergence of each row, for showing: KL(softmax(p) ‖ softmax(q)) of R×K scores.
  package static func divergences(_ p: Tensor, from q: Tensor) -> [Double] {
    Divergence(logP: logSoftmax(p), logQ: logSoftmax(q), width: p.shape.last ?? 1).each
  }

  private static func logSoftmax(_ x: Tensor) -> [Float] {
    let width = x.shape.last ?? 1
    var result = x.array
    for start in stride(from: 0, to: result.count, by: width) {
      let sum = Float(VectorMath.logSumExp(result[start..<(start + width)].map(Double.init)))
      for i in start..<(start + width) { result[i] -= sum }
    }
    return result
  }
}

/// Rows of two distributions by their logarithms.
private struct Divergence: Sendable {
  let logP: [Float]
  let logQ: [Float]
  let width: Int
  /// Σ p (log p − log q) of each row.
  let each: [Double]

  init(logP: [Float], logQ: [Float], width: Int) {
    (self.logP, self.logQ, self.width) = (logP, logQ, width)
    each = stride(from: 0, to: logP.count, by: max(1, width)).map { start in
      (start..<(start + width)).reduce(0.0) {
        $0 + Double(exp(logP[$1])) * Double(logP[$1] - logQ[$1])
      }
    }
  }

  /// d += scale · p (log p − log q − KL), the gradient for the scores of p.
  func addGradient(_ scale: Float, into d: UnsafeMutablePointer<Float>) {
    for (row, value) in each.enumerated() {
      for i in (row * width)..<((row + 1) * width) {
        d[i] += scale * exp(logP[i]) * (logP[i] - logQ[i] - Float(value))
      }
    }
  }
}
