extension Tape {
  /// (x − mean) / √(variance + ε) · weight + bias over the last axis of D numbers.
  public func layerNorm(
    _ x: Variable, weight: Variable, bias: Variable, epsilon: Float
  ) -> Variable {
    let (input, w, b) = (self[x], self[weight], self[bias])
    let d = w.count
    let rows = input.count / d
    var normalized = [Float](repeating: 0, count: input.count)
    var scales = [Float](repeating: 0, count: rows)
    var out = Tensor(input.shape)
    for r in 0..<rows {
      let base = r * d
      var mean: Float = 0
      for i in 0..<d { mean += input.array[base + i] }
      mean /= Float(d)
      var variance: Float = 0
      for i in 0..<d {
        let c = input.array[base + i] - mean
        variance += c * c
      }
      scales[r] = 1 / (variance / Float(d) + epsilon).squareRoot()
      for i in 0..<d {
        let n = (input.array[base + i] - mean) * scales[r]
        normalized[base + i] = n
        out.array[base + i] = n * w.array[i] + b.array[i]
      }
    }
    let (hat, inverse) = (normalized, scales)
    return record(out, from: [x, weight, bias]) { tape, g in
      tape.addGradient(bias) { p in
        for r in 0..<rows { for i in 0..<d { p[i] += g[r * d + i] } }
      }
      tape.addGradient(weight) { p in
        for r in 0..<rows { for i in 0..<d { p[i] += g[r * d + i] * hat[r * d + i] } }
      }
      tape.addGradient(x) { p in
        for r in 0..<rows {
          var (sum, dot): (Float, Float) = (0, 0)
          for i in 0..<d {
            let h = g[r * d + i] * w.array[i]
            sum += h
            dot += h * hat[r * d + i]
          }
          for i in 0..<d {
            let h = g[r * d + i] * w.array[i]
            p[r * d + i] += inverse[r] * (h - (sum + hat[r * d + i] * dot) / Float(d))
          }
        }
      }
    }
  }
}
