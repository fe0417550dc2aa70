/// The gradient of a table of which only some rows were used: those rows, the others are 0.
struct RowGradient {
  /// Rising, each once.
  let rows: [Int]
  let width: Int
  /// The rows' gradients one after the other.
  let values: [Float]

  /// Sums contributions by row, in the order in which they came.
  init(width: Int, contributions: [(rows: [Int], values: [Float])]) {
    self.width = width
    rows = Set(contributions.flatMap(\.rows).filter { $0 >= 0 }).sorted()
    let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    var sums = [Float](repeating: 0, count: rows.count * width)
    sums.withUnsafeMutableBufferPointer { sums in
      for (rows, values) in contributions {
        for (i, row) in rows.enumerated() {
          guard let place = places[row] else { continue }
          for k in 0..<width { sums[place * width + k] += values[i * width + k] }
        }
      }
    }
    values = sums
  }

  /// Adds it to a gradient of the whole table.
  func add(to dense: inout [Float]) {
    for (i, row) in rows.enumerated() {
      for k in 0..<width { dense[row * width + k] += values[i * width + k] }
    }
  }
}

extension Tape {
  /// Numbers of a table from which its gradient is kept by rows: a vocabulary's would be mostly
  /// zeros.
  static let sparseFrom = 500_000

  /// Adds to rows of the gradient of a table; −1 stands for no row.
  func addRowGradient(_ table: Variable, rows: [Int], width: Int, _ g: UnsafePointer<Float>) {
    let node = nodes[table.index]
    guard node.needsGradient else { return }
    if node.value.count >= Self.sparseFrom, node.backward == nil {
      let values = Array(UnsafeBufferPointer(start: g, count: rows.count * width))
      rowContributions[table.index, default: []].append((rows, values))
      rowWidths[table.index] = width
      return
    }
    addGradient(table) { d in
      for (i, row) in rows.enumerated() where row >= 0 {
        for k in 0..<width { d[row * width + k] += g[i * width + k] }
      }
    }
  }

  /// The gradient of a leaf that only gathering has contributed to.
  func rowGradient(_ index: Int) -> RowGradient? {
    guard let contributions = rowContributions[index], let width = rowWidths[index] else {
      return nil
    }
    return RowGradient(width: width, contributions: contributions)
  }
}
