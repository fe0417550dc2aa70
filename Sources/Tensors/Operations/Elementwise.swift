import CKernels

extension Tape {
  /// a + b; b has a's shape, or the shape of a's last axes (broadcast over the leading ones).
  package func add(_ a: Variable, _ b: Variable) -> Variable {
    let (x, y) = (self[a], self[b])
    precondition(x.count % max(1, y.count) == 0, "cannot add \(y.shape) to \(x.shape)")
    var out = x
    let n = y.count
    y.array.withUnsafeBufferPointer { q in
      out.array.withUnsafeMutableBufferPointer { p in
        guard let p = p.baseAddress, let q = q.baseAddress, n > 0 else { return }
        for base in stride(from: 0, to: x.count, by: n) { ck_add(q, p + base, n) }
      }
    }
    let total = x.count
    return record(out, from: [a, b]) { tape, g in
      tape.writeGradient(a) { d, adds in VectorMath.add(g, to: d, total, adds: adds) }
      if n == total {
        tape.writeGradient(b) { d, adds in VectorMath.add(g, to: d, total, adds: adds) }
      } else if n > 0 {
        tape.addGradient(b) { d in Rows.addColumns(g, rows: total / n, width: n, to: d) }
      }
    }
  }

  /// a ⊙ b, same shapes.
  package func multiply(_ a: Variable, _ b: Variable) -> Variable {
    let (x, y) = (self[a], self[b])
    precondition(x.shape == y.shape, "cannot multiply \(x.shape) by \(y.shape) elementwise")
    var out = x
    for i in 0..<out.count { out.array[i] *= y.array[i] }
    return record(out, from: [a, b]) { tape, g in
      tape.addGradient(a) { d in for i in 0..<y.count { d[i] += g[i] * y.array[i] } }
      tape.addGradient(b) { d in for i in 0..<x.count { d[i] += g[i] * x.array[i] } }
    }
  }

  /// Row i of a (…×D, seen as rows) times the i-th number of `factors` (one per row).
  package func scaleRows(_ a: Variable, by factors: Variable) -> Variable {
    let (x, f) = (self[a], self[factors])
    let width = x.count / max(1, f.count)
    precondition(width * f.count == x.count, "\(f.count) factors for shape \(x.shape)")
    var out = x
    for i in 0..<out.count { out.array[i] *= f.array[i / width] }
    return record(out, from: [a, factors]) { tape, g in
      tape.addGradient(a) { d in for i in 0..<x.count { d[i] += g[i] * f.array[i / width] } }
      tape.addGradient(factors) { d in for i in 0..<x.count { d[i / width] += g[i] * x.array[i] } }
    }
  }

  /// a · factor.
  package func scale(_ a: Variable, by factor: Float) -> Variable {
    var out = self[a]
    for i in 0..<out.count { out.array[i] *= factor }
    let n = out.count
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in for i in 0..<n { d[i] += g[i] * factor } }
    }
  }

  /// a · exp(s) for a learned scalar s (CLIP's logit scale).
  package func scaleByExp(_ a: Variable, _ s: Variable) -> Variable {
    let x = self[a]
    let factor = _expf(self[s].item)
    var out = x
    for i in 0..<out.count { out.array[i] *= factor }
    return record(out, from: [a, s]) { tape, g in
      tape.addGradient(a) { d in for i in 0..<x.count { d[i] += g[i] * factor } }
      tape.addGradient(s) { d in for i in 0..<x.count { d[0] += g[i] * x.array[i] * factor } }
    }
  }

  /// Sum of all elements, a scalar.
  package func sum(_ a: Variable) -> Variable {
    let x = self[a]
    let n = x.count
    return record(Tensor(scalar: x.array.reduce(0, +)), from: [a]) { tape, g in
      tape.addGradient(a) { d in for i in 0..<n { d[i] += g[0] } }
    }
  }

  /// Mean over the middle axis: B×N×D → B×D.
  package func meanOverMiddle(_ a: Variable) -> Variable {
    let x = self[a]
    precondition(x.shape.count == 3, "expected three axes, found \(x.shape)")
    let (b, n, d) = (x.shape[0], x.shape[1], x.shape[2])
    var out = Tensor([b, d])
    for i in 0..<b {
      for j in 0..<n { for k in 0..<d { out.array[i * d + k] += x.array[(i * n + j) * d + k] } }
    }
    for i in 0..<out.count { out.array[i] /= Float(n) }
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { p in
        for i in 0..<b {
          for j in 0..<n { for k in 0..<d { p[(i * n + j) * d + k] += g[i * d + k] / Float(n) } }
        }
      }
    }
  }

  /// Drops each element with the given probability while training, scaling the rest; otherwise the
  /// identity.
  package func dropout(_ a: Variable, _ probability: Float) -> Variable {
    guard training, probability > 0 else { return a }
    let x = self[a]
    let n = x.count
    // Decisions are made from the seed anew in the backward pass, not kept.
    let seed = generator.next()
    let out = [Float](unsafeUninitializedCapacity: n) { y, count in
      count = n
      VectorMath.dropout(x.array, to: y.baseAddress, n, seed: seed, probability, adds: false)
    }
    return record(Tensor(x.shape, out), from: [a]) { tape, g in
      tape.writeGradient(a) { d, adds in
        VectorMath.dropout(g, to: d, n, seed: seed, probability, adds: adds)
      }
    }
  }
}
