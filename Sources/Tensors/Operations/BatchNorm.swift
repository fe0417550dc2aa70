extension Tape {
  /// Batch norm over B, H, W of x B×C×H×W (per channel).
  ///
  /// In training it uses the batch's statistics and returns the running ones moved by `momentum`
  /// (unbiased variance, as the reference does); otherwise it uses the running statistics.
  ///
  /// - Returns: the normalised value, and new running mean and variance while training.
  package func batchNorm(
    _ x: Variable, weight: Variable, bias: Variable, runningMean: Tensor, runningVariance: Tensor,
    epsilon: Float, momentum: Float, useBatch: Bool
  ) -> (output: Variable, running: (mean: Tensor, variance: Tensor)?) {
    let (input, w, b) = (self[x], self[weight], self[bias])
    let (batch, channels) = (input.shape[0], input.shape[1])
    let area = input.count / (batch * channels)
    let count = batch * area
    var mean = runningMean.array
    var variance = runningVariance.array
    var running: (mean: Tensor, variance: Tensor)?
    if useBatch {
      for c in 0..<channels {
        var sum: Float = 0
        for i in 0..<batch {
          let base = (i * channels + c) * area
          for p in base..<(base + area) { sum += input.array[p] }
        }
        mean[c] = sum / Float(count)
        var square: Float = 0
        for i in 0..<batch {
          let base = (i * channels + c) * area
          for p in base..<(base + area) {
            let e = input.array[p] - mean[c]
            square += e * e
          }
        }
        variance[c] = square / Float(count)
      }
      var (newMean, newVariance) = (runningMean, runningVariance)
      let unbiased = Float(count) / Float(max(1, count - 1))
      for c in 0..<channels {
        newMean.array[c] += momentum * (mean[c] - newMean.array[c])
        newVariance.array[c] += momentum * (variance[c] * unbiased - newVariance.array[c])
      }
      running = (newMean, newVariance)
    }
    let inverse = variance.map { 1 / ($0 + epsilon).squareRoot() }
    let center = mean
    var out = Tensor(input.shape)
    for i in 0..<batch {
      for c in 0..<channels {
        let base = (i * channels + c) * area
        let scale = inverse[c] * w.array[c]
        let shift = b.array[c] - center[c] * scale
        for p in base..<(base + area) { out.array[p] = input.array[p] * scale + shift }
      }
    }
    let output = record(out, from: [x, weight, bias]) { tape, g in
      var sums = [Float](repeating: 0, count: channels)
      var dots = [Float](repeating: 0, count: channels)
      for i in 0..<batch {
        for c in 0..<channels {
          let base = (i * channels + c) * area
          for p in base..<(base + area) {
            sums[c] += g[p]
            dots[c] += g[p] * (input.array[p] - center[c]) * inverse[c]
          }
        }
      }
      tape.addGradient(bias) { d in for c in 0..<channels { d[c] += sums[c] } }
      tape.addGradient(weight) { d in for c in 0..<channels { d[c] += dots[c] } }
      tape.addGradient(x) { d in
        for i in 0..<batch {
          for c in 0..<channels {
            let base = (i * channels + c) * area
            let scale = inverse[c] * w.array[c]
            if useBatch {
              let (sum, dot) = (sums[c] / Float(count), dots[c] / Float(count))
              for p in base..<(base + area) {
                let hat = (input.array[p] - center[c]) * inverse[c]
                d[p] += scale * (g[p] - sum - hat * dot)
              }
            } else {
              for p in base..<(base + area) { d[p] += scale * g[p] }
            }
          }
        }
      }
    }
    return (output, running)
  }
}
