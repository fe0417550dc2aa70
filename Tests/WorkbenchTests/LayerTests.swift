import Screen
import Testing

@testable import Workbench

@Suite("Layers") struct LayerTests {
  private func toggle(_ desk: inout Desk) {
    _ = WordLengthLayer.actions[0].run(&desk.state, .none)
  }

  @Test(arguments: [Size(columns: 80, rows: 24), Size(columns: 200, rows: 50)])
  func aPanelIsOneFile(_ size: Size) throws {
    var desk = Desk(Samples.state(size.columns, size.rows))
    let tables = desk.text
    toggle(&desk)
    let words = try #require(desk.state.currentPost).tokens.map(\.text)
    #expect(desk.text.contains("\(words[0]) \(words[0].count)"))
    desk.press("W")
    let longest = words.max { $0.count < $1.count } ?? ""
    let box = Panes(desk.state).details
    let first = view(desk.state).lines[box.row].dropFirst(box.column)
    #expect(first.hasPrefix(" ") == false && first.contains("\(longest.count)"))
    // All other keys are for the layers beneath.
    desk.press("j")
    #expect(desk.state.current == 1)
    desk.press("k")
    toggle(&desk)
    #expect(desk.text == tables)
    toggle(&desk)
    #expect(desk.state.layers[WordLengthLayer.self]?.longestFirst == true, "as it was left")
  }

  @Test func aLayerOverTheOthersTakesAllKeys() throws {
    var desk = Desk(Samples.state(120, 36))
    desk.state.layers.open(NoteLayer())
    desk.type("jq!")
    desk.send(.paste("x\u{1B}y"))
    #expect(desk.text.contains("note: jq!xy"), "what is no text of a line is left out")
    #expect(desk.state.current == 0 && !desk.state.layers.isBrowsing)
    let row = try #require(view(desk.state).lines.firstIndex { $0.contains("Esc ends the note") })
    desk.send(.key(.click(Position(column: 3, row: row))))
    #expect(desk.state.layers.isBrowsing, "a click on a hint presses its key")
    #expect(desk.state.layers.earlier(NoteLayer.self)?.line.text == "jq!xy")
  }

  @Test func panelsAndPromptsLieOnEachOther() {
    var desk = Desk(Samples.state(120, 36))
    toggle(&desk)
    desk.press("?")
    #expect(!desk.state.layers.isBrowsing && desk.text.contains("entries"))
    desk.press("Escape", ":")
    desk.type("next")
    desk.press("Return")
    #expect(desk.state.current == 1 && desk.state.layers[WordLengthLayer.self] != nil)
    desk.press(":", "Up")
    #expect(desk.state.layers[CommandLayer.self]?.line.text == "next", "the history is kept")
  }

  /// The reasons of a route have a switch of their own for heat, which is kept while they are left.
  @Test func aSwitchBelongsToItsLayer() {
    var desk = Desk(Samples.state(120, 36))
    #expect(!desk.state.showsHeat)
    desk.press("e")
    #expect(desk.state.showsHeat)
    desk.state.showsHeat = false
    desk.press("e")
    desk.state.showsHeat = true
    desk.press("e")
    #expect(!desk.state.showsHeat && desk.state.choice.heat)
    desk.press("e")
    #expect(desk.state.showsHeat)
  }

  @Test func oneOfATypeAtATime() {
    var stack = LayerStack()
    stack.open(NoteLayer(line: LineEditor("a")))
    stack.open(WordLengthLayer())
    stack.open(NoteLayer(line: LineEditor("b")))
    #expect(stack.count == 3 && stack[NoteLayer.self]?.line.text == "b")
    #expect(stack.taking(.details) is WordLengthLayer && stack.top is NoteLayer)
    stack.close { $0 is NoteLayer }
    #expect(stack.isBrowsing && stack.top is WordLengthLayer)
  }
}
