extension Tape {
  /// x Wᵀ + b: x is …×I, `weight` O×I, `bias` O; the result is …×O.
  package func linear(_ x: Variable, weight: Variable, bias: Variable? = nil) -> Variable {
    let (input, w) = (self[x], self[weight])
    let (o, i) = (w.shape[0], w.shape[1])
    precondition(input.shape.last == i, "a linear layer of \(w.shape) got \(input.shape)")
    let rows = input.count / i
    let b = bias.map { self[$0].array }
    let product = [Float](unsafeUninitializedCapacity: rows * o) { p, count in
      count = rows * o
      guard let base = p.baseAddress else { return }
      BLAS.multiply(
        input.array, lda: i, w.array, transposeB: true, ldb: i, into: base, ldc: o, m: rows,
        n: o, k: i, bias: b)
    }
    let out = Tensor(Array(input.shape.dropLast()) + [o], product)
    return record(out, from: [x, weight] + (bias.map { [$0] } ?? [])) { tape, g in
      // In the forward pass y = x Wᵀ + b, so dx = g W, dW = gᵀ x, db = Σ rows of g.
      tape.writeGradient(x) { d, adds in
        BLAS.multiply(
          g, lda: o, w.array, ldb: i, into: d, ldc: i, m: rows, n: i, k: o, beta: adds ? 1 : 0)
      }
      tape.writeGradient(weight) { d, adds in
        BLAS.multiply(
          g, transposeA: true, lda: o, input.array, ldb: i, into: d, ldc: i, m: o, n: i, k: rows,
          beta: adds ? 1 : 0)
      }
      if let bias {
        tape.addGradient(bias) { d in Rows.addColumns(g, rows: rows, width: o, to: d) }
      }
    }
  }

  /// a bᵀ: a is N×D, b M×D; the result is N×M.
  package func multiplyTransposed(_ a: Variable, _ b: Variable) -> Variable {
    linear(a, weight: b)
  }

  /// The transpose of a matrix.
  package func transpose(_ a: Variable) -> Variable {
    let x = self[a]
    let (n, m) = (x.shape[0], x.shape[1])
    var out = Tensor([m, n])
    for i in 0..<n { for j in 0..<m { out.array[j * n + i] = x.array[i * m + j] } }
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in
        for i in 0..<n { for j in 0..<m { d[i * m + j] += g[j * n + i] } }
      }
    }
  }
}
