import Corpora
import Extractors
import Inspection
import Screen
import Tensors
import Testing
import Traces

@testable import Workbench

/// Rectangles that are put on the picture by hand.
@Suite("Regions drawn by hand") struct RegionLayerTests {
  private func desk(_ columns: Int = 120, _ rows: Int = 36) -> Desk {
    var desk = Desk(Samples.state(columns, rows))
    desk.press("B")
    return desk
  }

  private func regions(_ desk: Desk) -> [ImageRegion] {
    desk.state.layers[RegionLayer.self]?.regions(desk.state) ?? []
  }

  private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 }

  /// Without a picture no key of the layer reaches the labels beneath.
  @Test(arguments: ["Right", "Tab", "u", "o", "x", "Delete", "<", ">", "+", "-"])
  func withoutAPictureKeysChangeNothing(_ key: String) {
    var desk = Desk(
      Samples.state(120, 36), picture: { _ in .placeholder("the picture cannot be read") })
    desk.press("L")
    // As when somebody goes to such a post with the layer open.
    desk.state.layers.open(RegionLayer())
    let (labels, place) = (desk.state.post(0).mentions, desk.state.current)
    desk.press(key)
    #expect(desk.state.post(0).mentions == labels && desk.state.current == place)
    #expect(desk.noticeText == "the picture cannot be read")
    #expect(!desk.text.contains("as found"))
    // It is not opened there.
    desk.press("B", "B")
    #expect(desk.noticeText == "regions: the picture cannot be read")
    #expect(desk.state.layers[RegionLayer.self] == nil)
  }

  /// The scale under the picture would say that a choice is a value.
  @Test func theLegendSaysWhichIsChosen() {
    var desk = desk()
    while !regions(desk).isEmpty { desk.press("x") }
    desk.press("o", "o")
    #expect(desk.text.contains("region 2 of 2") && !desk.text.contains("100%"))
    desk.press("#")
    #expect(!desk.text.contains("largest first"))
  }

  /// Experts read a rectangle by its place: one that is dropped does not move those behind it.
  @Test func whatIsDroppedLeavesTheOthersInTheirPlaces() {
    var desk = desk()
    while !regions(desk).isEmpty { desk.press("x") }
    desk.press("o", "o", "o")
    let drawn = regions(desk)
    desk.press("Tab", "x")
    #expect(regions(desk) == [.whole, drawn[1], drawn[2]])
    // The next is chosen; behind the last nothing is left.
    desk.press("x")
    #expect(regions(desk) == [.whole, .whole, drawn[2]])
    desk.press("x")
    #expect(regions(desk).isEmpty)
  }

  /// A picture whose rectangles moved is another to the terminal, also when it is known already.
  @Test func movedRectanglesAreAnotherPicture() throws {
    var desk = desk()
    let before = try #require(desk.state.pictureRequest)
    desk.press("Right")
    let moved = try #require(desk.state.pictureRequest)
    #expect(moved != before && moved.identity != before.identity)
    desk.press("u")
    #expect(desk.state.pictureRequest?.identity == before.identity)
  }

  @Test func keysMoveGrowAddAndRemove() throws {
    var desk = desk()
    desk.press("x")
    #expect(regions(desk).isEmpty || regions(desk).count < RegionLayer.most)
    while !regions(desk).isEmpty { desk.press("x") }
    desk.press("o")
    let first = try #require(regions(desk).first)
    #expect(regions(desk).count == 1 && close(first.left, 0.25) && close(first.width, 0.5))
    desk.press("Right", "Down", "Down")
    #expect(close(regions(desk)[0].left, 0.3) && close(regions(desk)[0].top, 0.35))
    desk.press(">", "-")
    #expect(close(regions(desk)[0].width, 0.55) && close(regions(desk)[0].height, 0.45))
    // A rectangle stays on the picture and does not vanish.
    for _ in 0..<40 { desk.press("Left", "<", "-", "Up") }
    let small = regions(desk)[0]
    #expect(close(small.left, 0) && close(small.top, 0))
    #expect(close(small.width, 0.05) && close(small.height, 0.05))
    desk.press("o")
    desk.press("Right")
    #expect(close(regions(desk)[1].left, 0.3) && regions(desk)[0] == small)
    desk.press("Tab")
    desk.press("Down")
    #expect(close(regions(desk)[0].top, 0.05))
    for _ in 0..<12 { desk.press("o") }
    #expect(regions(desk).count == RegionLayer.most)
    // u takes back what was drawn.
    desk.press("u")
    #expect(regions(desk) != [small] && desk.text.contains("as found"))
    desk.press("Escape")
    #expect(desk.state.layers[RegionLayer.self] == nil)
    desk.press("B")
    // Other posts have their own, and these are kept.
    desk.press("o")
    let here = regions(desk)
    desk.press("j")
    #expect(desk.state.current == 1 && regions(desk) != here)
    desk.press("k")
    #expect(regions(desk) == here)
  }

  @Test func answersFollow() throws {
    var desk = desk()
    #expect(desk.state.requested.regions == nil, "nothing is drawn yet")
    #expect(desk.text.contains("as found"))
    desk.press("Right")
    let question = try #require(desk.state.requested.regions)
    #expect(question.post == desk.state.currentPost?.id)
    #expect(desk.state.regionAnswers?.question == question)
    #expect(!desk.text.contains("the experts are asked"))
    desk.press("Right")
    let next = try #require(desk.state.requested.regions)
    #expect(next != question && desk.state.regionAnswers?.question == next)
    // What is late is not shown for what is on screen.
    desk.send(
      .answeredWithRegions(
        RegionAnswers(RegionQuestion(post: next.post, regions: []), [])))
    #expect(desk.text.contains("the experts are asked"))
    desk.send(.answeredWithRegions(RegionAnswers(next, [])))
    #expect(desk.text.contains("no expert that is open looks at regions"))
    let failed = Answer(expert: "bad\u{1B}[2J", seesPicture: true, .failed("no\u{7}net"))
    desk.send(.answeredWithRegions(RegionAnswers(next, [failed])))
    #expect(!desk.text.contains("\u{1B}") && !desk.text.contains("\u{7}"))
  }

  @Test(arguments: [(80, 24), (120, 36), (200, 50)])
  func itFits(_ columns: Int, _ rows: Int) {
    let desk = desk(columns, rows)
    #expect(desk.text.contains("region 1: 50 × 50 %"))
    #expect(desk.text.contains("arrows move"))
  }

  /// The cells that the picture covers.
  private func picturePlace(_ desk: Desk) throws -> Box {
    let box = try #require(Panes(desk.state).picture)
    let request = try #require(desk.state.pictureRequest)
    guard case .cells(_, let columns, let rows)? = desk.state.pictures[request] else {
      Issue.record("no picture")
      return box
    }
    return box.centered(columns: columns, rows: rows)
  }

  @Test func aClickMovesTheMiddleThere() throws {
    var desk = desk()
    let place = try picturePlace(desk)
    let (columns, rows) = (place.columns, place.rows)
    desk.send(
      .key(
        .click(
          Position(column: place.column + columns / 2, row: place.row + rows / 2))))
    let middle = regions(desk)[0]
    #expect(abs(middle.left + middle.width / 2 - 0.5) < 0.1)
    #expect(abs(middle.top + middle.height / 2 - 0.5) < 0.1)
  }

  /// A click in another rectangle chooses it; the mouse draws the chosen one from corner to corner.
  @Test func theMouseChoosesAndDraws() throws {
    var desk = desk()
    let place = try picturePlace(desk)
    let (columns, rows) = (place.columns, place.rows)
    func at(_ x: Double, _ y: Double) -> Position {
      Position(
        column: place.column + Int(x * Double(columns)), row: place.row + Int(y * Double(rows)))
    }
    // Drawn to the upper left, then another one to the lower right.
    desk.send(.key(.click(at(0.05, 0.05))))
    desk.send(.key(.release(at(0.4, 0.4))))
    let first = regions(desk)[0]
    #expect(first.left < 0.15 && first.top < 0.2 && first.width < 0.45 && first.height < 0.5)
    desk.send(.key(.character("o")))
    desk.send(.key(.click(at(0.9, 0.9))))
    desk.send(.key(.release(at(0.6, 0.6))))
    let second = regions(desk)[1]
    #expect(second.left > 0.5 && second.top > 0.5 && regions(desk)[0] == first)
    #expect(desk.text.contains("region 2 of 2"))
    desk.send(.key(.click(at(0.2, 0.2))))
    desk.send(.key(.release(at(0.2, 0.2))))
    #expect(desk.text.contains("region 1 of 2") && regions(desk) == [first, second])
    // Let go outside the picture, nothing is drawn.
    desk.send(.key(.click(at(0.2, 0.2))))
    let moved = regions(desk)
    desk.send(.key(.release(Position(column: 0, row: 0))))
    #expect(regions(desk) == moved)
  }

  /// Rectangles stand where each expert reads them, have their names, and are no more than are
  /// read.
  @Test func theyAreTheExpertsSlots() throws {
    var desk = Desk(Samples.state(120, 36))
    let index = try #require(desk.state.current)
    let found = [
      ImageRegion.whole, ImageRegion(left: 0.1, top: 0.2, width: 0.3, height: 0.4),
      ImageRegion(left: 0.5, top: 0.5, width: 0.2, height: 0.2),
    ]
    var trace = Trace()
    trace.append(
      Signal(
        name: "prefix/regions", caption: "shares", kind: .regions(found),
        slots: [
          .init("crop 1", at: 1), .init("crop 2", at: nil), .init("crop 3", at: 2),
        ], tensor: Tensor([3], [0.2, 0.5, 0.3])))
    let post = desk.state.posts[index]
    let answer = Answer(
      expert: "prefixed", seesPicture: true,
      .mentions(
        Prediction(
          expert: "prefixed", mentions: [], labels: ["O", "B-PER"], marginals: [],
          path: post.tokens.map { _ in 0 }, trace: trace)))
    desk.send(.analysed(PostAnalysis(post: post.id, answers: [answer])))
    desk.press("B")
    // The whole picture is no slot; a crop that was not found sees all of it.
    #expect(regions(desk) == [found[1], .whole, found[2]])
    #expect(desk.text.contains("region 1, crop 1: ") && desk.text.contains("region 3, crop 3: "))
    desk.press("o")
    #expect(regions(desk).count == 3)
    #expect(desk.text.contains("prefixed reads 3 rectangles, no more"))
  }
}
