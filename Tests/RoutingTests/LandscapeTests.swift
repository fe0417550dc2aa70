import Tensors
import Testing

@testable import Routing

/// What other thresholds would do on the held-out posts.
@Suite struct LandscapeTests {
  /// Equal to routing every post anew, posts without a picture among them.
  @Test(arguments: [1, 2, 3] as [UInt64]) func cutsAreTheUnionsOfTheirRoutes(_ seed: UInt64) throws
  {
    var generator = SeededGenerator(seed: seed)
    let plain = try World.random(60, dimensions: 2, seed: seed)
    let data = try RouterData(
      dimensions: 2, ids: plain.ids, x: plain.x,
      isAsked: (0..<60).map { _ in generator.chance(0.8) }, counts: plain.counts)
    // Some p are equal.
    let p = data.asked.map { _ in Float(generator.index(below: 20)) / 20 }
    let landscape = try #require(RouteLandscape(p, data))
    #expect(landscape.probabilities == p.sorted())
    func routed(_ threshold: Float) -> (MatchCounts, Double) {
      let routes = data.spread(p).map {
        $0.map { $0 > threshold } == true ? Route.multimodal : .text
      }
      return (
        data.counts.union(routes: routes), Double(routes.count { $0 == .multimodal }) / 60
      )
    }
    var highest = 0.0
    for step in -1...41 {
      let threshold = Float(step) / 40
      let (union, share) = routed(threshold)
      let cut = landscape.cut(at: threshold)
      #expect(cut.union == union && cut.multimodalShare == share, "seed \(seed), \(threshold)")
      highest = max(highest, union.f1)
    }
    #expect(landscape.best.union.f1 == highest)
    #expect(routed(landscape.best.threshold).0 == landscape.best.union)
    #expect(
      landscape.cut(at: RouteDecision.threshold).union
        == RouterEvaluation(probabilities: p, on: data).union)
  }

  /// Steps go through all posts, one way and back, and end.
  @Test func stepsPassEveryPost() throws {
    let data = try World.random(9, dimensions: 1, seed: 4)
    let landscape = try #require(
      RouteLandscape([0.1, 0.2, 0.2, 0.2, 0.4, 0.5, 0.6, 0.6, 0.9], data))
    func walk(from start: Float, by step: Int) -> [Double] {
      var at = start
      var shares = [landscape.cut(at: at).multimodalShare]
      while true {
        let next = landscape.threshold(moving: at, by: step)
        guard next != at, shares.count < 20 else { return shares }
        at = next
        shares.append(landscape.cut(at: at).multimodalShare)
      }
    }
    let up = walk(from: 0, by: 1).map { Int(($0 * 9).rounded()) }
    #expect(up == [9, 8, 5, 4, 3, 1, 0])
    #expect(walk(from: 1, by: -1).map { Int(($0 * 9).rounded()) } == up.reversed())
    #expect(landscape.threshold(moving: 0.45, by: 1) == 0.5, "one half is one half")
  }

  @Test func aHistogramHoldsEveryPost() throws {
    let data = try World.random(5, dimensions: 1, seed: 5)
    let landscape = try #require(RouteLandscape([0.48, 0.485, 0.505, 0.51, 0.53], data))
    let range = landscape.range(with: 0.58)
    #expect(range == 0.48...0.58)
    #expect(landscape.histogram(range, parts: 5) == [2, 2, 1, 0, 0])
    #expect(RouteLandscape.part(of: 0.58, in: range, parts: 5) == 4)
    #expect(RouteLandscape([], try World.random(0, dimensions: 1, seed: 6)) == nil)
  }
}
