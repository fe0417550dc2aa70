import Foundation

/// MEGA's structural weights on graphs that need no parser and no detector (MODELS §3.5): xNetMF
/// features of every node, S = exp(−distance) for the five nearest objects of each piece.
enum StructuralWeights {
  /// Objects that a piece keeps.
  static let nearest = 5
  /// What one hop more counts.
  static let discount = 0.01

  /// T×10 for a text of T pieces.
  static func chain(pieces: Int) -> [Float] {
    let text = features((0..<pieces).map { i in [i - 1, i + 1].filter { (0..<pieces) ~= $0 } })
    var result = [Float](repeating: 0, count: pieces * 10)
    for (piece, own) in text.enumerated() {
      let near = grid.enumerated().map { (object: $0, distance: distance(own, $1)) }
        .sorted { ($0.distance, $0.object) < ($1.distance, $1.object) }
      for (object, distance) in near.prefix(nearest) {
        result[piece * 10 + object] = Float(exp(-distance))
      }
    }
    return result
  }

  /// The 3×3 cells with their neighbours, and everything, which touches all of them.
  private static let grid: [[Double]] = {
    var neighbours = (0..<9).map { i in
      let (row, column) = (i / 3, i % 3)
      let beside = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
      return beside.filter { (0..<3) ~= $0.0 && (0..<3) ~= $0.1 }.map { 3 * $0.0 + $0.1 } + [9]
    }
    neighbours.append(Array(0..<9))
    return features(neighbours)
  }()

  /// For each node, how many nodes within two hops have which degree (log₂ buckets), one hop more
  /// counting a hundredth.
  private static func features(_ neighbours: [[Int]]) -> [[Double]] {
    let buckets = neighbours.map { list in list.isEmpty ? 0 : Int(log2(Double(list.count))) }
    return neighbours.indices.map { node in
      var histogram = [Double](repeating: 0, count: 8)
      var seen: Set<Int> = [node]
      var ring = [node]
      var weight = 1.0
      for _ in 0...2 {
        for member in ring { histogram[min(7, buckets[member])] += weight }
        let next = ring.flatMap { neighbours[$0] }.filter { seen.insert($0).inserted }
        ring = next
        weight *= discount
      }
      return histogram
    }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}
