import Tensors

/// The directions in which points differ most (principal component analysis), by subspace iteration
/// with a Rayleigh-Ritz step (Halko, Martinsson and Tropp, "Finding structure with randomness",
/// 2011, arXiv:0909.4061).
///
/// The sign of a direction says nothing. It is fixed so that its largest entry by size is positive,
/// and the same points give the same picture.
package struct PrincipalComponents: Sendable {
  /// The mean of the points, one number a dimension.
  package let mean: [Double]
  /// The directions, that of the largest variance first, each of length 1.
  package let axes: [[Double]]
  /// The variance along each (divided by n − 1).
  package let variances: [Double]
  /// The sum of the variances of all dimensions.
  package let total: Double

  /// Directions beside those that are wanted, for which the iteration converges faster.
  private static let spare = 6
  private static let mostRounds = 500

  /// - Parameters:
  ///   - rows: points × dimensions.
  ///   - goesOn: asked in each round; false stops.
  /// - Returns: nil for fewer than two points, and when stopped.
  package init?(
    _ rows: [[Float]], count wanted: Int, seed: UInt64 = 1, goesOn: () -> Bool = { true }
  ) {
    guard rows.count > 1, let d = rows.first?.count, d > 0, rows.allSatisfy({ $0.count == d })
    else { return nil }
    let n = rows.count
    var mean = [Double](repeating: 0, count: d)
    for row in rows { for j in 0..<d { mean[j] += Double(row[j]) / Double(n) } }
    var x = [Double](repeating: 0, count: n * d)
    var total = 0.0
    for (i, row) in rows.enumerated() {
      for j in 0..<d {
        let value = Double(row[j]) - mean[j]
        x[i * d + j] = value
        total += value * value / Double(n - 1)
      }
    }
    let k = min(d, n, wanted + Self.spare)
    var generator = SeededGenerator(seed: seed, stream: "principal components")
    var axes = (0..<k).map { _ in (0..<d).map { _ in Double(generator.normal()) } }
    Self.orthonormalise(&axes)
    var variances = [Double](repeating: 0, count: k)
    for _ in 0..<Self.mostRounds {
      guard goesOn() else { return nil }
      // z = Xᵀ X v / (n − 1), point by point, for all directions at once.
      let z = Self.covarianceTimes(axes, x, n: n, d: d)
      // Rayleigh-Ritz: the best directions inside what they span.
      var inner = (0..<k).map { a in (0..<k).map { b in Self.dot(axes[a], z[b]) } }
      let rotation = Self.diagonalise(&inner)
      let found = (0..<k).map { inner[$0][$0] }
      let order = (0..<k).sorted { (-found[$0], $0) < (-found[$1], $1) }
      let before = variances
      variances = order.map { found[$0] }
      axes = order.map { column in Self.mix(z, (0..<k).map { rotation[$0][column] }) }
      Self.orthonormalise(&axes)
      let scale = max(variances[0], .leastNormalMagnitude)
      let moved = zip(before, variances).prefix(wanted).contains { abs($0 - $1) > 1e-15 * scale }
      if !moved { break }
    }
    // Once more for the directions as they are at the end.
    let z = Self.covarianceTimes(axes, x, n: n, d: d)
    let kept = min(wanted, k)
    self.variances = (0..<kept).map { max(0, Self.dot(axes[$0], z[$0])) }
    self.axes = axes.prefix(kept).map { axis in
      let largest = axis.indices.max { (abs(axis[$0]), -$0) < (abs(axis[$1]), -$1) } ?? 0
      return axis[largest] < 0 ? axis.map { -$0 } : axis
    }
    (self.mean, self.total) = (mean, total)
  }

  /// Where a point lies along each direction.
  package func place(_ row: [Float]) -> [Double] {
    axes.map { axis in
      var sum = 0.0
      for j in 0..<min(axis.count, row.count) { sum += axis[j] * (Double(row[j]) - mean[j]) }
      return sum
    }
  }

  private static func covarianceTimes(
    _ axes: [[Double]], _ x: [Double], n: Int, d: Int
  ) -> [[Double]] {
    var result = axes.map { _ in [Double](repeating: 0, count: d) }
    x.withUnsafeBufferPointer { x in
      for (a, axis) in axes.enumerated() {
        axis.withUnsafeBufferPointer { axis in
          result[a].withUnsafeMutableBufferPointer { out in
            for i in 0..<n {
              let row = i * d
              var sum = 0.0
              for j in 0..<d { sum += x[row + j] * axis[j] }
              sum /= Double(n - 1)
              for j in 0..<d { out[j] += sum * x[row + j] }
            }
          }
        }
      }
    }
    return result
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for j in a.indices { sum += a[j] * b[j] }
    return sum
  }

  private static func mix(_ vectors: [[Double]], _ weights: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: vectors[0].count)
    for (vector, weight) in zip(vectors, weights) {
      for j in result.indices { result[j] += weight * vector[j] }
    }
    return result
  }

  /// Gram-Schmidt, twice for the digits; what depends on the others becomes zero.
  private static func orthonormalise(_ vectors: inout [[Double]]) {
    for a in vectors.indices {
      let before = dot(vectors[a], vectors[a]).squareRoot()
      for _ in 0..<2 {
        for b in 0..<a {
          let part = dot(vectors[a], vectors[b])
          for j in vectors[a].indices { vectors[a][j] -= part * vectors[b][j] }
        }
      }
      let length = dot(vectors[a], vectors[a]).squareRoot()
      let factor = length > 1e-12 * before && length > 0 ? 1 / length : 0
      for j in vectors[a].indices { vectors[a][j] *= factor }
    }
  }

  /// Jacobi's rotations: makes a small symmetric matrix diagonal.
  /// - Returns: the rotation; its columns are the directions of the diagonal's values.
  private static func diagonalise(_ m: inout [[Double]]) -> [[Double]] {
    let k = m.count
    var rotation = (0..<k).map { a in (0..<k).map { $0 == a ? 1.0 : 0 } }
    for a in 0..<k { for b in 0..<a { m[a][b] = m[b][a] } }
    for _ in 0..<60 {
      var rest = 0.0
      for a in 0..<k { for b in 0..<a { rest += m[a][b] * m[a][b] } }
      if rest == 0 { break }
      for p in 0..<k {
        for q in (p + 1)..<max(p + 1, k) where m[p][q] != 0 {
          let theta = (m[q][q] - m[p][p]) / (2 * m[p][q])
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for i in 0..<k {
            let (a, b) = (m[i][p], m[i][q])
            (m[i][p], m[i][q]) = (c * a - s * b, s * a + c * b)
          }
          for i in 0..<k {
            let (a, b) = (m[p][i], m[q][i])
            (m[p][i], m[q][i]) = (c * a - s * b, s * a + c * b)
          }
          for i in 0..<k {
            let (a, b) = (rotation[i][p], rotation[i][q])
            (rotation[i][p], rotation[i][q]) = (c * a - s * b, s * a + c * b)
          }
        }
      }
    }
    return rotation
  }
}
