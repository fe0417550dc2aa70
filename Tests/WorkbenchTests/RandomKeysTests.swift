import Routing
import Screen
import Tensors
import Testing

@testable import Workbench

/// Any keys at any size: nothing traps, the labels stay valid, undoing everything gives the file
/// back.
@Suite struct RandomKeysTests {
  static let keys: [Key] =
    [
      .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .enter, .escape, .tab, .backTab,
      .backspace, .delete, .insert, .function(1), .control("r"), .control("l"), .control("u"),
      .control("w"), .alt("x"),
    ]
    + " 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ[]{}().,-#$:/?作".map {
      .character($0)
    }

  @Test(arguments: 1...12) func nothingTraps(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var desk = Desk(Samples.state())
    for step in 0..<160 {
      switch random.index(below: 24) {
      case 0:
        desk.send(
          .resized(
            Size(columns: 1 + random.index(below: 300), rows: 1 + random.index(below: 90))))
      case 1:
        let place = Position(column: random.index(below: 300), row: random.index(below: 90))
        desk.send(.key(random.chance(0.5) ? .click(place) : .scroll(place, up: random.chance(0.5))))
      case 2: desk.send(.training(random.pick(GoldenFrameTests.reports)))
      case 3: desk.services.failure = random.chance(0.3) ? "disk full" : nil
      case 4: desk.send(.tick(Double(step)))
      default: desk.send(.key(random.pick(Self.keys)))
      }
      _ = view(desk.state)
      if step % 25 == 0 { expectInvariants(desk.state) }
    }
    expectInvariants(desk.state)
    desk.services.failure = nil
    // A screen that is too small takes no keys.
    desk.send(.resized(Size(columns: 120, rows: 36)))
    while desk.state.history.nextUndo() != nil {
      desk.command("undo"); desk.press("Escape", "Escape")
    }
    for index in desk.state.posts.indices {
      #expect(desk.state.post(index) == Samples.posts[index], "seed \(seed)")
    }
  }

  @Test func everySizeIsDrawn() {
    var desk = Desk(Samples.state())
    for columns in [0, 1, 2, 59, 60, 61, 77, 78, 79, 80, 100, 140, 299, 300] {
      for rows in [0, 1, 2, 3, 19, 20, 21, 22, 24, 30, 50, 90] {
        desk.state.size = Size(columns: columns, rows: rows)
        for full in FullScreen.allCases + [nil] {
          desk.state.choice.fullScreen = full
          #expect(view(desk.state).cells.count == columns * rows)
        }
      }
    }
  }
}
