import Corpora
import Extractors
import Inspection
import Screen
import Tensors
import Testing
import Traces

@testable import Workbench

/// Every layer, head and slot that an expert shows can be reached.
@Suite("Stepping through signals") struct SteppingTests {
  private func desk(_ signals: [Signal], others: [Answer] = []) throws -> Desk {
    var desk = Desk(Samples.state(120, 36))
    let post = desk.state.posts[try #require(desk.state.current)]
    var trace = Trace()
    for signal in signals { trace.append(signal) }
    let answer = Answer(
      expert: "shown", seesPicture: true,
      .mentions(Samples.prediction("shown", post, [], trace: trace)))
    desk.send(.analysed(PostAnalysis(post: post.id, answers: [answer] + others)))
    return desk
  }

  private func matrix(_ name: String, _ steps: Signal.Axis) -> Signal {
    Signal(
      name: name, caption: name, kind: .matrix(rows: ["r"], columns: ["a", "b"]), steps: [steps],
      tensor: Tensor([steps.count, 1, 2], (0..<(2 * steps.count)).map { Float($0) / 10 }))
  }

  @Test func signalsAreSteppedThroughOneAfterTheOther() throws {
    var desk = try desk([matrix("gate", .layer(2)), matrix("share", .head(3))])
    #expect(desk.text.contains("gate, mean of 2") && desk.text.contains("share, mean of 3"))
    desk.press(".", ".")
    #expect(desk.text.contains("gate, layer 2 of 2") && desk.text.contains("share, mean of 3"))
    desk.press(".")
    #expect(desk.text.contains("gate, mean of 2") && desk.text.contains("share, head 1 of 3"))
    #expect(desk.noticeText == "share: head 1 of 3")
    desk.command("head 5")
    #expect(desk.text.contains("share, head 3 of 3"))
    desk.command("head 6")
    #expect(desk.noticeText.contains("1 to 5"))
    desk.press(".")
    #expect(desk.text.contains("gate, mean of 2") && desk.text.contains("share, mean of 3"))
  }

  /// What has the first steps of a map goes with it.
  @Test func theGateOfASlotFollowsItsMap() throws {
    let (slots, ends) = (
      Signal.Axis.slot(["first", "second"]), Signal.Axis.slot(["head", "tail"])
    )
    let words = Samples.posts[0].tokens.count
    var desk = try desk([
      Signal(
        name: "map", caption: "map", kind: .imageMap(rows: 2, columns: 2, region: .whole),
        steps: [slots, ends], tensor: Tensor([2, 2, 2, 2], repeating: 0.25)),
      Signal(
        name: "gate", caption: "gate", kind: .words, steps: [slots],
        tensor: Tensor([2, words], repeating: 0.5)),
    ])
    desk.press(".", ".")
    #expect(desk.text.contains("gate, first"), "\(desk.text)")
    desk.press(".")
    #expect(desk.text.contains("gate, second"))
  }

  /// A number of another expert than the one on screen says whose it is.
  @Test func numbersNameTheirExpert() throws {
    var trace = Trace()
    trace.append(
      Signal(
        name: "rgn/gate", caption: "relation gate",
        kind: .scalar(low: 0, high: 1, threshold: 0.5, percentile: nil),
        tensor: Tensor(scalar: 0.5)))
    let post = Samples.posts[0]
    let other = Answer(
      expert: "other", seesPicture: true,
      .mentions(Samples.prediction("other", post, [], trace: trace)))
    let desk = try desk([], others: [other])
    #expect(desk.state.gauges.map(\.caption) == ["other: relation gate"])
  }
}
