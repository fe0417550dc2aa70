import CKernels

/// Which keys a query may see.
package struct AttentionMask: Sendable {
  /// B×Tk, true for a real key; nil when all are real. A row without any real key spreads its
  /// weight evenly over all keys, as the reference does.
  package var keys: [Bool]?
  /// Query i sees keys ≤ i only.
  package var causal: Bool

  /// A mask; everything is seen by default.
  package init(keys: [Bool]? = nil, causal: Bool = false) {
    self.keys = keys
    self.causal = causal
  }
}

extension Tape {
  /// Scaled dot-product attention of several heads, with any mask and with dropout of the weights
  /// while training.
  ///
  /// - Parameters:
  ///   - q: B×Tq×D queries, `k` and `v` B×Tk×D, heads side by side in D.
  ///   - heads: number of heads h; each has D/h dimensions and is scaled by 1/√(D/h).
  ///   - intercept: what to use in place of the weights, for interventions; no gradient passes it.
  /// - Returns: output B×Tq×D, and the weights B×h×Tq×Tk before dropout (a plain tensor that shares
  ///   its storage with what the backward pass keeps).
  package func attention(
    _ q: Variable, _ k: Variable, _ v: Variable, heads: Int, mask: AttentionMask,
    dropout: Float, intercept: ((Tensor) -> Tensor)? = nil
  ) -> (output: Variable, weights: Tensor) {
    let (qs, ks, vs) = (self[q], self[k], self[v])
    let plan = HeadPlan(queries: qs.shape, keys: ks.shape, heads: heads)
    precondition(mask.keys.map { $0.count == plan.batch * plan.tk } ?? true, "mask does not fit")
    var weights = plan.weights(qs.array, ks.array, mask)
    let replaced = intercept != nil
    if let intercept {
      weights = intercept(weights)
      precondition(weights.count == plan.weightCount, "attention weights keep their shape")
    }
    let seed = training && dropout > 0 ? generator.next() : nil
    let used =
      seed.map { seed in
        [Float](unsafeUninitializedCapacity: plan.weightCount) { p, count in
          count = plan.weightCount
          VectorMath.dropout(
            weights.array, to: p.baseAddress, count, seed: seed, dropout, adds: false)
        }
      } ?? weights.array
    let out = Tensor(qs.shape, plan.mix(used, vs.array))
    let soft = weights
    let result = record(out, from: [q, k, v]) { tape, g in
      // dV = Uᵀ g with U the weights after dropout; dU = g Vᵀ; dW = dU ⊙ dropout;
      // dS = W ⊙ (dW − Σ dW ⊙ W) · scale; dQ = dS K; dK = dSᵀ Q.
      tape.addGradient(v) { plan.addValueGradient(used, g, into: $0) }
      if replaced || !(tape.needsGradient(q) || tape.needsGradient(k)) { return }
      let scores = plan.scoreGradient(
        soft.array, seed.map { ($0, dropout) }, vs.array, g)
      tape.addGradient(q) { plan.addQueryGradient(scores, ks.array, into: $0) }
      tape.addGradient(k) { plan.addKeyGradient(scores, qs.array, into: $0) }
    }
    return (result, weights)
  }
}

/// The products of one attention, head by head, over several cores.
private struct HeadPlan: Sendable {
  let batch: Int
  let tq: Int
  let tk: Int
  let width: Int
  let heads: Int
  var size: Int { width / heads }
  var scale: Float { 1 / Float(size).squareRoot() }
  var weightCount: Int { batch * heads * tq * tk }

  init(queries: [Int], keys: [Int], heads: Int) {
    precondition(queries.count == 3 && keys.count == 3 && queries[2] % heads == 0)
    (batch, tq, width) = (queries[0], queries[1], queries[2])
    tk = keys[1]
    self.heads = heads
  }

  /// Where one head of one item starts in the weights, the queries and the keys.
  private struct Place {
    let weights: Int
    let queries: Int
    let keys: Int
    let item: Int
  }

  private typealias Body =
    @Sendable (
      UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Place
    ) -> Void

  /// Runs `body` for every head of every item; heads write to places of their own.
  private func eachHead(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    writing c: UnsafeMutablePointer<Float>, _ body: Body
  ) {
    nonisolated(unsafe) let (a, b, c) = (a, b, c)
    let cheap = weightCount * size < 200_000
    Parallel.blocks(of: batch * heads, into: cheap ? 1 : 8) { _, range in
      for j in range {
        let (item, head) = (j / heads, j % heads)
        let place = Place(
          weights: j * tq * tk, queries: item * tq * width + head * size,
          keys: item * tk * width + head * size, item: item)
        body(a, b, c, place)
      }
    }
  }

  func weights(_ q: [Float], _ k: [Float], _ mask: AttentionMask) -> Tensor {
    var result = Tensor([batch, heads, tq, tk])
    eachHead(q, k, writing: &result.array) { q, k, w, at in
      let scores = w + at.weights
      BLAS.multiply(
        q + at.queries, lda: width, k + at.keys, transposeB: true, ldb: width, into: scores,
        ldc: tk, m: tq, n: tk, k: size, alpha: scale)
      hide(scores, mask, item: at.item)
      Rows.softmax(UnsafeMutableBufferPointer(start: scores, count: tq * tk), width: tk)
    }
    return result
  }

  private func hide(_ scores: UnsafeMutablePointer<Float>, _ mask: AttentionMask, item: Int) {
    if let keys = mask.keys {
      for c in 0..<tk where !keys[item * tk + c] {
        for r in 0..<tq { scores[r * tk + c] = -1e30 }
      }
    }
    if mask.causal {
      for r in 0..<tq { for c in min(r + 1, tk)..<tk { scores[r * tk + c] = -1e30 } }
    }
  }

  func mix(_ weights: [Float], _ v: [Float]) -> [Float] {
    var out = [Float](repeating: 0, count: batch * tq * width)
    eachHead(weights, v, writing: &out) { w, v, o, at in
      BLAS.multiply(
        w + at.weights, lda: tk, v + at.keys, ldb: width, into: o + at.queries, ldc: width,
        m: tq, n: size, k: tk)
    }
    return out
  }

  /// dS, from the weights, the dropout's decisions, the values and the output's gradient.
  func scoreGradient(
    _ weights: [Float], _ dropout: (seed: UInt64, probability: Float)?, _ v: [Float],
    _ g: UnsafePointer<Float>
  ) -> [Float] {
    var ds = [Float](repeating: 0, count: weightCount)
    eachHead(g, v, writing: &ds) { g, v, ds, at in
      let p = ds + at.weights
      BLAS.multiply(
        g + at.queries, lda: width, v + at.keys, transposeB: true, ldb: width, into: p, ldc: tk,
        m: tq, n: tk, k: size)
      if let dropout {
        ck_dropout(p, p, tq * tk, at.weights, dropout.seed, dropout.probability, 0)
      }
      weights.withUnsafeBufferPointer { soft in
        for r in 0..<tq {
          let (row, base) = (p + r * tk, at.weights + r * tk)
          var dot: Float = 0
          for c in 0..<tk { dot += row[c] * soft[base + c] }
          for c in 0..<tk { row[c] = soft[base + c] * (row[c] - dot) * scale }
        }
      }
    }
    return ds
  }

  func addQueryGradient(_ ds: [Float], _ k: [Float], into d: UnsafeMutablePointer<Float>) {
    eachHead(ds, k, writing: d) { ds, k, d, at in
      BLAS.multiply(
        ds + at.weights, lda: tk, k + at.keys, ldb: width, into: d + at.queries, ldc: width,
        m: tq, n: size, k: tk, beta: 1)
    }
  }

  func addKeyGradient(_ ds: [Float], _ q: [Float], into d: UnsafeMutablePointer<Float>) {
    eachHead(ds, q, writing: d) { ds, q, d, at in
      BLAS.multiply(
        ds + at.weights, transposeA: true, lda: tk, q + at.queries, ldb: width, into: d + at.keys,
        ldc: width, m: tk, n: size, k: tq, beta: 1)
    }
  }

  func addValueGradient(
    _ used: [Float], _ g: UnsafePointer<Float>, into d: UnsafeMutablePointer<Float>
  ) {
    eachHead(used, g, writing: d) { w, g, d, at in
      BLAS.multiply(
        w + at.weights, transposeA: true, lda: tk, g + at.queries, ldb: width, into: d + at.keys,
        ldc: width, m: tk, n: size, k: tq, beta: 1)
    }
  }
}
