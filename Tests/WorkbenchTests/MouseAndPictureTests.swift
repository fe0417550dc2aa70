import Screen
import Testing
import Traces

@testable import Workbench

@Suite struct MouseAndPictureTests {
  private static let encoded = EncodedPicture(payload: [1, 2, 3], width: 80, height: 60)

  @Test func clicksGoToPostsAndTokens() {
    var desk = Desk(Samples.state())
    desk.send(.key(.click(Position(column: 6, row: 4))))
    #expect(desk.state.current == 2)
    desk.send(.key(.click(Position(column: 22, row: 4))))
    #expect(desk.state.token == 5, "the first word of the second line")
    desk.send(.key(.scroll(Position(column: 30, row: 3), up: false)))
    #expect(desk.state.token == 6)
    desk.send(.key(.scroll(Position(column: 3, row: 3), up: true)))
    #expect(desk.state.current == 1)
    desk.send(.key(.click(Position(column: 500, row: 500))))
    desk.send(.key(.click(Position(column: -1, row: -9))))
    expectInvariants(desk.state)
  }

  @Test func pixelsArePlacedOffTheLastRow() throws {
    let desk = Desk(Samples.state()) {
      .pixels(Self.encoded, columns: $0.box.columns - 4, rows: $0.box.rows)
    }
    let placement = try #require(view(desk.state).pictures.first)
    let box = try #require(Panes(desk.state).picture)
    #expect(placement.box.intersection(box) == placement.box)
    #expect(placement.box.column == box.column + 2)
  }

  @Test func identityChangesWithTheHeat() {
    var desk = Desk(Samples.state()) { .pixels(Self.encoded, columns: $0.box.columns, rows: 2) }
    var seen: Set<String> = []
    for key in ["H", ".", ".", "H", "j"] {
      seen.formUnion(view(desk.state).pictures.map(\.identity))
      desk.press(key)
    }
    #expect(seen.count == 4, "bare, mean, two heads, bare again")
  }

  @Test func picturesAreAskedForOncePerNeed() {
    var desk = Desk(Samples.state())
    func requests() -> Int {
      desk.effects.count { if case .renderPicture = $0 { true } else { false } }
    }
    let before = requests()
    desk.press("l", "h", "v", "Escape")
    #expect(requests() == before, "moving the token cursor does not change the picture")
    desk.press("H")
    #expect(requests() == before + 1)
    desk.press("H")
    #expect(requests() == before + 1, "the bare picture is in the cache")
    desk.press(".")
    #expect(requests() == before + 1, "no heat is shown")
    desk.press("H")
    #expect(requests() == before + 2)
    desk.send(.resized(Size(columns: 100, rows: 30)))
    #expect(requests() == before + 3)
  }

  @Test func neighboursAreFetchedAhead() {
    let desk = Desk(Samples.state())
    #expect(desk.effects.first == .analyse(post: "hb_0001", neighbours: ["hb_0002", "hb_0003"]))
  }

  @Test func anOversizedPictureIsNotDrawn() {
    let desk = Desk(Samples.state()) {
      .pixels(Self.encoded, columns: $0.box.columns + 1, rows: 1)
    }
    #expect(view(desk.state).pictures.isEmpty)
    let cells = Desk(Samples.state()) { _ in .cells([], columns: 0, rows: 0) }
    expectInvariants(cells.state)
  }
}
