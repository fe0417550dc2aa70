import Screen
import Testing

@testable import Workbench

@Suite struct CommandLineTests {
  @Test(arguments: [
    ("spna 3 5 PER", "no command \"spna\"; did you mean :span?"),
    ("xyzzy", "no command \"xyzzy\"; ? lists them all"),
    ("span 3 5", "TYPE is missing; usage :span START END TYPE"),
    ("span 3 five PER", "END must be a number, not \"five\"; usage :span START END TYPE"),
    ("span 5 3 PER", "5 to 3 covers no token; the end is one past the last token"),
    (
      "span 0 15 PER", "a range of this post ends at 14 at most, one past its last token, not at 15"
    ),
    ("span 14 14 PER", "there is no token 14; this post has tokens 0 to 13"),
    ("span -1 3 PER", "there is no token -1"),
    ("span 99999999999999999999 3 PER", "START must be a number"),
    ("span 3 5 DOG", "no entity type \"DOG\" here; types are PER LOC ORG MISC"),
    ("clear 1 2 3", "\"3\" is too much; usage :clear [START] [END]"),
    ("clear 0 2", "there is no mention to clear at 'RT @harbourlife'"),
    ("clear 14", "there is no token 14"),
    ("goto nowhere", "no post \"nowhere\" in this dataset"),
    ("head 9", "no head \"9\"; give 1 to 8, or mean"),
    ("system gpt", "no system \"gpt\" answered here; there is bilstm-crf, riva"),
    ("relation 3 6 /a/b", "no relation \"/a/b\" here"),
    ("relation 0 6 None", "there is no mention at token 0"),
    ("redo", "redo: nothing was undone"),
    ("retry", "retry: nothing failed to be saved"),
    ("search size:3", "there is no field size: (column 1); did you mean since:?"),
    ("search /(/", "/(/: ( is never closed"),
    ("search zzz", "no post matches \"zzz\""),
  ])
  func saysWhatIsWrong(_ line: String, _ message: String) {
    var desk = Desk(Samples.state())
    desk.command(line)
    #expect(desk.noticeText.hasPrefix(message), "\(desk.noticeText)")
    #expect(desk.state.notice?.isError == true)
    #expect(desk.services.stored.isEmpty, "an error must not edit")
  }

  @Test func caseAndUniqueBeginningsAreUnderstood() {
    var desk = Desk(Samples.state())
    desk.command("SPAN 3 5 org")
    #expect(desk.gold == ["3-5 ORG", "6-8 MISC"])
    desk.command("una")
    #expect(desk.state.current == 1)
    desk.command("ne")
    #expect(desk.state.current == 2)
    desk.command("q")
    #expect(desk.effects.last == .quit)
  }

  @Test func opensAtAPost() {
    var state = Samples.state()
    let opened = state.open(post: "hb_0003")
    let refused = !state.open(post: "hb_9999")
    #expect(opened && refused)
    #expect(state.current == 2 && state.token == 3)
  }

  @Test func tabCompletes() {
    var desk = Desk(Samples.state())
    desk.press(":")
    desk.type("spa")
    desk.press("Tab")
    #expect(desk.line == "span ")
    desk.type("3 5 M")
    desk.press("Tab", "Return")
    #expect(desk.gold == ["3-5 MISC", "6-8 MISC"])
    desk.press(":")
    desk.type("re")
    desk.press("Tab")
    #expect(desk.line == "redo")
    desk.press("Tab")
    #expect(desk.line == "redraw")
    desk.press("S-Tab", "S-Tab")
    #expect(desk.line == "reveal")
    #expect(desk.text.contains("[reveal]"))
  }

  @Test func upRecallsLines() {
    var desk = Desk(Samples.state())
    desk.command("next")
    desk.command("goto hb_0004")
    desk.press(":", "Up")
    #expect(desk.line == "goto hb_0004")
    desk.press("Up")
    #expect(desk.line == "next")
    desk.press("Down", "Down")
    #expect(desk.line == "")
    desk.press("BackSpace")
    #expect(desk.state.layers.isBrowsing)
  }

  @Test func escapeLeavesEverything() {
    var desk = Desk(Samples.state())
    for opener in [":", "/", "?"] {
      desk.press(opener)
      #expect(!desk.state.layers.isBrowsing)
      desk.press("Escape")
      #expect(desk.state.layers.isBrowsing)
    }
  }

  @Test func helpRunsItsEntries() {
    var desk = Desk(Samples.state())
    desk.press("?")
    desk.type("last post")
    desk.press("Return")
    #expect(desk.state.current == 4)
    desk.press("?")
    desk.type("goto")
    desk.press("Return")
    #expect(desk.line == "goto ")
    desk.press("Escape", "?")
    desk.type("rollback")
    desk.press("Return")
    #expect(desk.noticeText == "rollback: no new router waits; t trains one")
    #expect(desk.text.contains("not now"))
  }

  @Test func aLongLineKeepsItsCursorOnScreen() {
    var desk = Desk(Samples.state())
    desk.press(":")
    desk.type(String(repeating: "goto 作 ", count: 80))
    let frame = view(desk.state)
    #expect(frame.cursor.map { $0.column < 80 && $0.row == 22 } == true)
    #expect(desk.line?.count == LineEditor.limit)
    desk.press("Home")
    #expect(view(desk.state).cursor == Position(column: 1, row: 22))
  }
}

extension Desk {
  /// The line being typed.
  var line: String? {
    (state.layers[CommandLayer.self]?.line ?? state.layers[SearchLayer.self]?.line)?.text
  }
}
