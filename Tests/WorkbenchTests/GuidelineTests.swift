import Corpora
import Screen
import Testing

@testable import Workbench

/// What a label means, as the dataset tells it.
@Suite struct GuidelineTests {
  private static func lines(_ word: String) -> String {
    (0..<60).map { "\(word) \($0)" }.joined(separator: "\n")
  }

  private func desk(_ columns: Int = 120, _ rows: Int = 36) -> Desk {
    var state = Samples.state(columns, rows, hasModels: false)
    state.opened.guidelines = Guidelines(
      general: Self.lines("general"),
      [
        "PER": "somebody\n" + Self.lines("person"), "MISC": "a boat \u{1B}[31mred",
        "/per/misc/present_in": "on board",
      ])
    return Desk(state)
  }

  /// What was found on opening is listed, all of it, in plain characters.
  @Test func findingsAreListed() {
    var state = Samples.state(120, 36, hasModels: false)
    state.opened.notices = ["train.txt:7: no tab", "train.txt:9: \u{1B}[31m no tab either"]
    var desk = Desk(state)
    desk.command("findings")
    #expect(desk.text.contains("train.txt:7: no tab") && desk.text.contains("no tab either"))
    #expect(!desk.text.unicodeScalars.contains("\u{1B}"))
    desk.press("Escape")
    desk.state.opened.notices = (0..<1200).map { "finding \($0)" }
    desk.command("findings")
    desk.press("End")
    #expect(desk.text.contains("and 200 more: twinlens audit lists them"), "\(desk.text)")
    desk.press("Escape")
    desk.state.opened.notices = []
    desk.command("findings")
    #expect(desk.noticeText == "findings: nothing was found on opening")
  }

  @Test func theLabelUnderTheCursorComesFirst() {
    var desk = desk()
    desk.press("K")
    #expect(desk.text.contains("somebody") && desk.text.contains("person 3"))
    #expect(!desk.text.contains("general 59"))
    desk.press("Home")
    #expect(desk.text.contains("general 0") && !desk.text.contains("somebody"))
    desk.press("PageDown", "Down", "Up", "End")
    #expect(desk.text.contains("on board"))
    desk.press("Escape")
    #expect(desk.state.layers.isBrowsing)
    // The cursor on the boat, then on nothing.
    desk.press("w", "K")
    #expect(desk.text.contains("a boat"))
    #expect(!desk.text.unicodeScalars.contains("\u{1B}"))
    desk.press("Escape", "0", "K")
    #expect(desk.text.contains("general 0"))
  }

  @Test func theyAreSearchedLikeHelp() {
    var desk = desk()
    desk.press("K")
    desk.type("BOAT")
    #expect(desk.text.contains("a boat") && !desk.text.contains("somebody"))
    desk.type(" zzz")
    #expect(desk.text.contains("nothing matches"))
    for _ in 0..<4 { desk.press("BackSpace") }
    #expect(desk.text.contains("a boat"))
    desk.press("ctrl+u")
    #expect(desk.text.contains("general 0"))
    #expect(desk.state.current == 0, "letters are for the search")
  }

  @Test func aLabelMayBeNamed() {
    var desk = desk()
    desk.command("guideline misc")
    #expect(desk.text.contains("a boat"))
    desk.press("Escape")
    desk.command("guideline present_in")
    #expect(desk.text.contains("on board"))
    desk.press("Escape")
    desk.command("guideline dog")
    #expect(desk.noticeText.contains("not \"dog\""))
    var without = Desk(Samples.state(hasModels: false))
    without.press("K")
    #expect(without.noticeText.contains("the dataset has no guidelines"))
  }

  /// Under the list of relations stands what is said of the marked one; the list does not move.
  @Test func theChooserTellsOfTheMarkedRelation() throws {
    var state = RelationSamples.state(120, 36)
    var desk = Desk(state)
    desk.press("c")
    let plain = desk.text
    state.opened.guidelines = Guidelines(["/per/org/member_of": "A club\ntakes them in."])
    desk = Desk(state)
    desk.press("c")
    #expect(desk.text.contains("A club takes them in.") && !plain.contains("A club"))
    let row = try heading(desk)
    desk.press("Down")
    #expect(!desk.text.contains("A club"))
    #expect(try heading(desk) == row)
    desk.press("Up", "Return")
    #expect(desk.noticeText == "these two are /per/org/member_of already")
  }

  private func heading(_ desk: Desk) throws -> Int {
    try #require(view(desk.state).lines.firstIndex { $0.contains("─ 'Ada Lund' → ") })
  }

  @Test(arguments: [Size(columns: 60, rows: 20), Size(columns: 80, rows: 24)])
  func smallScreensKeepTheirList(_ size: Size) {
    var state = RelationSamples.state(size.columns, size.rows)
    state.opened.guidelines = Guidelines(["None": String(repeating: "word ", count: 4_000)])
    var desk = Desk(state)
    desk.press("c", "Home")
    #expect(desk.text.contains("0 None"))
    desk.press("Escape", "K", "End")
    #expect(view(desk.state).cells.count == size.columns * size.rows)
  }
}
