import Studies
import Synchronization
import Tensors
import Testing

@testable import Routing

struct GridTests {
  private let grid = RouterGrid(rates: [1e-3, 1e-2], batchSizes: [16, 32], alphas: [0.3, 0.7])

  private var base: RouterConfiguration {
    RouterConfiguration(objective: .reinforce, hidden: 4, iterations: 12, learningRate: 1)
  }

  @Test func thePapersGridHasAllItsPoints() {
    #expect(RouterGrid.paper.settings(of: .paper).count == 10 * 3 * 9)
    // Nothing but rate and decay means anything to the exact objective.
    #expect(RouterGrid.exact.settings(of: .exact).count == 9)
    #expect(RouterGrid.paper.settings(of: .exact).count == 10)
  }

  @Test func widthChangesNothingAndTheBestIsTheFirstOfEquals() throws {
    let data = try World.separable(80, seed: 1)
    let dev = try World.separable(40, seed: 2, prefix: "d")
    let search = GridSearch(settings: grid.settings(of: base), seed: 3)
    let results = try [1, 2, 5].map { try #require(try search.run(on: data, dev: dev, width: $0)) }
    #expect(results[0].points.count == 8)
    for result in results {
      #expect(result.points == results[0].points)
      #expect(result.discriminator == results[0].discriminator)
      let most = try #require(result.points.map(\.devUnion).max())
      #expect(result.best == result.points.first { $0.devUnion == most })
    }
  }

  @Test func aSearchGoesOnBehindWhatIsKnown() throws {
    let data = try World.separable(80, seed: 1)
    let dev = try World.separable(40, seed: 2, prefix: "d")
    let search = GridSearch(settings: grid.settings(of: base), seed: 3)
    let kept = Mutex([GridPoint]())
    let stopped = try search.run(on: data, dev: dev, width: 1) { point in
      kept.withLock { $0.append(point) }
      return kept.withLock { $0.count < 3 }
    }
    #expect(stopped == nil)
    let known = kept.withLock { $0 }
    #expect(known.count == 3)
    let trained = Mutex(0)
    let rest = try search.run(on: data, dev: dev, width: 1, known: known) { _ in
      trained.withLock { $0 += 1 }
      return true
    }
    #expect(trained.withLock { $0 } == 5)
    #expect(try rest?.points == search.run(on: data, dev: dev, width: 1)?.points)
  }

  @Test func aBatchLargerThanTheSplitIsNamed() throws {
    let data = try World.separable(20, seed: 1)
    let search = GridSearch(settings: grid.settings(of: base), seed: 3)
    #expect(throws: RoutingError.batchTooLarge(batch: 32, posts: 20)) {
      _ = try search.run(on: data, dev: data, width: 1)
    }
  }

  @Test func intervalsHoldTheScoreAndShrinkWithMorePosts() throws {
    func interval(_ posts: Int) throws -> UnionBootstrap {
      let data = try World.separable(posts, seed: 9)
      let routes = ReferenceRouting.gold(imageAdds: data.imageAdds)
      let bootstrap = UnionBootstrap(
        [UnionBootstrap.Run(counts: data.counts, routes: routes)], resamples: 400)
      let union = data.counts.union(routes: routes).f1Percent
      #expect(abs(bootstrap.union.value - union) < 1e-9)
      #expect(abs(bootstrap.text.value - data.counts.total().text.f1Percent) < 1e-9)
      let better = max(bootstrap.text.value, bootstrap.multimodal.value)
      #expect(abs(bootstrap.gain.value - (union - better)) < 1e-9)
      func f1(_ route: Route, _ counts: (ExpertCounts) -> MatchCounts) -> Double {
        zip(data.counts, routes).filter { $0.1 == route }.reduce(MatchCounts.zero) {
          $0 + counts($1.0)
        }.f1Percent
      }
      let leads = (
        f1(.text, \.text) - f1(.text, \.multimodal),
        f1(.multimodal, \.multimodal) - f1(.multimodal, \.text)
      )
      #expect(abs(bootstrap.unimodalLead.value - leads.0) < 1e-9)
      #expect(abs(bootstrap.multimodalLead.value - leads.1) < 1e-9)
      for interval in [
        bootstrap.text, bootstrap.multimodal, bootstrap.union, bootstrap.gain,
        bootstrap.unimodalLead, bootstrap.multimodalLead,
      ] {
        #expect(interval.low <= interval.value && interval.value <= interval.high)
      }
      return bootstrap
    }
    let (few, many) = (try interval(60), try interval(2_000))
    #expect(few.union.high - few.union.low > 2 * (many.union.high - many.union.low))
    #expect(many.gain.low > 0 && many.unimodalLead.low > 0 && many.multimodalLead.low > 0)
  }

  @Test func whatBelongsTogetherIsDrawnTogether() throws {
    let data = try World.separable(90, seed: 9)
    let routes = ReferenceRouting.gold(imageAdds: data.imageAdds)
    let alone = UnionBootstrap(
      [UnionBootstrap.Run(counts: data.counts, routes: routes)], resamples: 300)
    // Every post four times says no more than once, as long as the four are one group.
    let four = UnionBootstrap.Run(
      counts: data.counts + data.counts + data.counts + data.counts,
      routes: routes + routes + routes + routes)
    let groups = (0..<360).map { $0 % 90 }
    let grouped = UnionBootstrap([four], groups: groups, resamples: 300)
    for (a, b) in [(alone.union, grouped.union), (alone.gain, grouped.gain)] {
      #expect(abs(a.low - b.low) < 1e-9 && abs(a.high - b.high) < 1e-9)
    }
    let apart = UnionBootstrap([four], resamples: 300)
    #expect(apart.union.high - apart.union.low < 0.8 * (alone.union.high - alone.union.low))
  }

  @Test func noPostsHaveAnIntervalToo() {
    let empty = UnionBootstrap([UnionBootstrap.Run(counts: [], routes: [])])
    #expect(empty.union.value == 0 && empty.gain.high == 0)
  }
}
