extension Tape {
  /// Mean over sequences of the CRF's negative log-likelihood (MODELS §2.6). A scalar.
  ///
  /// - Parameters:
  ///   - emissions: B×T×K, padded.
  ///   - tags: gold tag indices of each sequence, as long as the sequence itself.
  ///   - transitions: K×K, `start` and `end` K.
  package func crfLoss(
    _ emissions: Variable, tags: [[Int]], transitions: Variable, start: Variable, end: Variable
  ) -> Variable {
    let e = self[emissions]
    let (batch, times, k) = (e.shape[0], e.shape[1], e.shape[2])
    let crf = LinearChainCRF(
      transitions: self[transitions], start: self[start], end: self[end])
    let wanted = recording
    var dE = [Float](repeating: 0, count: wanted ? e.count : 0)
    var losses = [Double](repeating: 0, count: batch)
    // Each sequence fills its own slots, which are then added in order: the same bits on any number
    // of cores.
    var partial = [(a: [Double], start: [Double], end: [Double])](
      repeating: ([], [], []), count: batch)
    dE.withUnsafeMutableBufferPointer { gradient in
      losses.withUnsafeMutableBufferPointer { losses in
        partial.withUnsafeMutableBufferPointer { partial in
          nonisolated(unsafe) let (gradient, losses, partial) = (gradient, losses, partial)
          Parallel.blocks(of: batch, into: 4) { _, range in
            for i in range where !tags[i].isEmpty {
              let rows = Array(e.array[(i * times * k)..<(i * times * k + tags[i].count * k)])
              var a = [Double](repeating: 0, count: k * k)
              var (s, z) = ([Double](repeating: 0, count: k), [Double](repeating: 0, count: k))
              losses[i] = crf.lossAndGradients(
                rows, path: tags[i], scale: 1 / Double(batch),
                emission: wanted ? gradient.baseAddress.map { $0 + i * times * k } : nil,
                transitions: &a, start: &s, end: &z)
              partial[i] = (a, s, z)
            }
          }
        }
      }
    }
    let (gradient, parts) = (dE, partial)
    let loss = Tensor(scalar: Float(losses.reduce(0, +) / Double(batch)))
    return record(loss, from: [emissions, transitions, start, end]) { tape, g in
      tape.addGradient(emissions) { d in
        for i in 0..<gradient.count { d[i] += g[0] * gradient[i] }
      }
      for part in parts {
        tape.addGradient(transitions) { d in
          for (i, value) in part.a.enumerated() { d[i] += g[0] * Float(value) }
        }
        tape.addGradient(start) { d in
          for (i, value) in part.start.enumerated() { d[i] += g[0] * Float(value) }
        }
        tape.addGradient(end) { d in
          for (i, value) in part.end.enumerated() { d[i] += g[0] * Float(value) }
        }
      }
    }
  }
}
