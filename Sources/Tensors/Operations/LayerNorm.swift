import CKernels

extension Tape {
  /// (x − mean) / √(variance + ε) · weight + bias over the last axis of D numbers.
  package func layerNorm(
    _ x: Variable, weight: Variable, bias: Variable, epsilon: Float
  ) -> Variable {
    let (input, w, b) = (self[x], self[weight], self[bias])
    let d = w.count
    let rows = input.count / d
    var scales = [Float](repeating: 0, count: rows)
    var hats: [Float] = []
    let out = [Float](unsafeUninitializedCapacity: input.count) { y, count in
      count = input.count
      hats = [Float](unsafeUninitializedCapacity: input.count) { hat, count in
        count = input.count
        scales.withUnsafeMutableBufferPointer { scales in
          guard let y = y.baseAddress, let hat = hat.baseAddress, let scales = scales.baseAddress
          else { return }
          input.array.withUnsafeBufferPointer { x in
            guard let x = x.baseAddress else { return }
            RowKernels.split(rows, work: 3 * d) { range in
              let at = range.lowerBound
              ck_layer_norm_parts(
                x + at * d, w.array, b.array, epsilon, y + at * d, hat + at * d, scales + at,
                range.count, d)
            }
          }
        }
      }
    }
    let (hat, inverse) = (hats, scales)
    return record(Tensor(input.shape, out), from: [x, weight, bias]) { tape, g in
      tape.addGradient(bias) { p in Rows.addColumns(g, rows: rows, width: d, to: p) }
      tape.addGradient(weight) { p in
        hat.withUnsafeBufferPointer { hat in
          for r in 0..<rows { for i in 0..<d { p[i] += g[r * d + i] * hat[r * d + i] } }
        }
      }
      tape.writeGradient(x) { p, adds in
        if !adds { p.update(repeating: 0, count: rows * d) }
        hat.withUnsafeBufferPointer { hat in
          guard let hat = hat.baseAddress else { return }
          RowKernels.split(rows, work: 3 * d) { range in
            let at = range.lowerBound
            inverse.withUnsafeBufferPointer { inverse in
              guard let inverse = inverse.baseAddress else { return }
              ck_layer_norm_gradient(
                g + at * d, w.array, hat + at * d, inverse + at, p + at * d, range.count, d)
            }
          }
        }
      }
    }
  }
}
