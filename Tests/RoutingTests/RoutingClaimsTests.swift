import Studies
import Tensors
import Testing

@testable import Routing

/// What the pages say of the paper's reward, of the grids, and of the interval beside a retraining.
struct RoutingClaimsTests {
  /// Counts of posts with eight answers each; so many of them are right.
  private func counts(text: [Int], multimodal: [Int]) -> [ExpertCounts] {
    zip(text, multimodal).map {
      ExpertCounts(
        text: MatchCounts(correct: $0, predicted: 8, gold: 8),
        multimodal: MatchCounts(correct: $1, predicted: 8, gold: 8))
    }
  }

  /// The gain of one expert enters the reward of its own set and is taken off that of the other.
  @Test func theRewardDoesNotSeeThatAnExpertGetsBetterEverywhere() {
    var generator = SeededGenerator(seed: 3)
    let text = (0..<40).map { _ in generator.index(below: 6) }
    let multimodal = (0..<40).map { _ in generator.index(below: 6) }
    let before = counts(text: text, multimodal: multimodal)
    let after = counts(text: text, multimodal: multimodal.map { $0 + 2 })
    for round in 0..<10 {
      let actions = (0..<40).map { _ in generator.chance(0.5) }
      func reward(_ counts: [ExpertCounts]) -> Double {
        Reward(counts: counts, actions: actions, alpha: 0.5).value
      }
      func union(_ counts: [ExpertCounts]) -> Double {
        counts.union(routes: actions.map { $0 ? .multimodal : .text }).f1
      }
      #expect(abs(reward(after) - reward(before)) < 1e-12, "round \(round)")
      let share = Double(actions.count { $0 }) / 40
      #expect(abs(union(after) - union(before) - 0.25 * share) < 1e-12, "round \(round)")
    }
  }

  /// The multimodal expert is better on every post, by 3 of 8 on the mean. Over all splits, all as
  /// likely, the reward is higher with a post on the multimodal side exactly where its advantage is
  /// above the mean; the union's F1 is higher there for every post.
  @Test func theRewardSplitsAtTheMeanAdvantageAndTheUnionWhereItTurns() {
    let advantages = [1, 1, 1, 2, 2, 3, 5, 6, 6]
    let n = advantages.count
    let posts = counts(text: advantages.map { _ in 1 }, multimodal: advantages.map { 1 + $0 })
    let mean = Double(advantages.reduce(0, +)) / Double(n)
    var rewards = [(on: Double, off: Double)](repeating: (0, 0), count: n)
    var unions = rewards
    // Without the two splits that leave one side empty.
    for bits in 1..<(1 << n) - 1 {
      let actions = (0..<n).map { bits >> $0 & 1 == 1 }
      let reward = Reward(counts: posts, actions: actions, alpha: 0.5).value
      let union = posts.union(routes: actions.map { $0 ? .multimodal : .text }).f1
      for i in 0..<n {
        if actions[i] {
          rewards[i].on += reward
          unions[i].on += union
        } else {
          rewards[i].off += reward
          unions[i].off += union
        }
      }
    }
    for (i, advantage) in advantages.enumerated() {
      let drift = rewards[i].on - rewards[i].off
      let above = Double(advantage) - mean
      if above == 0 {
        #expect(abs(drift) < 1e-9)
      } else {
        #expect(drift * above > 0, "advantage \(advantage): \(drift)")
      }
      #expect(unions[i].on > unions[i].off)
    }
  }

  @Test func theCoarseGridHasNinePointsAndThePapers270() {
    for base in [RouterConfiguration.paper, .code, .codeRelations] {
      #expect(RouterGrid.coarse.settings(of: base).count == 9)
      #expect(RouterGrid.paper.settings(of: base).count == 270)
    }
  }

  /// A linear head that sends every post the same way.
  private func constant(_ bias: Float, dimensions: Int = 8) throws -> Discriminator {
    var result = try Discriminator(dimensions: dimensions, head: .linear, seed: 1)
    result.weights = [Float](repeating: 0, count: result.weights.count)
    result.weights[result.layout.b2.lowerBound] = bias
    return result
  }

  @Test func equalRoutersDifferByNothing() throws {
    let data = try World.separable(60, seed: 4)
    let router = try Discriminator(dimensions: 8, head: .mlp(hidden: 4), seed: 2)
    let same = RoutingDifference(from: router, to: router, on: data, resamples: 100)
    #expect(same.interval == UnionBootstrap.Interval(value: 0, low: 0, high: 0))
    #expect(same.before == same.after && same.before > 0)
  }

  @Test func theDifferenceIsThatOfTheTwoScores() throws {
    let data = try World.separable(60, seed: 4)
    let found = RoutingDifference(from: try constant(-5), to: try constant(5), on: data)
    let total = data.counts.total()
    #expect(abs(found.before - total.text.f1Percent) < 1e-9)
    #expect(abs(found.after - total.multimodal.f1Percent) < 1e-9)
    #expect(found.interval.value == found.after - found.before)
    #expect(found.interval.low < found.interval.value)
    #expect(found.interval.value < found.interval.high)
    // The other way round it is the same with the other sign.
    let back = RoutingDifference(from: try constant(5), to: try constant(-5), on: data)
    #expect(back.interval.value == -found.interval.value)

    // Where every post gains the same, no resample says anything else.
    let even = try RouterData(
      dimensions: 8, ids: data.ids, x: data.x,
      counts: data.ids.map { _ in
        ExpertCounts(
          text: MatchCounts(correct: 1, predicted: 2, gold: 2),
          multimodal: MatchCounts(correct: 2, predicted: 2, gold: 2))
      })
    let sure = RoutingDifference(from: try constant(-5), to: try constant(5), on: even)
    #expect(sure.interval == UnionBootstrap.Interval(value: 50, low: 50, high: 50))
  }

  /// The three numbers of a candidate are those of the same two routers on the same posts.
  @Test func aCandidateIsOfferedWithTheIntervalOfItsDifference() throws {
    let router = try BundleTests.make()
    let service = RouterTrainingService(router: router) { _ in }
    service.request(TrainingRequest(corrections: try Corrections.make(60)))
    #expect(service.waitUntilIdle(seconds: 60))
    let report = service.report
    let (before, after) = (
      try #require(report.heldOutBefore), try #require(report.heldOutAfter)
    )
    let difference = try #require(report.difference)
    #expect(abs(difference.value - (Double(after) - Double(before))) < 1e-4)
    #expect(difference.low <= difference.high)
    let heldOut = try #require(router.heldOut)
    #expect(report.judgedOn == heldOut.count + report.heldOut)
  }
}
