/// A linear-chain conditional random field over K tags (Lafferty et al. 2001; MODELS §2.6). No
/// transition is forbidden.
///
/// score(y) = start[y₁] + Σ emission[t, y_t] + Σ transitions[y_{t−1}, y_t] + end[y_T].
/// All sums run in double precision.
package struct LinearChainCRF: Sendable {
  /// K.
  package let tags: Int
  let transitions: [Double]
  let start: [Double]
  let end: [Double]

  /// A field from its scores: `transitions` K×K scores row tag followed by column tag, `start` and
  /// `end` K.
  package init(transitions: Tensor, start: Tensor, end: Tensor) {
    tags = start.count
    self.transitions = transitions.array.map(Double.init)
    self.start = start.array.map(Double.init)
    self.end = end.array.map(Double.init)
  }

  /// Sums over all paths of one sequence.
  package struct Sums: Sendable {
    /// T×K forward and backward log sums.
    let alpha: [Double]
    let beta: [Double]
    /// log Z.
    package let logPartition: Double
  }

  /// Forward and backward recursion over T×K emissions, T at least 1.
  ///
  /// - Parameter allowed: when given, only tags for which it is true take part (a constrained
  ///   partition).
  package func sums(_ emissions: [Float], allowed: ((_ t: Int, _ tag: Int) -> Bool)? = nil) -> Sums
  {
    let k = tags
    let steps = emissions.count / k
    var alpha = [Double](repeating: -.infinity, count: steps * k)
    var beta = alpha
    var scores = [Double](repeating: 0, count: k)
    func emission(_ t: Int, _ j: Int) -> Double {
      if let allowed, !allowed(t, j) { return -.infinity }
      return Double(emissions[t * k + j])
    }
    for j in 0..<k { alpha[j] = start[j] + emission(0, j) }
    for t in 1..<max(1, steps) {
      for j in 0..<k {
        for i in 0..<k { scores[i] = alpha[(t - 1) * k + i] + transitions[i * k + j] }
        alpha[t * k + j] = emission(t, j) + VectorMath.logSumExp(scores)
      }
    }
    for j in 0..<k { beta[(steps - 1) * k + j] = end[j] }
    for t in stride(from: steps - 2, through: 0, by: -1) {
      for i in 0..<k {
        for j in 0..<k {
          scores[j] = transitions[i * k + j] + emission(t + 1, j) + beta[(t + 1) * k + j]
        }
        beta[t * k + i] = VectorMath.logSumExp(scores)
      }
    }
    let last = (0..<k).map { alpha[(steps - 1) * k + $0] + end[$0] }
    return Sums(alpha: alpha, beta: beta, logPartition: VectorMath.logSumExp(last))
  }

  /// Score of one tag path.
  package func score(_ emissions: [Float], path: [Int]) -> Double {
    guard let first = path.first, let last = path.last else { return 0 }
    var total = start[first] + end[last]
    for (t, tag) in path.enumerated() {
      total += Double(emissions[t * tags + tag])
      if t > 0 { total += transitions[path[t - 1] * tags + tag] }
    }
    return total
  }

  /// The best path (Viterbi); ties go to the smallest index.
  package func viterbi(_ emissions: [Float]) -> [Int] {
    let k = tags
    let steps = emissions.count / k
    guard steps > 0 else { return [] }
    var best = (0..<k).map { start[$0] + Double(emissions[$0]) }
    var from = [Int](repeating: 0, count: steps * k)
    for t in 1..<max(1, steps) {
      var next = [Double](repeating: 0, count: k)
      for j in 0..<k {
        var top = -Double.infinity
        for i in 0..<k {
          let value = best[i] + transitions[i * k + j]
          if value > top {
            top = value
            from[t * k + j] = i
          }
        }
        next[j] = top + Double(emissions[t * k + j])
      }
      best = next
    }
    var tag = 0
    for j in 0..<k where best[j] + end[j] > best[tag] + end[tag] { tag = j }
    var path = [tag]
    for t in stride(from: steps - 1, to: 0, by: -1) {
      tag = from[t * k + tag]
      path.append(tag)
    }
    return path.reversed()
  }

  /// T×K probabilities of each tag at each position.
  package func marginals(_ emissions: [Float], _ sums: Sums) -> [Double] {
    zip(sums.alpha, sums.beta).map { _exp($0 + $1 - sums.logPartition) }
  }

  /// Probability that the chain passes only through allowed tags: constrained over full partition.
  package func probability(
    _ emissions: [Float], logPartition: Double, allowed: (_ t: Int, _ tag: Int) -> Bool
  ) -> Double {
    withoutActuallyEscaping(allowed) { allowed in
      min(1, _exp(sums(emissions, allowed: allowed).logPartition - logPartition))
    }
  }

  /// Negative log-likelihood of a path, and its gradients added into the given buffers times
  /// `scale`.
  func lossAndGradients(
    _ emissions: [Float], path: [Int], scale: Double, emission dE: UnsafeMutablePointer<Float>?,
    transitions dA: inout [Double], start dStart: inout [Double], end dEnd: inout [Double]
  ) -> Double {
    let k = tags
    let steps = path.count
    let sums = sums(emissions)
    let loss = sums.logPartition - score(emissions, path: path)
    guard let dE else { return loss }
    let p = marginals(emissions, sums)
    for t in 0..<steps {
      for j in 0..<k { dE[t * k + j] += Float(scale * (p[t * k + j] - (path[t] == j ? 1 : 0))) }
    }
    for j in 0..<k {
      dStart[j] += scale * (p[j] - (path[0] == j ? 1 : 0))
      dEnd[j] += scale * (p[(steps - 1) * k + j] - (path[steps - 1] == j ? 1 : 0))
    }
    for t in 1..<max(1, steps) {
      for i in 0..<k {
        let a = sums.alpha[(t - 1) * k + i] - sums.logPartition
        for j in 0..<k {
          dA[i * k + j] +=
            scale
            * _exp(
              a + transitions[i * k + j] + Double(emissions[t * k + j]) + sums.beta[t * k + j])
        }
      }
      dA[path[t - 1] * k + path[t]] -= scale
    }
    return loss
  }
}
