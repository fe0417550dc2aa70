import Extractors
import TestSupport
import Testing

@testable import Inspection
@testable import Routing

/// p through retrainings, and what corrections did to it.
@Suite("Route histories") struct RouteHistoryTests {
  /// A router over two dimensions whose logit is the sum of x times a weight.
  private func router(_ weight: Float) throws -> Discriminator {
    var router = try Discriminator(dimensions: 2, head: .linear, seed: 1)
    router.weights = [weight, weight, 0]
    return router
  }

  private func bundle() throws -> RouterBundle {
    let counts = [ExpertCounts](
      repeating: ExpertCounts(
        text: MatchCounts(correct: 1, predicted: 1, gold: 1),
        multimodal: MatchCounts(correct: 0, predicted: 1, gold: 1)), count: 2)
    let data = try RouterData(
      dimensions: 2, ids: ["a", "b"], x: [0.1, 0.2, 0.3, -0.4], counts: counts)
    return try RouterBundle(
      name: "rds", textExpert: "t", multimodalExpert: "m", encoder: "e", labels: [],
      base: try router(1), training: .exact, seed: 1, rehearsal: data,
      heldOut: data)
  }

  private func versions() throws -> [RouterVersion] {
    let bundle = try bundle()
    let stamp = RouterBundle.RetrainingStamp(
      trainedOn: 2, heldOut: 0, corrections: "", heldOutBefore: 1, heldOutAfter: 2)
    let corrections = ["x", "y"].map {
      Correction(id: $0, input: .product([0.1, 0.1]), counts: .zero)
    }
    return [
      .base(of: bundle),
      RouterVersion(
        router: bundle.installing(try router(-2), version: 2, stamp: stamp),
        corrections: corrections),
    ]
  }

  @Test func everyRouterSaysWhatItWouldSayToday() throws {
    let versions = try versions()
    let input = RouterInput.product([0.2, 0.4])
    let history = RouteHistory(post: "p", input: input, versions: versions)
    #expect(history.points.map(\.version) == [1, 2])
    #expect(
      history.points.map(\.scores)
        == versions.map { try? $0.router.decide(input).scores })
    #expect(history.points.map(\.route) == [.multimodal, .text])
    #expect(history.points[1].difference?.added == 2)
    #expect(
      RouteHistory(post: "p", input: .withoutPicture, versions: versions).points.isEmpty)
    #expect(RouteHistory(post: "p", input: nil, versions: versions).points.isEmpty)
  }

  /// Effects are p with all corrections less p without one; the largest comes first.
  @Test func effectsAreDifferencesOfP() throws {
    let version = try #require(versions().last)
    var effects = CorrectionEffects(version)
    let x: [Float] = [0.5, 0.5]
    let told = RouteHistory(post: "p", input: .product(x), versions: try versions())
    let others: [Float] = x + [0.2, -0.3]
    #expect(effects.complete(told, x: x, others: others).whole == nil, "nothing is known yet")
    effects.whole = try router(-2)
    effects.without["x"] = try router(-1)
    let half = effects.complete(told, x: x, others: others)
    #expect(half.influences.count == 1 && !half.isWhole && half.compared == 2)
    effects.without["y"] = try router(3)
    let whole = effects.complete(told, x: x, others: others)
    #expect(whole.isWhole && whole.influences.map(\.correction) == ["y", "x"])
    let y = whole.influences[0]
    #expect(y.contribution == Discriminator.sigmoid(-2) - Discriminator.sigmoid(3))
    #expect(y.routesTurned == 2, "the other post's sum is negative")
    #expect(whole.influences[1].routesTurned == 0)
  }

  @Test func aRouterThatWasNotRetrainedSaysSo() throws {
    let base = try #require(versions().first)
    let told = RouteHistory(post: "p", input: .product([1, 1]), versions: [base])
    let answer = CorrectionEffects(base).complete(told, x: [1, 1], others: [])
    #expect(answer.notice?.contains("the one that was made") == true && answer.isWhole)
  }
}
