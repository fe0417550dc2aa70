extension Tape {
  /// Joins along the middle axis: B×N×D and B×M×D → B×(N+M)×D.
  package func joinRows(_ a: Variable, _ b: Variable) -> Variable {
    let (x, y) = (self[a], self[b])
    precondition(
      x.shape.count == 3 && y.shape.count == 3 && x.shape[0] == y.shape[0]
        && x.shape[2] == y.shape[2], "cannot join rows of \(x.shape) and \(y.shape)")
    let (batch, width) = (x.shape[0], x.shape[2])
    let (first, second) = (x.shape[1] * width, y.shape[1] * width)
    var out: [Float] = []
    out.reserveCapacity(x.count + y.count)
    for i in 0..<batch {
      out += x.array[(i * first)..<((i + 1) * first)]
      out += y.array[(i * second)..<((i + 1) * second)]
    }
    let joined = Tensor([batch, x.shape[1] + y.shape[1], width], out)
    return record(joined, from: [a, b]) { tape, g in
      for (part, size, offset) in [(a, first, 0), (b, second, first)] {
        tape.addGradient(part) { d in
          for i in 0..<batch {
            let from = g + i * (first + second) + offset
            for k in 0..<size { d[i * size + k] += from[k] }
          }
        }
      }
    }
  }

  /// Sums of rows by given weights: B×M×N weights and B×N×D → B×M×D.
  package func weightedRows(_ weights: Tensor, of a: Variable) -> Variable {
    let x = self[a]
    precondition(
      x.shape.count == 3 && weights.shape.count == 3 && weights.shape[0] == x.shape[0]
        && weights.shape[2] == x.shape[1], "weights \(weights.shape) for \(x.shape)")
    let (batch, m, n, d) = (x.shape[0], weights.shape[1], x.shape[1], x.shape[2])
    var out = Tensor([batch, m, d])
    out.array.withUnsafeMutableBufferPointer { o in
      weights.array.withUnsafeBufferPointer { w in
        x.array.withUnsafeBufferPointer { x in
          guard let o = o.baseAddress, let w = w.baseAddress, let x = x.baseAddress else { return }
          for i in 0..<batch {
            BLAS.multiply(
              w + i * m * n, lda: n, x + i * n * d, ldb: d, into: o + i * m * d, ldc: d, m: m,
              n: d, k: n)
          }
        }
      }
    }
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { p in
        weights.array.withUnsafeBufferPointer { w in
          guard let w = w.baseAddress else { return }
          for i in 0..<batch {
            BLAS.multiply(
              w + i * m * n, transposeA: true, lda: n, g + i * m * d, ldb: d,
              into: p + i * n * d, ldc: d, m: n, n: d, k: m, beta: 1)
          }
        }
      }
    }
  }

  /// Means over the middle axis of the real rows only: B×N×D and B×N truths → B×D; an item without
  /// real rows gives zeros.
  package func meanOverRows(_ a: Variable, real: [Bool]) -> Variable {
    let shape = shape(a)
    precondition(shape.count == 3 && real.count == shape[0] * shape[1], "means over \(shape)")
    let rows = shape[1]
    let weights = (0..<shape[0]).flatMap { i in
      let own = real[(i * rows)..<((i + 1) * rows)]
      let share = 1 / Float(max(1, own.count { $0 }))
      return own.map { $0 ? share : 0 }
    }
    return reshape(
      weightedRows(Tensor([shape[0], 1, rows], weights), of: a), [shape[0], shape[2]])
  }
}
