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

  /// Both directions lie on one map with one scale, whose largest effect is named.
  @Test func oneSignedMap() throws {
    var desk = desk(120, 36)
    #expect(desk.state.spatialSignals.map(\.name) == ["vcn/attention"])
    desk.press("e")
    #expect(desk.state.spatialSignals.map(\.name) == ["router/regions"])
    let heat = try #require(desk.state.heat)
    #expect(heat.isSigned && heat.bounds == (-0.06, 0.06))
    #expect(heat.values.contains { $0 < 0 } && heat.values.contains { $0 > 0 })
    #expect(desk.state.heatTitle == "largest -6.0 in row 1, column 1")
    #expect(HeatNumbers(heat).range == "to 6.0 points")
    #expect(desk.text.contains("-6.0 in row 1, column 1"))
    desk.press("m")
    #expect(desk.noticeText == "map: there is only one map")
    desk.press("#")
    #expect(desk.text.contains("-6.0") && desk.text.contains("+6.0"))
    desk.press("s")
    #expect(desk.state.spatialSignals.isEmpty, "the text expert has no map")
    #expect(desk.state.layers[ExplanationLayer.self] == nil)
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

  /// Points are points even where every number could be a share.
  @Test func pointsAreNoPercent() {
    let heat = Heat(
      shape: .grid(rows: 1, columns: 2, region: .whole), values: [0, 0.031], unit: .points)
    #expect(HeatNumbers(heat).range == "to 3.1 points")
    #expect(heat.bounds == (-0.031, 0.031))
    let shares = Heat(shape: .grid(rows: 1, columns: 2, region: .whole), values: [0, 0.031])
    #expect(HeatNumbers(shares).range == "0.0 to 3.1%")
  }

  /// Equal words are told apart, in the line and in the text.
  @Test func turningWordsHavePlaces() {
    var desk = desk(120, 36)
    desk.press("e")
    #expect(desk.text.contains("✗ turns without 'Berg' (4), 'Mary' (7), p .470"))
    let crosses = desk.text.split(separator: "\n").filter { $0.hasPrefix(" ·M  2 ") }
    #expect(crosses.first?.contains("head PER✗       T MISC✗") == true, "\(crosses)")
    desk.press("e")
    #expect(!desk.text.contains("✗"))
  }

  @Test func droppingMostWordsIsCalledThat() {
    var desk = desk(120, 36)
    desk.press("j", "e")
    let known = Samples.explanation(1)
    let most = RouteExplanation.Flip(
      kind: .tokens, places: [0, 1, 2, 3, 4, 6, 8], probability: 0.41, tried: 8)
    desk.send(
      .explained(
        RouteExplanation(
          post: known.post, router: known.router, decision: known.decision, logit: known.logit,
          parts: known.parts, tokens: known.tokens, regions: known.regions, flips: [most],
          answers: [], notice: nil)))
    #expect(known.tokens.count == 10)
    #expect(desk.text.contains("✗ turns only when 7 of 10 words go: "), "\(desk.text)")
  }

  /// The reasons have the screen with the text, and nothing else hides them.
  @Test func theWholeScreenIsForTheReasons() {
    var desk = desk()
    desk.press("e", "z")
    #expect(desk.state.fullScreen == .text && desk.text.contains("turns without"))
    desk.press("z")
    #expect(desk.state.fullScreen == nil)
    desk.press("Escape")
    #expect(desk.state.layers[ExplanationLayer.self] == nil && desk.state.fullScreen == nil)
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
    #expect(without.noticeText.contains("no models are loaded"))
  }

  /// Asking about another threshold tells what it would do, and changes no route.
  @Test func anotherThresholdIsAskedAbout() throws {
    var desk = desk(120, 36)
    desk.press("e")
    func words(_ desk: Desk) -> String {
      // The text's column alone, its lines one behind the other.
      desk.text.split(separator: "\n").map { $0.dropFirst(27).prefix(48) }.joined(separator: " ")
        .split(separator: " ").joined(separator: " ")
    }
    #expect(
      words(desk).contains("threshold .500: held-out union F1 77.5, 50% multimodal"),
      "\(words(desk))")
    desk.press("3", "_")
    #expect(
      desk.noticeText
        == "threshold .475: held-out union F1 85.0 (+7.5), 58% multimodal; this post to multimodal",
      "\(desk.noticeText)")
    #expect(words(desk).contains("threshold .475: held-out union F1 85.0 (+7.5)"))
    desk.press("j", "k")
    #expect(desk.state.cut < 0.48, "it stays from post to post")
    desk.command("cut best")
    #expect(
      desk.noticeText.contains("union F1 100.0 (+22.5), 73% multimodal"), "\(desk.noticeText)")
    desk.command("cut 0.9")
    #expect(desk.noticeText.hasSuffix("0% multimodal; this post to text"))
    #expect(desk.state.routes[0]?.route == .multimodal)
    desk.press("^")
    #expect(desk.noticeText == "no held-out post has a larger p")
    desk.command("cut 7")
    #expect(desk.noticeText == "7 is no threshold; 0 to 1, or best")
    desk.command("cut")
    #expect(desk.state.choice.cut == nil && desk.noticeText.hasPrefix("threshold .500"))
  }

  /// Similar posts stand under the reasons, each a key away; they are sought as long as the reasons
  /// are on screen.
  @Test func similarPostsAreAKeyAway() {
    var desk = desk(120, 50)
    func sought() -> [Int?] {
      desk.effects.compactMap {
        if case .findNeighbours(let post) = $0 { .some(post) } else { nil }
      }
    }
    desk.press("j", "k")
    #expect(sought().isEmpty)
    desk.press("e")
    #expect(desk.text.contains("' nearest routed the other way, to text"), "\(desk.text)")
    #expect(desk.text.contains("\" nearest routed the same way, to multimodal"))
    #expect(desk.text.contains(".71 hb_0002  p .554  R +.25  1/2 2/2  Morgan"), "\(desk.text)")
    desk.state.size = Size(columns: 200, rows: 50)
    #expect(desk.text.contains("its picture here: p .380 turns"), "\(desk.text)")
    desk.press("2", "'")
    #expect(desk.state.current == 3 && desk.noticeText == "like hb_0001 .32, routed the other way")
    desk.press("9", "\"")
    #expect(desk.noticeText.hasPrefix("only"), "\(desk.noticeText)")
    desk.press("e")
    #expect(sought() == [0, 3, nil])
  }

  /// Which labels are found by whom follows the labels.
  @Test func whoFindsWhatIsNamed() {
    var desk = desk(120, 50)
    desk.press("e")
    let text = desk.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("both find PER 'Anna Berg'"), "\(desk.text)")
    #expect(text.contains("only riva finds MISC"))
    let found = Samples.explanation(0).found(Samples.posts[0])
    #expect(found?.only[.text] == nil && found?.neither.isEmpty == true)
  }

  @Test func countsFollowTheLabels() {
    var desk = desk(120, 36)
    desk.press("e")
    #expect(desk.text.contains("bilstm-crf" + String(repeating: " ", count: 18) + "1     2     2"))
    desk.command("span 6 8 LOC")
    #expect(desk.text.contains("bilstm-crf" + String(repeating: " ", count: 18) + "2     2     2"))
  }
}
