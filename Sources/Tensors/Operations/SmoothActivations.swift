extension Tape {
  /// CLIP's x · σ(1.702x).
  package func quickGELU(_ a: Variable) -> Variable {
    let x = self[a]
    let n = x.count
    var gate = [Float](repeating: 0, count: n)
    for i in 0..<n { gate[i] = 1.702 * x.array[i] }
    gate.withUnsafeMutableBufferPointer { p in
      if let p = p.baseAddress { VectorMath.sigmoid(p, into: p, n) }
    }
    var out = x
    for i in 0..<n { out.array[i] *= gate[i] }
    let s = gate
    return record(out, from: [a]) { tape, g in
      // y = x s with s = σ(1.702x), so dy = s + 1.702 x s (1 − s).
      tape.addGradient(a) { d in
        for i in 0..<n { d[i] += g[i] * s[i] * (1 + 1.702 * x.array[i] * (1 - s[i])) }
      }
    }
  }

  /// ½x(1 + tanh(√(2/π)(x + 0.044715x³))), the tanh form of gelu.
  package func geluTanh(_ a: Variable) -> Variable {
    let x = self[a]
    let n = x.count
    let (root, cubic): (Float, Float) = (0.797_884_56, 0.044_715)
    var bend = [Float](repeating: 0, count: n)
    for i in 0..<n {
      let v = x.array[i]
      bend[i] = root * (v + cubic * v * v * v)
    }
    bend.withUnsafeMutableBufferPointer { p in
      if let p = p.baseAddress { VectorMath.tanh(p, into: p, n) }
    }
    var out = x
    for i in 0..<n { out.array[i] *= 0.5 * (1 + bend[i]) }
    let t = bend
    return record(out, from: [a]) { tape, g in
      // y = ½x(1 + t), so dy = ½(1 + t) + ½x(1 − t²)√(2/π)(1 + 3·0.044715x²).
      tape.addGradient(a) { d in
        for i in 0..<n {
          let v = x.array[i]
          let slope = root * (1 + 3 * cubic * v * v)
          d[i] += g[i] * (0.5 * (1 + t[i]) + 0.5 * v * (1 - t[i] * t[i]) * slope)
        }
      }
    }
  }

  /// One vector in front of every sequence: D numbers before B×N×D give B×(N+1)×D.
  package func prepend(_ row: Variable, to a: Variable) -> Variable {
    let (first, x) = (self[row], self[a])
    precondition(x.shape.count == 3 && first.count == x.shape[2], "a row of \(first.shape)")
    let (b, n, d) = (x.shape[0], x.shape[1], x.shape[2])
    var out: [Float] = []
    out.reserveCapacity(b * (n + 1) * d)
    for i in 0..<b {
      out += first.array
      out += x.array[(i * n * d)..<((i + 1) * n * d)]
    }
    return record(Tensor([b, n + 1, d], out), from: [row, a]) { tape, g in
      tape.addGradient(row) { p in
        for i in 0..<b { for j in 0..<d { p[j] += g[i * (n + 1) * d + j] } }
      }
      tape.addGradient(a) { p in
        for i in 0..<b {
          let source = g + (i * (n + 1) + 1) * d
          for j in 0..<(n * d) { p[i * n * d + j] += source[j] }
        }
      }
    }
  }

  /// One position of every sequence: B×T×D and B indices give B×D.
  package func positions(_ indices: [Int], of a: Variable) -> Variable {
    let x = self[a]
    precondition(x.shape.count == 3 && indices.count == x.shape[0], "positions of \(x.shape)")
    let (t, d) = (x.shape[1], x.shape[2])
    var out: [Float] = []
    for (i, index) in indices.enumerated() {
      out += x.array[((i * t + index) * d)..<((i * t + index + 1) * d)]
    }
    return record(Tensor([indices.count, d], out), from: [a]) { tape, g in
      tape.addGradient(a) { p in
        for (i, index) in indices.enumerated() {
          for j in 0..<d { p[(i * t + index) * d + j] += g[i * d + j] }
        }
      }
    }
  }
}
