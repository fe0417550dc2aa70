import Screen
import Testing

@testable import Workbench

/// A click on a hint presses its key.
@Suite struct HintTests {
  /// Clicks the first cell of a text on the line of hints.
  private func click(_ text: String, _ desk: inout Desk) throws {
    let row = desk.state.size.rows - 2
    let line = view(desk.state).lines[row]
    let at = try #require(line.range(of: text), "\(line)")
    let column = line.distance(from: line.startIndex, to: at.lowerBound)
    desk.send(.key(.click(Position(column: column, row: row))))
  }

  @Test func actionsOfBrowsing() throws {
    var desk = Desk(Samples.state(120, 36))
    try click("ORG", &desk)
    #expect(desk.gold == ["3-5 ORG", "6-8 MISC"])
    // What was done stands on the line now, and is no hint.
    let edited = desk.state.currentPost
    desk.send(.key(.click(Position(column: 2, row: 34))))
    #expect(desk.state.currentPost == edited && desk.state.notice == nil)
    try click("u undo", &desk)
    #expect(desk.gold == ["3-5 PER", "6-8 MISC"])
    desk.press("Escape")
    try click("? help", &desk)
    #expect(desk.state.layers[HelpLayer.self] != nil)
  }

  @Test func everyHintRunsItsOwnAction() {
    let desk = Desk(Samples.state(300, 90))
    let box = Panes(desk.state).prompt
    let line = desk.state.hintLine(box)
    #expect(line?.places.count == 21)
    for (hint, column) in line?.places ?? [] {
      for cell in [column, column + hint.columns - 1] {
        let place = Position(column: cell, row: box.row)
        #expect(desk.state.hintedKey(at: place) == hint.key, "\(hint.words)")
      }
      #expect(hint.key.flatMap(desk.state.keymap.command) != nil, "\(hint.words)")
    }
    #expect(desk.state.hintedKey(at: Position(column: 280, row: box.row)) == nil)
    #expect(desk.state.hintedKey(at: Position(column: 3, row: box.row - 1)) == nil)
  }

  @Test func selecting() throws {
    var desk = Desk(Samples.state())
    desk.press("v", "l")
    try click("select tokens", &desk)
    #expect(desk.state.selection == 3..<5, "words that only tell do nothing")
    try click("Esc leave", &desk)
    #expect(desk.state.selection == nil)
  }

  @Test func theHelpList() throws {
    var desk = Desk(Samples.state())
    desk.press("?")
    desk.type("labels")
    let rows = view(desk.state).lines
    let accept = try #require(rows.firstIndex { $0.contains("accept the labels") })
    desk.send(.key(.click(Position(column: 20, row: accept))))
    desk.send(.key(.click(Position(column: 20, row: accept))))
    #expect(desk.state.review(0) == .reviewed, "the second click runs the entry")
    desk.press("?")
    try click("Esc closes", &desk)
    #expect(desk.state.layers.isBrowsing)
    desk.press("?")
    desk.type("undo")
    try click("Enter", &desk)
    #expect(desk.state.review(0) == .untouched)
  }

  @Test func clicksAnywhereAreHarmless() {
    for (columns, rows) in [(80, 24), (60, 20), (59, 10), (1, 1), (300, 90)] {
      var desk = Desk(Samples.state(columns, rows))
      for mode in ["Escape", "?", "/", ":"] {
        desk.press(mode)
        for row in [-1, 0, rows - 3, rows - 2, rows - 1, rows] {
          for column in stride(from: -1, through: columns, by: 7) {
            _ = desk.state.hintedKey(at: Position(column: column, row: row))
            var copy = desk.state
            _ = update(&copy, .key(.click(Position(column: column, row: row))))
            expectInvariants(copy)
          }
        }
        desk.press("Escape")
      }
    }
  }
}
