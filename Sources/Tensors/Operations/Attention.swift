extension Tape {
  /// Scaled dot-product attention of several heads.
  ///
  /// - Parameters:
  ///   - q: B×Tq×D queries, `k` and `v` B×Tk×D, heads side by side in D.
  ///   - heads: number of heads h; each has D/h dimensions and is scaled by 1/√(D/h).
  ///   - keyLengths: how many keys of each batch item are real; the others get weight 0.
  ///   - causal: query i sees keys ≤ i only.
  ///   - intercept: what to use in place of the weights, for interventions; no gradient passes it.
  /// - Returns: output B×Tq×D, and the weights B×h×Tq×Tk (a plain tensor, for showing).
  package func attention(
    _ q: Variable, _ k: Variable, _ v: Variable, heads: Int, keyLengths: [Int]? = nil,
    causal: Bool = false, intercept: ((Tensor) -> Tensor)? = nil
  ) -> (output: Variable, weights: Tensor) {
    let (qs, ks, vs) = (self[q], self[k], self[v])
    let (b, tq, d) = (qs.shape[0], qs.shape[1], qs.shape[2])
    let tk = ks.shape[1]
    let size = d / heads
    let scale = 1 / Float(size).squareRoot()
    var weights = Tensor([b, heads, tq, tk])
    var out = Tensor([b, tq, d])
    weights.array.withUnsafeMutableBufferPointer { w in
      qs.array.withUnsafeBufferPointer { qp in
        ks.array.withUnsafeBufferPointer { kp in
          guard let wb = w.baseAddress, let qb = qp.baseAddress, let kb = kp.baseAddress
          else { return }
          for i in 0..<b {
            let length = keyLengths?[i] ?? tk
            for h in 0..<heads {
              let scores = wb + (i * heads + h) * tq * tk
              BLAS.multiply(
                qb + i * tq * d + h * size, lda: d, kb + i * tk * d + h * size, transposeB: true,
                ldb: d, into: scores, ldc: tk, m: tq, n: tk, k: size, alpha: scale)
              for r in 0..<tq {
                let seen = causal ? min(length, r + 1) : length
                for c in seen..<max(seen, tk) { scores[r * tk + c] = -1e30 }
              }
              Rows.softmax(UnsafeMutableBufferPointer(start: scores, count: tq * tk), width: tk)
            }
          }
        }
      }
    }
    if let intercept {
      let replaced = intercept(weights)
      precondition(replaced.shape == weights.shape, "attention weights keep their shape")
      weights = replaced
    }
    let shown = weights
    out.array.withUnsafeMutableBufferPointer { o in
      shown.array.withUnsafeBufferPointer { w in
        vs.array.withUnsafeBufferPointer { vp in
          guard let ob = o.baseAddress, let wb = w.baseAddress, let vb = vp.baseAddress
          else { return }
          for i in 0..<b {
            for h in 0..<heads {
              BLAS.multiply(
                wb + (i * heads + h) * tq * tk, lda: tk, vb + i * tk * d + h * size, ldb: d,
                into: ob + i * tq * d + h * size, ldc: d, m: tq, n: size, k: tk)
            }
          }
        }
      }
    }
    let result = record(out, from: [q, k, v]) { tape, g in
      // dV = Wᵀ g, dW = g Vᵀ, dS = W ⊙ (dW − Σ dW ⊙ W), dQ = dS K · scale, dK = dSᵀ Q · scale.
      var ds = [Float](repeating: 0, count: shown.count)
      for i in 0..<b {
        for h in 0..<heads {
          let at = (i * heads + h) * tq * tk
          ds.withUnsafeMutableBufferPointer { buffer in
            guard let p = buffer.baseAddress.map({ $0 + at }) else { return }
            vs.array.withUnsafeBufferPointer { vp in
              guard let vb = vp.baseAddress else { return }
              BLAS.multiply(
                g + i * tq * d + h * size, lda: d, vb + i * tk * d + h * size, transposeB: true,
                ldb: d, into: p, ldc: tk, m: tq, n: tk, k: size)
            }
            for r in 0..<tq {
              var dot: Float = 0
              for c in 0..<tk { dot += p[r * tk + c] * shown.array[at + r * tk + c] }
              for c in 0..<tk {
                p[r * tk + c] = shown.array[at + r * tk + c] * (p[r * tk + c] - dot) * scale
              }
            }
          }
        }
      }
      func eachHead(_ body: (_ at: Int, _ queries: Int, _ keys: Int) -> Void) {
        for i in 0..<b {
          for h in 0..<heads {
            body((i * heads + h) * tq * tk, i * tq * d + h * size, i * tk * d + h * size)
          }
        }
      }
      ds.withUnsafeBufferPointer { dsp in
        shown.array.withUnsafeBufferPointer { wp in
          qs.array.withUnsafeBufferPointer { qp in
            ks.array.withUnsafeBufferPointer { kp in
              guard let dsb = dsp.baseAddress, let wb = wp.baseAddress, let qb = qp.baseAddress,
                let kb = kp.baseAddress
              else { return }
              tape.addGradient(q) { p in
                eachHead { at, queries, keys in
                  BLAS.multiply(
                    dsb + at, lda: tk, kb + keys, ldb: d, into: p + queries, ldc: d, m: tq,
                    n: size, k: tk, beta: 1)
                }
              }
              tape.addGradient(k) { p in
                eachHead { at, queries, keys in
                  BLAS.multiply(
                    dsb + at, transposeA: true, lda: tk, qb + queries, ldb: d, into: p + keys,
                    ldc: d, m: tk, n: size, k: tq, beta: 1)
                }
              }
              tape.addGradient(v) { p in
                eachHead { at, queries, keys in
                  BLAS.multiply(
                    wb + at, transposeA: true, lda: tk, g + queries, ldb: d, into: p + keys,
                    ldc: d, m: tk, n: size, k: tq, beta: 1)
                }
              }
            }
          }
        }
      }
    }
    return (result, weights)
  }
}
