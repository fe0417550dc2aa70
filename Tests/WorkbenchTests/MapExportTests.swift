import Figures
import Pictures
import Screen
import Testing
import Traces

@testable import Workbench

/// Maps made ready for print: the numbers and the words that the screen has.
@Suite("Maps for print") struct MapExportTests {
  private let post = Samples.posts[0]
  private let answers = Samples.analysis(0).answers
  private let picture = Picture(width: 40, height: 20, color: RGB(90, 90, 90))

  private func export(_ choice: MapChoice) throws -> MapExport {
    try MapExport(choice, of: post, answers, nil)
  }

  /// The numbers that stand in a file, in its order.
  private func numbers(_ map: MapExport) throws -> [String] {
    try map.figure(over: picture, HeatStyle(), provenance: ["from harbor"]).svg()
      .split(separator: "data-value=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
  }

  @Test func theFirstMapIsTheMeanOfItsHeads() throws {
    let map = try export(MapChoice())
    #expect(map.system == "riva" && map.signal.name == "vcn/attention")
    #expect(map.slices.map(\.title) == ["mean of 8"])
    #expect(try numbers(map) == Samples.attention().mean.map { "\($0)" })
  }

  @Test func aHeadIsAsTheScreenHasIt() throws {
    var desk = Desk(Samples.state())
    desk.press("H")
    desk.command("head 3")
    let shown = try #require(desk.state.heat)
    let map = try export(MapChoice(map: "vcn/attention", slice: .one(3)))
    #expect(map.slices.map(\.heat) == [shown])
    #expect(map.slices[0].title == "head 3 of 8")
    #expect(try numbers(map) == shown.values.map { "\($0)" })
    // What is written beside the map is what stands under the picture.
    let svg = try map.figure(over: picture, HeatStyle(), provenance: []).svg()
    let range = HeatNumbers(shown).range
    #expect(range.hasSuffix("%") && svg.contains(">\(range.dropLast()) %<"))
    #expect(desk.text.contains(range))
  }

  @Test func allHeadsStandBesideEachOtherOnOneScale() throws {
    let map = try export(MapChoice(slice: .all))
    #expect(map.slices.count == 8)
    #expect(try numbers(map) == Samples.attention().values.map { "\($0)" })
    #expect(map.bounds.high == Samples.attention().values.max())
    let figure = map.figure(over: picture, HeatStyle(), provenance: [])
    #expect(figure.panels.map(\.title) == (1...8).map { "head \($0) of 8" })
    let ranges = figure.panels.compactMap { panel -> [Float]? in
      guard case .heat(let grid, _, _)? = panel.marks.first else { return nil }
      return [grid.low, grid.high]
    }
    #expect(Set(ranges).count == 1)
    #expect(figure.colorBar?.title == "vcn/attention, %; one scale for all")
  }

  @Test func aMapThatDiffersByWordIsOfOne() throws {
    let signal = Signal(
      name: "xmt/attention", caption: "of each word",
      kind: .wordsByImage(rows: 1, columns: 2, region: .whole),
      tensor: .init([post.tokens.count, 1, 2], (0..<(2 * post.tokens.count)).map(Float.init)))
    let answer = answers[0].showing([signal])
    let map = try MapExport(MapChoice(word: 3), of: post, [answer], nil)
    #expect(map.slices[0].heat.values == [6, 7])
    #expect(map.slices[0].title == "for \(post.quote(3..<4))")
    #expect(throws: MapChoiceError(description: "the post has no word 99; words count from 0")) {
      try MapExport(MapChoice(word: 99), of: post, [answer], nil)
    }
  }

  @Test func whatIsNotThereIsNamedWithWhatIs() {
    for (choice, words) in [
      (MapChoice(system: "riba"), "there is no expert riba here; did you mean riva? "),
      (MapChoice(system: "bilstm-crf"), "bilstm-crf shows no map of this post; "),
      (MapChoice(map: "vcn/atention"), "did you mean vcn/attention? there are vcn/attention"),
      (MapChoice(slice: .one(9)), "write a number from 1 to 8, mean or all"),
    ] {
      let error = #expect(throws: MapChoiceError.self) { try export(choice) }
      #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
    }
    let error = #expect(throws: MapChoiceError.self) {
      try MapExport(MapChoice(), of: post, [answers[0]], nil)
    }
    #expect(error?.description.contains("no expert shows a map") == true)
  }

  @Test(arguments: [("mean", MapChoice.Slice.mean), ("all", .all), ("7", .one(7))])
  func slicesAreRead(_ text: String, _ slice: MapChoice.Slice) {
    #expect(MapChoice.Slice(text) == slice)
    for odd in ["", "0", "-1", "head", "1.5"] { #expect(MapChoice.Slice(odd) == nil) }
  }

  @Test func theScreenIsCopiedWithoutTheCommandThatAskedForIt() throws {
    var desk = Desk(Samples.state())
    desk.press("e")
    let before = view(desk.state)
    desk.command("export /tmp/a.svg")
    let copies = desk.services.performed.compactMap { effect -> ScreenCopy? in
      if case .exportScreen(let copy, _) = effect { copy } else { nil }
    }
    #expect(copies.map(\.frame) == [before])
    #expect(copies.first?.models.contains("riva") == true)
    desk.send(.exported(path: "/tmp/a.svg"))
    #expect(desk.noticeText == "the screen is in /tmp/a.svg")
    desk.send(.notExported(reason: "/tmp/a.svg: is there already"))
    #expect(desk.noticeText == "not exported: /tmp/a.svg: is there already")
    #expect(desk.state.refusal != nil)
  }
}
