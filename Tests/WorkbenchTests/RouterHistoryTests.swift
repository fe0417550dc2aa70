import Extractors
import Screen
import Tensors
import TestSupport
import Testing

@testable import Inspection
@testable import Routing
@testable import Workbench

extension Samples {
  /// A router over one dimension that gives a post with input 1 this logit.
  private static func router(_ logit: Float) throws -> Discriminator {
    try Discriminator(
      parameters: ["w": Tensor([1, 1], [logit]), "b": Tensor([1], [0])], dimensions: 1,
      head: .linear)
  }

  private static let corrections = [
    Correction(
      id: "hb_0003", input: .product([1]),
      counts: ExpertCounts(
        text: MatchCounts(correct: 1, predicted: 2, gold: 2),
        multimodal: MatchCounts(correct: 2, predicted: 2, gold: 2))),
    Correction(id: "hb_0002", input: .product([-1]), counts: .zero),
    Correction(id: "gone", input: .product([-1]), counts: .zero),
  ]

  private static func versions() throws -> [RouterVersion] {
    let counts = ExpertCounts(
      text: MatchCounts(correct: 1, predicted: 1, gold: 1),
      multimodal: MatchCounts(correct: 1, predicted: 1, gold: 1))
    let data = try RouterData(
      dimensions: 1, ids: ["a", "b"], x: [0.5, -0.5], counts: [counts, counts])
    let base = try RouterBundle(
      name: "rds", textExpert: "t", multimodalExpert: "m", encoder: "e", labels: [],
      base: router(-0.02), training: .exact, seed: 1, rehearsal: data, heldOut: data)
    func retrained(_ version: Int, _ logit: Float, _ count: Int) throws -> RouterVersion {
      let stamp = RouterBundle.RetrainingStamp(
        trainedOn: count, heldOut: 0, corrections: "", heldOutBefore: 87.1,
        heldOutAfter: 87.1 + Float(count) / 10, day: "2026-11-30")
      return RouterVersion(
        router: base.installing(try router(logit), version: version, stamp: stamp),
        corrections: Array(corrections.prefix(count)))
    }
    return [.base(of: base), try retrained(2, 0.05, 2), try retrained(3, 0.12, 3)]
  }

  /// A router that was retrained twice, and what its three corrections did to a post.
  static func routerHistory(_ post: String, tried: Int = 3) -> RouteHistory {
    guard let versions = try? versions(), let last = versions.last else {
      return RouteHistory(post: post, input: nil, versions: [])
    }
    var effects = CorrectionEffects(last)
    effects.whole = last.router.installed
    let without: [Float] = [-0.1, 0.16, 0.12]
    for (correction, logit) in zip(corrections, without).prefix(tried) {
      effects.without[correction.id] = try? router(logit)
    }
    var history = effects.complete(
      RouteHistory(post: post, input: .product([1]), versions: versions), x: [1],
      others: [1, -0.5, -0.2])
    history.secondsLeft = tried < 3 ? 2 : nil
    return history
  }
}

/// What the screen tells of p through the retrainings.
@Suite struct RouterHistoryTests {
  @Test(arguments: GoldenFrameTests.sizes) func frames(_ size: Size) throws {
    var desk = Desk(Samples.state(size.columns, size.rows))
    desk.press("percent")
    var texts = [desk.text]
    desk.press("grave")
    texts.append(desk.text)
    try expectGolden(
      texts.joined(separator: "\n\n"), "router-history-\(size.columns)x\(size.rows)")
  }

  @Test func isAskedForWhileItIsShown() {
    var desk = Desk(Samples.state(120, 36))
    func asked() -> [String?] {
      desk.effects.compactMap { effect -> String?? in
        if case .tellRouterHistory(let post) = effect { .some(post) } else { nil }
      }
    }
    desk.press("j", "k")
    #expect(asked().isEmpty)
    desk.press("percent", "j")
    #expect(asked() == ["hb_0001", "hb_0002"])
    desk.press("percent")
    #expect(asked() == ["hb_0001", "hb_0002", nil], "nobody waits any more")
    desk.press("percent")
    desk.send(.routerChanged)
    #expect(asked().count == 5, "another router has another history")
  }

  /// Corrections come as they are tried; until then nothing is claimed of the others.
  @Test func unfinishedIsCalledThat() {
    var desk = Desk(Samples.state(200, 50))
    desk.press("percent", answers: false)
    #expect(desk.text.contains("the routers of before are asked"))
    desk.send(.routerHistory(Samples.routerHistory("hb_0001", tried: 1)), answers: false)
    #expect(desk.text.contains("1 of 3 tried, 2 s left"))
    desk.send(.routerHistory(Samples.routerHistory("hb_0002")), answers: false)
    #expect(desk.text.contains("the routers of before are asked"), "that is of another post")
    desk.send(.routerHistory(Samples.routerHistory("hb_0001")), answers: false)
    #expect(!desk.text.contains("tried"))
    #expect(desk.text.contains("turns it") && desk.text.contains("3 of 3 routes turn"))
    #expect(desk.text.contains("1 correction did not move it"))
  }

  @Test func goesToCorrections() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("grave")
    #expect(desk.noticeText.contains("shows the corrections first"))
    desk.press("percent", "grave")
    #expect(desk.state.currentPost?.id == "hb_0003")
    #expect(desk.noticeText.contains("without it p of hb_0001 was .475"))
    desk.press("2", "grave")
    #expect(desk.state.currentPost?.id == "hb_0002")
    desk.press("3", "grave")
    #expect(desk.noticeText.contains("not in this dataset any more"))
    desk.press("4", "grave")
    #expect(desk.noticeText.contains("3 corrections were tried"))
  }

  /// The reasons tell that the router was retrained, and which key says more.
  @Test func theReasonsTellOfRetrainings() {
    var desk = Desk(Samples.state(200, 50))
    desk.press("e")
    #expect(!desk.text.contains("retraining"))
    var explanation = Samples.explanation(0)
    explanation.history = Samples.routerHistory("hb_0001").points
    desk.send(.explained(explanation))
    #expect(desk.text.contains("p through 2 retrainings: .495 → .512 → .530; % which corrections"))
  }

  /// Both ways of telling what words and regions are worth stand beside each other.
  @Test func agreementStandsInTheReasons() {
    var desk = Desk(Samples.state(200, 50))
    desk.press("e")
    var explanation = Samples.explanation(0)
    explanation.gradients = RouteGradients(
      tokens: explanation.tokens.map { -$0.contribution },
      regions: explanation.regions?.effects.map(\.contribution) ?? [],
      besides: explanation.tokens, explanation.regions?.effects ?? [])
    desk.send(.explained(explanation))
    #expect(
      desk.text.contains("gradient × input against occlusion: words ρ -1.00, regions ρ 1.00"))
    #expect(desk.state.spatialSignals.map(\.name) == ["router/regions", "router/gradient-regions"])
    desk.press("m")
    #expect(desk.state.heat?.values == explanation.gradients?.regions)
  }
}
