extension Tape {
  /// The same elements under another shape.
  package func reshape(_ a: Variable, _ shape: [Int]) -> Variable {
    let n = self[a].count
    return record(self[a].reshaped(shape), from: [a]) { tape, g in
      tape.addGradient(a) { d in for i in 0..<n { d[i] += g[i] } }
    }
  }

  /// Joins along the last axis; all other axes agree.
  package func concatenate(_ parts: [Variable]) -> Variable {
    let values = parts.map { self[$0] }
    let widths = values.map { $0.shape.last ?? 1 }
    let total = widths.reduce(0, +)
    let rows = values[0].count / max(1, widths[0])
    var out = Tensor(Array(values[0].shape.dropLast()) + [total])
    var offset = 0
    for (value, width) in zip(values, widths) {
      precondition(value.count == rows * width, "cannot join \(values.map(\.shape))")
      for r in 0..<rows {
        for i in 0..<width { out.array[r * total + offset + i] = value.array[r * width + i] }
      }
      offset += width
    }
    return record(out, from: parts) { tape, g in
      var offset = 0
      for (part, width) in zip(parts, widths) {
        tape.addGradient(part) { d in
          for r in 0..<rows {
            for i in 0..<width { d[r * width + i] += g[r * total + offset + i] }
          }
        }
        offset += width
      }
    }
  }

  /// Rows of a table: indices of any shape; `table` N×D; the result is indices' shape × D. −1 gives
  /// zeros.
  package func gather(_ table: Variable, _ indices: [Int], shape: [Int]) -> Variable {
    let rows = self[table]
    let width = rows.shape[1]
    var out = Tensor(shape + [width])
    for (i, index) in indices.enumerated() where index >= 0 {
      for k in 0..<width { out.array[i * width + k] = rows.array[index * width + k] }
    }
    return record(out, from: [table]) { tape, g in
      tape.addRowGradient(table, rows: indices, width: width, g)
    }
  }

  /// Repeats each row `times` times: B×D → B×times×D.
  package func repeatRows(_ a: Variable, times: Int) -> Variable {
    let x = self[a]
    let (b, d) = (x.shape[0], x.shape[1])
    var out = Tensor([b, times, d])
    for i in 0..<b {
      for t in 0..<times {
        for k in 0..<d { out.array[(i * times + t) * d + k] = x.array[i * d + k] }
      }
    }
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { p in
        for i in 0..<b {
          for t in 0..<times { for k in 0..<d { p[i * d + k] += g[(i * times + t) * d + k] } }
        }
      }
    }
  }

  /// Last forward and first backward state of a bidirectional sequence: B×T×2H → B×2H.
  package func endStates(_ a: Variable, lengths: [Int]) -> Variable {
    let x = self[a]
    let (b, t, width) = (x.shape[0], x.shape[1], x.shape[2])
    let half = width / 2
    var out = Tensor([b, width])
    func source(_ i: Int, _ k: Int) -> Int {
      (i * t + (k < half ? max(0, lengths[i] - 1) : 0)) * width + k
    }
    for i in 0..<b { for k in 0..<width { out.array[i * width + k] = x.array[source(i, k)] } }
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in
        for i in 0..<b { for k in 0..<width { d[source(i, k)] += g[i * width + k] } }
      }
    }
  }
}

extension Tape {
  /// Column `index` of a matrix N×K, as N numbers.
  package func column(_ index: Int, of a: Variable) -> Variable {
    let x = self[a]
    let (n, k) = (x.shape[0], x.shape[1])
    let out = Tensor([n], (0..<n).map { x.array[$0 * k + index] })
    return record(out, from: [a]) { tape, g in
      tape.addGradient(a) { d in for i in 0..<n { d[i * k + index] += g[i] } }
    }
  }
}
