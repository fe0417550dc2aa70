import CKernels

extension Optimizer {
  /// What a parameter is moved along.
  enum Gradient {
    case whole([Float])
    /// Of a table, most of whose rows have none.
    case rows(RowGradient)

    var numbers: [Float] {
      switch self {
      case .whole(let numbers): numbers
      case .rows(let rows): rows.values
      }
    }
  }

  /// One step of Adam over a table: the same numbers as with a gradient that is 0 in the other
  /// rows, but rows that never had one, whose moments are 0, are only decayed.
  static func update(
    _ p: UnsafeMutablePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ v: UnsafeMutablePointer<Float>, count: Int, _ gradient: RowGradient, used: [Bool],
    _ rule: ck_adam_rule
  ) {
    let width = gradient.width
    let zeros = FloatBuffer(count: 3 * width)
    gradient.values.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return }
      withUnsafePointer(to: rule) { rule in
        let block = 256
        let rows = count / width
        Parallel.tasks((rows + block - 1) / block) { task, _ in
          let first = task * block
          // Moments of unused rows stay 0: their scratch is the task's own.
          let scratch = FloatBuffer(count: 2 * width)
          var next = gradient.rows.partitioningIndex { $0 >= first }
          for row in first..<min(rows, first + block) {
            let at = row * width
            if next < gradient.rows.count, gradient.rows[next] == row {
              ck_adam(p + at, values + next * width, m + at, v + at, width, rule)
              next += 1
            } else if used[row] {
              ck_adam(p + at, zeros.base, m + at, v + at, width, rule)
            } else if rule.pointee.decay != 0 {
              ck_adam(
                p + at, zeros.base, scratch.base, scratch.base + width, width, rule)
            }
          }
        }
      }
    }
  }

  /// Which rows of a table have moments other than 0.
  static func usedRows(_ m: [Float], _ v: [Float], width: Int) -> [Bool] {
    var used = [Bool](repeating: false, count: m.count / max(1, width))
    for i in m.indices where m[i] != 0 || v[i] != 0 { used[i / width] = true }
    return used
  }
}

extension Array {
  /// The first index from which on the condition holds; it must not hold before.
  fileprivate func partitioningIndex(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
