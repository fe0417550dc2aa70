import Screen
import Testing

@testable import Workbench

/// What a person sees is what the keys act on.
@Suite struct ScreenMannersTests {
  @Test(arguments: [(59, 20), (60, 19), (10, 3), (0, 0)])
  func aScreenTooSmallTakesNoEdits(_ columns: Int, _ rows: Int) {
    for mode in ["", ":", "/", "?"] {
      var desk = Desk(Samples.state())
      if !mode.isEmpty { desk.press(mode) }
      desk.send(.resized(Size(columns: columns, rows: rows)))
      let before = desk.gold
      let position = desk.state.queue.position
      for key in ["O", "Enter", "a", "x", "j", "u", "d", "1", "G"] { desk.press(key) }
      desk.send(.paste("accept"))
      desk.send(.key(.click(Position(column: 0, row: 0))))
      #expect(desk.gold == before && desk.state.queue.position == position)
      #expect(desk.state.saving.isClean)
      var state = desk.state
      #expect(update(&state, .key(.character("q"))).contains(.quit))
      desk.send(.resized(Size(columns: 80, rows: 24)))
      if mode.isEmpty {
        desk.press("j")
        #expect(desk.state.queue.position == position + 1)
      }
    }
  }

  /// The terminal's own cursor inverts a cell once more: a word of one letter would look unmarked.
  @Test func theWordUnderTheCursorIsMarkedInAllItsCells() {
    let state = Samples.state()
    #expect(view(state).cursor == nil)
  }

  @Test func thePictureComesBeforeTheHeat() {
    var desk = Desk(Samples.state())
    #expect(!desk.state.choice.heat)
    desk.press("H")
    #expect(desk.state.choice.heat)
    desk.press("j")
    #expect(desk.state.choice.heat, "kept from post to post")
  }

  @Test func helpRunsWhatWasTyped() {
    let state = Samples.state()
    for command in ["accept", "undo", "next", "heat", "quit", "relate"] {
      var list = HelpLayer()
      list.filter.set(String(command.prefix(3)))
      #expect(list.entries(in: state).first?.command.hasPrefix(command.prefix(3)) == true)
    }
    var list = HelpLayer()
    list.filter.set("acc")
    #expect(list.entries(in: state).first?.command == "accept")
  }

  @Test func aSelectionNamesItsLastToken() {
    var desk = Desk(Samples.state(200, 50))
    desk.press("v")
    #expect(view(desk.state).text.contains("token \(desk.state.token)"))
    desk.press("l")
    let selection = desk.state.selection ?? 0..<0
    #expect(selection.count == 2)
    #expect(
      view(desk.state).text.contains(
        "tokens \(selection.lowerBound) to \(selection.lowerBound + 1)"))
  }

  /// One token of a post may be as large as a file.
  @Test func aHugeTokenIsCutBeforeItIsLookedAt() {
    let state = Samples.state()
    let joiners = "a" + String(repeating: "\u{200D}", count: 300_000)
    let shown = state.safe(joiners)
    #expect(shown.utf8.count < 20_000)
    #expect(shown.hasPrefix("a\u{27E8}ZWJ\u{27E9}") && shown.hasSuffix("…"))
    #expect(state.safe("short") == "short")
  }
}
