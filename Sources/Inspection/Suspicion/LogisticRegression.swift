import Foundation

/// Logistic regression with a ridge on weights of standardised columns, by Newton's method: which
/// evidence tells spoiled labels from others, and how much each counts.
struct LogisticRegression: Sendable {
  private let means: [Double]
  private let scales: [Double]
  /// The intercept, then a weight for each standardised column.
  let weights: [Double]

  /// Fits rows of equal length to yes and no.
  ///
  /// - Parameter ridge: twice the penalty on the sum of squared weights; the intercept goes free.
  /// - Complexity: rows × columns² for each of at most 30 steps.
  init(_ rows: [[Double]], _ isPositive: [Bool], ridge: Double = 3) {
    guard let columns = rows.first?.count else {
      // Nothing was ever seen: nothing is probable.
      (means, scales, weights) = ([], [], [-.infinity])
      return
    }
    let count = Double(rows.count)
    var means = [Double](repeating: 0, count: columns)
    var scales = means
    for row in rows { for i in 0..<columns { means[i] += row[i] / count } }
    for row in rows { for i in 0..<columns { scales[i] += pow(row[i] - means[i], 2) / count } }
    scales = scales.map { $0 > 1e-12 ? $0.squareRoot() : 1 }
    self.means = means
    self.scales = scales
    let inputs = rows.map { row in
      [1] + row.indices.map { (row[$0] - means[$0]) / scales[$0] }
    }
    // Begins where every row has the share of the positives.
    let positives = Double(isPositive.count { $0 })
    var weights = [Double](repeating: 0, count: columns + 1)
    weights[0] = log((positives + 0.5) / (count - positives + 0.5))
    var loss = Self.loss(inputs, isPositive, weights, ridge)
    for _ in 0..<30 {
      let step = Self.step(inputs, isPositive, weights, ridge)
      // A whole step of Newton can lead too far where a column alone tells the two apart.
      var share = 1.0
      var next = weights
      var better = Double.infinity
      while share > 1e-3 {
        next = zip(weights, step).map { $0 + share * $1 }
        better = Self.loss(inputs, isPositive, next, ridge)
        if better <= loss { break }
        share /= 2
      }
      guard better <= loss else { break }
      let gain = loss - better
      (weights, loss) = (next, better)
      if gain < 1e-9 * (1 + abs(loss)) { break }
    }
    self.weights = weights
  }

  /// The probability of yes for a row.
  func callAsFunction(_ row: [Double]) -> Double {
    var sum = weights[0]
    for i in means.indices { sum += weights[i + 1] * (row[i] - means[i]) / scales[i] }
    return Self.sigmoid(sum)
  }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// The negative logarithm of the likelihood, with the penalty.
  private static func loss(
    _ inputs: [[Double]], _ isPositive: [Bool], _ weights: [Double], _ ridge: Double
  ) -> Double {
    var sum = weights.dropFirst().reduce(0) { $0 + ridge / 2 * $1 * $1 }
    for (row, isPositive) in zip(inputs, isPositive) {
      let x = zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 }
      let signed = isPositive ? -x : x
      // log(1 + eˣ) without overflow.
      sum += max(0, signed) + log1p(exp(-abs(signed)))
    }
    return sum
  }

  /// One step of Newton: (XᵀWX + ridge)⁻¹ (Xᵀ(y − p) − ridge w).
  private static func step(
    _ inputs: [[Double]], _ isPositive: [Bool], _ weights: [Double], _ ridge: Double
  ) -> [Double] {
    let n = weights.count
    var gradient = weights.enumerated().map { $0 == 0 ? 0 : -ridge * $1 }
    var hessian = [Double](repeating: 0, count: n * n)
    for (row, isPositive) in zip(inputs, isPositive) {
      let p = sigmoid(zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 })
      let error = (isPositive ? 1 : 0) - p
      // Far from the border a row would count for nothing, and the matrix would become singular.
      let curvature = max(1e-6, p * (1 - p))
      for i in 0..<n {
        gradient[i] += error * row[i]
        let scaled = curvature * row[i]
        for j in 0...i { hessian[i * n + j] += scaled * row[j] }
      }
    }
    for i in 0..<n {
      hessian[i * n + i] += i == 0 ? 1e-6 : ridge
      for j in 0..<i { hessian[j * n + i] = hessian[i * n + j] }
    }
    return solve(hessian, gradient)
  }

  /// Solves a positive definite system by Cholesky's factors.
  private static func solve(_ matrix: [Double], _ right: [Double]) -> [Double] {
    let n = right.count
    var lower = matrix
    var result = right
    for j in 0..<n {
      var diagonal = lower[j * n + j]
      for k in 0..<j { diagonal -= lower[j * n + k] * lower[j * n + k] }
      let root = max(diagonal, 1e-12).squareRoot()
      lower[j * n + j] = root
      for i in (j + 1)..<max(n, j + 1) {
        var value = lower[i * n + j]
        for k in 0..<j { value -= lower[i * n + k] * lower[j * n + k] }
        lower[i * n + j] = value / root
      }
    }
    for i in 0..<n {
      for k in 0..<i { result[i] -= lower[i * n + k] * result[k] }
      result[i] /= lower[i * n + i]
    }
    for i in stride(from: n - 1, through: 0, by: -1) {
      for k in (i + 1)..<max(n, i + 1) { result[i] -= lower[k * n + i] * result[k] }
      result[i] /= lower[i * n + i]
    }
    return result
  }
}
