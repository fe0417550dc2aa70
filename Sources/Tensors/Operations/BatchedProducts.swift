extension Tape {
  /// a bᵀ of every item: B×T×D and B×N×D → B×T×N.
  package func products(_ a: Variable, _ b: Variable) -> Variable {
    let (x, y) = (self[a], self[b])
    let (batch, rows, inner, columns) = (x.shape[0], x.shape[1], x.shape[2], y.shape[1])
    precondition(y.shape == [batch, columns, inner], "products of \(x.shape) and \(y.shape)")
    var out = Tensor([batch, rows, columns])
    x.array.withUnsafeBufferPointer { x in
      y.array.withUnsafeBufferPointer { y in
        out.array.withUnsafeMutableBufferPointer { out in
          guard let x = x.baseAddress, let y = y.baseAddress, let out = out.baseAddress else {
            return
          }
          for i in 0..<batch {
            BLAS.multiply(
              x + i * rows * inner, lda: inner, y + i * columns * inner, transposeB: true,
              ldb: inner, into: out + i * rows * columns, ldc: columns, m: rows, n: columns,
              k: inner)
          }
        }
      }
    }
    return record(out, from: [a, b]) { tape, g in
      tape.addGradient(a) { d in
        y.array.withUnsafeBufferPointer { y in
          guard let y = y.baseAddress else { return }
          for i in 0..<batch {
            BLAS.multiply(
              g + i * rows * columns, lda: columns, y + i * columns * inner, ldb: inner,
              into: d + i * rows * inner, ldc: inner, m: rows, n: inner, k: columns, beta: 1)
          }
        }
      }
      tape.addGradient(b) { d in
        x.array.withUnsafeBufferPointer { x in
          guard let x = x.baseAddress else { return }
          for i in 0..<batch {
            BLAS.multiply(
              g + i * rows * columns, transposeA: true, lda: columns, x + i * rows * inner,
              ldb: inner, into: d + i * columns * inner, ldc: inner, m: columns, n: inner,
              k: rows, beta: 1)
          }
        }
      }
    }
  }

  /// Rows and columns of every item exchanged: B×T×N → B×N×T.
  package func transposeItems(_ a: Variable) -> Variable {
    let x = self[a]
    let (batch, rows, columns) = (x.shape[0], x.shape[1], x.shape[2])
    var out = Tensor([batch, columns, rows])
    for i in 0..<batch {
      for r in 0..<rows {
        for c in 0..<columns {
          out.array[(i * columns + c) * rows + r] = x.array[(i * rows + r) * columns + c]
        }
      }
    }
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in
        for i in 0..<batch {
          for r in 0..<rows {
            for c in 0..<columns {
              d[(i * rows + r) * columns + c] += g[(i * columns + c) * rows + r]
            }
          }
        }
      }
    }
  }

  /// w v of every item: weights B×T×N over B×N×D → B×T×D.
  package func mix(_ weights: Variable, _ v: Variable) -> Variable {
    products(weights, transposeItems(v))
  }
}
