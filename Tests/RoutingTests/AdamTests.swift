import Testing

@testable import Routing

struct AdamTests {
  /// The textbook update in double precision, uphill.
  @Test(arguments: [Float(0), 0.1])
  func stepsAreTheTextbooks(decay: Float) {
    var weights: [Float] = [1, -2, 0.5]
    var state = AdamState(count: 3)
    var expected = weights.map { Double($0) }
    var (m, v) = ([0.0, 0, 0], [0.0, 0, 0])
    for step in 1...20 {
      let gradient: [Float] = [0.3, -0.001 * Float(step), step.isMultiple(of: 2) ? 1 : -1]
      state.ascend(&weights, gradient: gradient, rate: 0.01, decay: decay)
      for i in 0..<3 {
        let g = Double(gradient[i])
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        let (mean, square) = (m[i] / (1 - pow(0.9, step)), v[i] / (1 - pow(0.999, step)))
        expected[i] -= 0.01 * Double(decay) * expected[i]
        expected[i] += 0.01 * mean / (square.squareRoot() + 1e-8)
      }
    }
    for i in 0..<3 { #expect(abs(Double(weights[i]) - expected[i]) < 1e-5) }
  }

  @Test func blocksChangeNothing() {
    let gradient = (0..<100_000).map { Float($0 % 17) - 8 }
    let results = [true, false].map { parallel in
      var weights = [Float](repeating: 0.5, count: gradient.count)
      var state = AdamState(count: gradient.count)
      state.parallel = parallel
      for _ in 0..<3 { state.ascend(&weights, gradient: gradient, rate: 0.1, decay: 0.01) }
      return weights
    }
    #expect(results[0] == results[1])
  }

  private func pow(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
