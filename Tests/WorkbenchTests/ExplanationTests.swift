import Extractors
import Routing
import Screen
import TestSupport
import Testing

@testable import Inspection
@testable import Workbench

@Suite struct ExplanationTests {
  private func desk(_ columns: Int = 80, _ rows: Int = 24) -> Desk {
    Desk(Samples.state(columns, rows))
  }

  @Test(arguments: GoldenFrameTests.sizes) func frames(_ size: Size) throws {
    var desk = desk(size.columns, size.rows)
    desk.press("e")
    var texts = [desk.text]
    desk.press("m", "#", "j")
    texts.append(desk.text)
    try expectGolden(
      texts.joined(separator: "\n\n"), "explanation-\(size.columns)x\(size.rows)")
  }

  @Test func isAskedForWhenShownOnly() {
    var desk = desk()
    func asked() -> [String] {
      desk.effects.compactMap { if case .explain(let post) = $0 { post } else { nil } }
    }
    desk.press("j", "k")
    #expect(asked().isEmpty)
    desk.press("e")
    #expect(asked() == ["hb_0001"])
    desk.press("j", "k")
    #expect(asked() == ["hb_0001", "hb_0002"], "the first is still known")
    desk.press("e", "j", "j")
    #expect(asked().count == 2)
  }

  @Test func anotherRouterHasOtherReasons() {
    var desk = desk()
    desk.press("e")
    let count = desk.effects.count
    desk.send(.routesChanged(["hb_0001": Samples.decision(0)]))
    #expect(desk.effects.count == count, "the same decision")
    desk.send(
      .routesChanged([
        "hb_0001": RouteDecision(probability: 0.1, percentile: 0.01, cosine: 0.284)
      ]))
    #expect(desk.effects.contains(.explain(post: "hb_0001")))
    #expect(desk.effects.count == count + 1)
  }

  /// The router's maps are shown by the keys of all maps.
  @Test func mapsAreSteppedThrough() {
    var desk = desk(120, 36)
    #expect(desk.state.spatialSignals.map(\.name) == ["vcn/attention"])
    desk.press("H", "e")
    #expect(
      desk.state.spatialSignals.map(\.name)
        == ["router/regions/multimodal", "router/regions/text"])
    #expect(desk.state.pictureRequest?.heat != nil)
    let first = desk.state.heat
    desk.press("m")
    #expect(desk.state.heat != first)
    #expect(desk.text.contains("pulls to text"))
    desk.press("s")
    #expect(desk.state.spatialSignals.isEmpty, "the text expert has no map")
    #expect(!desk.state.choice.explains)
  }

  /// Where no hidden unit is on, that is said in the place of the contributions.
  @Test func aSilentPostHasNoContributions() {
    var desk = desk(120, 36)
    desk.press("e", answers: false)
    let usual = Samples.explanation(0)
    desk.send(
      .explained(
        RouteExplanation(
          post: usual.post, router: usual.router, decision: usual.decision, logit: 0.1,
          parts: RouteExplanation.Parts(
            isLinear: false, isSilent: true, contributions: [], rest: 0.1),
          tokens: usual.tokens, regions: usual.regions, flips: [], answers: usual.answers,
          notice: nil)), answers: false)
    #expect(desk.text.contains("no hidden unit of the router is on"))
    #expect(!desk.text.contains("mean dev post"))
  }

  /// The title tells how much of a post its models cannot read.
  @Test func unknownWordsStandInTheTitle() throws {
    var desk = desk(120, 36)
    var analysis = Samples.analysis(0)
    #expect(!desk.text.contains("of words unknown"))
    analysis.unknownWords = [
      UnknownWords(model: "bilstm-crf", unknown: 3, words: 4),
      UnknownWords(model: "clip", unknown: 1, words: 4),
    ]
    desk.send(.analysed(analysis))
    let title = try #require(desk.text.split(separator: "\n").first)
    #expect(title.contains("75% of words unknown"))
  }

  @Test func waitsAndRefusals() {
    var desk = desk()
    desk.press("e", answers: false)
    #expect(desk.text.contains("the router is asked"))
    desk.send(
      .explanationFailed(post: "hb_0001", reason: "no router is in use"), answers: false)
    #expect(desk.text.contains("no router is in use"))
    var without = Desk(Samples.state(hasModels: false))
    without.press("e")
    #expect(without.noticeText.contains("no router is loaded"))
  }

  @Test func countsFollowTheLabels() {
    var desk = desk(120, 36)
    desk.press("e")
    #expect(desk.text.contains("bilstm-crf" + String(repeating: " ", count: 18) + "1     2     2"))
    desk.command("span 6 8 LOC")
    #expect(desk.text.contains("bilstm-crf" + String(repeating: " ", count: 18) + "2     2     2"))
  }
}
