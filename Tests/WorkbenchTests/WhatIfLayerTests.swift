import Corpora
import Extractors
import Inspection
import Screen
import TestSupport
import Testing

@testable import Workbench

/// A post with something changed, before and after.
@Suite("What if") struct WhatIfLayerTests {
  private func desk(_ columns: Int = 120, _ rows: Int = 36) -> Desk {
    var desk = Desk(Samples.state(columns, rows))
    desk.press("o")
    return desk
  }

  private func words(_ desk: Desk) -> [String] {
    desk.state.layers.whatIf?.changes(desk.state).map(\.words) ?? []
  }

  @Test func changesAreListedRemovedTakenBackAndDoneAgain() {
    var desk = desk()
    #expect(desk.text.contains("what if: nothing is changed yet"))
    desk.press("b")
    #expect(words(desk) == ["blank picture"])
    #expect(desk.text.contains("what if: with a blank picture"))
    desk.press("l", "d")
    #expect(words(desk) == ["blank picture", "drop 4"])
    desk.press("Tab", "x")
    #expect(words(desk) == ["drop 4"] && desk.noticeText == "removed: blank picture")
    desk.press("u")
    #expect(words(desk) == ["blank picture", "drop 4"])
    desk.press("u")
    #expect(words(desk) == ["blank picture"])
    desk.press("u", "u")
    #expect(words(desk).isEmpty && desk.noticeText.contains("no change of this post is left"))
    desk.press("C-r", "C-r", "C-r")
    #expect(words(desk) == ["drop 4"])
    desk.press("C-r")
    #expect(desk.noticeText == "nothing was taken back")
    // Other posts have their own, and these are kept.
    desk.press("j")
    #expect(words(desk).isEmpty)
    desk.press("w")
    #expect(words(desk) == ["without picture"])
    desk.press("k", "o")
    #expect(desk.state.layers[WhatIfLayer.self] == nil)
    desk.press("o")
    #expect(words(desk) == ["drop 4"])
  }

  @Test func aChangeIsTypedCompletedAndPutRight() {
    var desk = desk()
    desk.press("Return")
    desk.type("dorp 4")
    desk.press("Return")
    #expect(desk.noticeText.contains("did you mean drop?") && words(desk).isEmpty)
    // The line stays, to be put right.
    desk.press("C-u")
    desk.type("se")
    desk.press("Tab")
    desk.type("r")
    desk.press("Tab", "Tab")
    desk.type("0")
    desk.press("Return")
    #expect(words(desk) == ["set rgn/gate = 0.0"])
    #expect(desk.text.contains("rgn/gate .83 → .00 -.83"))
    // Another value takes its place.
    desk.command("what-if set rgn/gate=1")
    #expect(words(desk) == ["set rgn/gate = 1.0"])
    desk.press("e")
    desk.type("Berta")
    desk.press("Return")
    #expect(words(desk) == ["set rgn/gate = 1.0", "edit 3 Berta"])
    #expect(desk.text.contains("with “Berta” for “Anna”"))
  }

  @Test(arguments: [
    ("edit 3 Anna", "as it stands"), ("drop 99", "the post has no word 99"),
    ("set rgn/gate = 2", "goes from 0.0 to 1.0; 2.0 is outside"),
    ("set no/such = 1", "rgn/gate"), ("swap hb_0001", "is the post itself"),
    ("swap hb_0009", "did you mean hb_000"), ("swap hb_0003", "it names none"),
    ("mask 8,1", "rows and columns go from 1 to 7"), ("region 0,0,50,50", "looks at regions"),
    ("fly", "is no change"), ("", "no change is named"),
  ])
  func whatCannotBeIsRefused(_ line: String, _ words: String) {
    var desk = desk()
    _ = desk.state.change(line)
    #expect(desk.noticeText.contains(words), "\(desk.noticeText)")
    #expect(self.words(desk).isEmpty && desk.state.requested.whatIf == nil)
  }

  @Test func theMouseMasks() throws {
    var desk = desk()
    let box = try #require(Panes(desk.state).picture)
    let corner = Position(column: box.column, row: box.row)
    desk.send(.key(.click(corner)))
    desk.send(.key(.release(corner)))
    #expect(words(desk) == ["mask 1,1"])
    desk.press("u")
    desk.send(.key(.click(corner)))
    desk.send(
      .key(.release(Position(column: box.column + box.columns / 2, row: box.row + box.rows / 2))))
    #expect(words(desk).first?.hasPrefix("mask ") == true && words(desk) != ["mask 1,1"])
  }

  @Test func thePictureAndItsHeatAreThoseAfterTheChange() throws {
    var desk = desk()
    #expect(desk.state.pictureRequest?.changes.isEmpty == true)
    let plain = try #require(desk.state.pictureRequest?.identity)
    desk.press("b")
    #expect(desk.state.pictureRequest?.changes == [.blankPicture])
    #expect(desk.state.pictureRequest?.identity != plain)
    #expect(desk.text.contains("picture, what if"))
    desk.press("r")
    #expect(desk.state.pictureRequest?.changes.isEmpty == true)
    desk.press("r", "s")
    #expect(desk.state.layers[WhatIfLayer.self] != nil, "another system is shown in it")
    // Words that are left out move the places of the others: no values by word then.
    desk.press("d")
    #expect(!desk.state.shownSignals.contains { $0.name == "occlusion/words" })
  }

  @Test func eachExpertSaysWhatItCannotTake() {
    var desk = desk(160, 50)
    desk.press("b")
    #expect(desk.text.contains("bilstm-crf: all as before"))
    #expect(desk.text.contains("bilstm-crf reads the text alone"))
    #expect(desk.text.contains("≠ riva"))
    desk.command("what-if set lm/fluency = 0")
    #expect(desk.noticeText.contains("only shown"))
  }

  @Test func whatIsLateIsNotShownForWhatIsOnScreen() {
    var desk = desk()
    desk.isQuiet = true
    desk.press("b")
    #expect(desk.text.contains("the models are asked"))
    let question = WhatIf(post: "hb_0001", [try! PostChange("blank picture")])
    desk.press("d")
    desk.send(.whatIfRefused(question, reason: "overdue"))
    #expect(!desk.text.contains("overdue"))
    // Nobody waits once it is left.
    desk.press("o")
    #expect(desk.effects.last { if case .ask = $0 { true } else { false } } == .ask(nil))
    desk.press("o")
    desk.press("u")
    desk.send(.whatIfRefused(question, reason: "no\u{1B}[2J"))
    #expect(desk.text.contains("refused: no") && !desk.text.contains("\u{1B}"))
  }

  @Test func anotherRouterIsAskedAgain() {
    var desk = desk()
    desk.press("b")
    let asked = desk.effects.count { if case .ask(.some) = $0 { true } else { false } }
    desk.send(.routerChanged)
    #expect(desk.effects.count { if case .ask(.some) = $0 { true } else { false } } == asked + 1)
    #expect(desk.text.contains("≠"))
  }

  @Test func oneIsKeptOpenedAndRemoved() {
    var desk = desk()
    desk.press("a")
    #expect(desk.noticeText.contains("nothing is changed"))
    desk.press("b", "d", "a")
    desk.type("no good name: x")
    desk.press("Return")
    #expect(desk.state.savedWhatIfs.count == 1, "the first word is the name")
    #expect(desk.state.savedWhatIfs.first?.note == "good name: x")
    desk.press("j", "o")
    desk.command("what-ifs")
    #expect(desk.text.contains("blank picture; drop 3") && desk.text.contains("good name: x"))
    desk.press("Return")
    #expect(desk.state.current == 0 && words(desk) == ["blank picture", "drop 3"])
    #expect(desk.text.contains("what if: with a blank picture"))
    desk.command("what-ifs")
    desk.press("x", "Escape")
    #expect(desk.state.savedWhatIfs.isEmpty)
    desk.command("what-ifs")
    #expect(desk.noticeText.contains("no what-if is saved here"))
    desk.state.savedWhatIfs = [
      SavedWhatIf("gone", WhatIf(post: "no\u{1B}post", [try! PostChange("blank picture")]))
    ]
    desk.command("what-ifs")
    desk.press("Return")
    #expect(desk.noticeText.contains("not in this dataset") && !desk.text.contains("\u{1B}"))
  }

  /// Whatever is pressed or typed, labels stay as they are while it is on screen.
  @Test(arguments: Action.all.map(\.name)) func labelsAreNeverEdited(_ name: String) {
    var desk = desk()
    desk.press("b")
    desk.state.layers.open(desk.state.layers.whatIf ?? WhatIfLayer())
    let labels = Samples.posts.indices.map { desk.state.post($0) }
    for end in ["", " PER", " 3 5 PER", " 3 5", " a note"] {
      let state = desk
      desk.command(name + end)
      #expect(Samples.posts.indices.map { desk.state.post($0) } == labels, "\(name + end)")
      #expect(desk.state.history.steps.isEmpty, "\(name + end)")
      desk = state
    }
    for key in desk.state.keymap.keys(for: name) {
      let state = desk
      desk.send(.key(key))
      #expect(desk.state.history.steps.isEmpty, "\(key)")
      desk = state
    }
  }

  @Test(arguments: [
    Size(columns: 80, rows: 24), Size(columns: 120, rows: 36), Size(columns: 200, rows: 50),
  ])
  func golden(_ size: Size) throws {
    var desk = desk(size.columns, size.rows)
    let empty = desk.text
    desk.press("b", "l", "d")
    try expectGolden(empty + "\n\n" + desk.text, "what-if-\(size.columns)x\(size.rows)")
  }

  @Test func goldenInPlainSigns() throws {
    var state = Samples.state(80, 24)
    state.look.glyphs = .ascii
    state.look.sanitizer = Sanitizer(emoji: .name, ascii: true)
    var desk = Desk(state)
    desk.press("o", "w")
    #expect(!desk.text.contains { !$0.isASCII })
    let sentences = desk.state.layers[WhatIfLayer.self]?.sentences(desk.state) ?? []
    try expectGolden(
      desk.text + "\n\n" + sentences.joined(separator: "\n"), "what-if-ascii-80x24")
    #expect(sentences.contains { $0.hasPrefix("Differs: ") })
  }
}
