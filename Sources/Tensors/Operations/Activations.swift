extension Tape {
  /// max(0, x).
  package func relu(_ a: Variable) -> Variable {
    var out = self[a]
    for i in 0..<out.count where out.array[i] < 0 { out.array[i] = 0 }
    let y = out
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in for i in 0..<y.count where y.array[i] > 0 { d[i] += g[i] } }
    }
  }

  /// x Φ(x), the exact erf form.
  package func gelu(_ a: Variable) -> Variable {
    let x = self[a]
    let n = x.count
    let out = [Float](unsafeUninitializedCapacity: n) { p, count in
      count = n
      VectorMath.gelu(x.array, into: p.baseAddress, n)
    }
    return record(Tensor(x.shape, out), from: [a]) { tape, g in
      tape.writeGradient(a) { d, adds in
        if !adds { d.update(repeating: 0, count: n) }
        VectorMath.addGELUGradient(x.array, g, to: d, n)
      }
    }
  }

  /// 1 / (1 + exp(−x)).
  package func sigmoid(_ a: Variable) -> Variable {
    var out = self[a]
    let n = out.count
    VectorMath.sigmoid(self[a].array, into: &out.array, n)
    let y = out
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in
        for i in 0..<y.count { d[i] += g[i] * y.array[i] * (1 - y.array[i]) }
      }
    }
  }

  /// Hyperbolic tangent.
  package func tanh(_ a: Variable) -> Variable {
    var out = self[a]
    let n = out.count
    VectorMath.tanh(self[a].array, into: &out.array, n)
    let y = out
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in
        for i in 0..<y.count { d[i] += g[i] * (1 - y.array[i] * y.array[i]) }
      }
    }
  }

  /// Softmax over the last axis.
  package func softmax(_ a: Variable) -> Variable {
    let x = self[a]
    let width = x.shape.last ?? 1
    var out = x
    out.array.withUnsafeMutableBufferPointer { Rows.softmax($0, width: width) }
    let y = out
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in
        for base in stride(from: 0, to: y.count, by: width) {
          var dot: Float = 0
          for i in base..<(base + width) { dot += g[i] * y.array[i] }
          for i in base..<(base + width) { d[i] += y.array[i] * (g[i] - dot) }
        }
      }
    }
  }

  /// x / ‖x‖ over the last axis.
  package func normalizeRows(_ a: Variable) -> Variable {
    let x = self[a]
    let width = x.shape.last ?? 1
    var out = x
    var norms = [Float](repeating: 0, count: x.count / width)
    for row in 0..<norms.count {
      var sum: Float = 0
      for i in (row * width)..<((row + 1) * width) { sum += x.array[i] * x.array[i] }
      norms[row] = max(sum.squareRoot(), 1e-12)
      for i in (row * width)..<((row + 1) * width) { out.array[i] = x.array[i] / norms[row] }
    }
    let y = out
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in
        for row in 0..<norms.count {
          let range = (row * width)..<((row + 1) * width)
          var dot: Float = 0
          for i in range { dot += g[i] * y.array[i] }
          for i in range { d[i] += (g[i] - y.array[i] * dot) / norms[row] }
        }
      }
    }
  }
}

/// Loops over the rows of a matrix.
enum Rows {
  /// Adds the sum of each of `width` columns to d, rows in order.
  static func addColumns(
    _ x: UnsafePointer<Float>, rows: Int, width: Int, to d: UnsafeMutablePointer<Float>
  ) {
    let part = max(64, (width + 7) / 8)
    Parallel.tasks((width + part - 1) / part) { task, _ in
      let (low, high) = (task * part, min(width, (task + 1) * part))
      for r in 0..<rows {
        let row = x + r * width
        for j in low..<high { d[j] += row[j] }
      }
    }
  }

  /// Softmax in place of each run of `width` numbers.
  static func softmax(_ x: UnsafeMutableBufferPointer<Float>, width: Int) {
    guard width > 0, let base = x.baseAddress else { return }
    for row in 0..<(x.count / width) {
      let p = base + row * width
      var top = p[0]
      for i in 1..<max(1, width) where p[i] > top { top = p[i] }
      for i in 0..<width { p[i] -= top }
      VectorMath.exp(p, into: p, width)
      var sum: Float = 0
      for i in 0..<width { sum += p[i] }
      let scale = 1 / sum
      for i in 0..<width { p[i] *= scale }
    }
  }
}
