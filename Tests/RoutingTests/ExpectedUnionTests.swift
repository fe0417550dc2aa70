import Tensors
import Testing

@testable import Routing

struct ExpectedUnionTests {
  /// Every one of the 2ⁿ splits, weighted by its probability, gives the same expected counts.
  @Test(arguments: 1...8)
  func expectedCountsAreThoseOfAllSplits(posts: Int) {
    var generator = SeededGenerator(seed: UInt64(posts))
    let counts = (0..<posts).map { _ in World.counts(&generator) }
    let p = (0..<posts).map { _ in generator.uniform() }
    var (correct, both) = (0.0, 0.0)
    for split in 0..<1 << posts {
      let routes: [Route] = (0..<posts).map { split >> $0 & 1 == 1 ? .multimodal : .text }
      let chance = zip(p, routes).reduce(1.0) {
        $0 * ($1.1 == .multimodal ? Double($1.0) : 1 - Double($1.0))
      }
      let union = counts.union(routes: routes)
      correct += chance * Double(union.correct)
      both += chance * Double(union.predicted + union.gold)
    }
    let expected = ExpectedUnion(counts: counts, probabilities: p)
    #expect(abs(expected.correct - correct) < 1e-9)
    #expect(abs(expected.predictedAndGold - both) < 1e-9)
  }

  /// What the objective climbs is not the expected F1, but comes close to it for more than a few
  /// posts: docs/models.md gives these bounds.
  @Test func f1OfExpectedCountsNearsTheExpectedF1() {
    func largestDifference(posts: Int, worlds: Int) -> Double {
      var generator = SeededGenerator(seed: UInt64(posts))
      return (0..<worlds).reduce(0) { largest, _ in
        let counts = (0..<posts).map { _ in World.counts(&generator) }
        let p = (0..<posts).map { _ in generator.uniform() }
        var expected = 0.0
        for split in 0..<1 << posts {
          let routes: [Route] = (0..<posts).map { split >> $0 & 1 == 1 ? .multimodal : .text }
          let chance = zip(p, routes).reduce(1.0) {
            $0 * ($1.1 == .multimodal ? Double($1.0) : 1 - Double($1.0))
          }
          expected += chance * counts.union(routes: routes).f1
        }
        return max(largest, abs(ExpectedUnion(counts: counts, probabilities: p).f1 - expected))
      }
    }
    let (one, twelve) = (
      largestDifference(posts: 1, worlds: 2000), largestDifference(posts: 12, worlds: 20)
    )
    print("largest difference of F1: \(one) on one post, \(twelve) on twelve")
    #expect(one > 0.1)
    #expect(twelve < 0.005)
  }

  @Test func certainRoutesGiveTheUnion() {
    var generator = SeededGenerator(seed: 2)
    let counts = (0..<30).map { _ in World.counts(&generator) }
    let routes = ReferenceRouting.random(count: 30, multimodalShare: 0.4, seed: 5)
    let expected = ExpectedUnion(
      counts: counts, probabilities: routes.map { $0 == .multimodal ? 1 : 0 })
    #expect(expected.f1 == counts.union(routes: routes).f1)
    #expect(ExpectedUnion(counts: [], probabilities: []).f1 == 0)
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func gradientAgreesWithFiniteDifferences(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let counts = (0..<12).map { _ in World.counts(&generator) }
    let weights = (0..<12).map { _ in generator.uniform(0.5, 4) }
    let table = CountTable(counts, weights: weights)
    let logits = (0..<12).map { _ in Double(generator.normal()) }
    func p(_ logits: [Double]) -> [Float] { logits.map { Discriminator.sigmoid(Float($0)) } }
    let gradient = ExpectedUnion(table: table, probabilities: p(logits))
      .logitGradient(table: table, probabilities: p(logits))
    for i in logits.indices {
      func value(_ change: Double) -> Double {
        var moved = logits
        moved[i] += change
        return ExpectedUnion(table: table, probabilities: p(moved)).f1
      }
      let numeric = (value(0.01) - value(-0.01)) / 0.02
      #expect(abs(numeric - Double(gradient[i])) < 2e-5, "seed \(seed), post \(i)")
    }
  }

  /// The whole chain: ∂F/∂weights through sigmoid, network and standardised input.
  @Test func gradientThroughTheNetworkAgreesWithFiniteDifferences() throws {
    let data = try World.random(40, dimensions: 5, seed: 3)
    var discriminator = try Discriminator(dimensions: 5, head: .mlp(hidden: 6), seed: 1)
      .standardised(on: data)
    let table = CountTable(data)
    let pass = DiscriminatorPass(for: discriminator, capacity: 40)
    pass.gather(discriminator.features(data.x), rows: 0..<40)
    func union() -> (ExpectedUnion, [Float]) {
      pass.forward(discriminator.weights)
      let p = pass.logits.map(Discriminator.sigmoid)
      return (ExpectedUnion(table: table, probabilities: p), p)
    }
    let (start, p) = union()
    pass.backward(
      discriminator.weights, logitGradient: start.logitGradient(table: table, probabilities: p))
    let gradient = pass.gradient
    #expect((gradient.map { abs($0) }.max() ?? 0) > 1e-3)
    for i in gradient.indices {
      let old = discriminator.weights[i]
      discriminator.weights[i] = old + 5e-3
      let up = union().0.f1
      discriminator.weights[i] = old - 5e-3
      let down = union().0.f1
      discriminator.weights[i] = old
      #expect(abs((up - down) / 1e-2 - Double(gradient[i])) < 4e-4, "weight \(i)")
    }
  }

  @Test func noRoutingBeatsTheOracle() {
    for seed in 1...20 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let counts = (0..<8).map { _ in World.counts(&generator) }
      let best = (0..<256).map { bits in
        counts.union(routes: (0..<8).map { bits >> $0 & 1 == 1 ? .multimodal : .text }).f1
      }.max()
      #expect(counts.union(routes: counts.oracleRoutes()).f1 == best, "seed \(seed)")
    }
  }

  @Test func theOracleBeatsTheBetterExpert() {
    var generator = SeededGenerator(seed: 9)
    let counts = (0..<40).map { _ in World.counts(&generator) }
    let better = counts.union(routes: counts.betterExpertRoutes()).f1
    #expect(better == max(counts.total().text.f1, counts.total().multimodal.f1))
    #expect(counts.union(routes: counts.oracleRoutes()).f1 > better)
    #expect(
      ReferenceRouting.gold(imageAdds: [true, false, nil]) == [.multimodal, .text, .text])
  }
}
