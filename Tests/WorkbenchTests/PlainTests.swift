import Annotations
import Corpora
import Screen
import TestSupport
import Testing

@testable import Workbench

/// The workbench line by line, over the same fake services as key scripts.
@Suite("Without a screen") struct PlainTests {
  /// A session that is typed into.
  private final class Talk {
    let services = FakeServices()
    private var runner: PlainRunner?
    private(set) var lines: [String] = []

    init(_ state: WorkbenchState, failure: String? = nil) {
      services.hasModels = state.opened.hasModels
      services.failure = failure
      runner = PlainRunner(state: state, performer: services, isPatient: true) { [weak self] line in
        self?.lines.append(line)
      }
      runner?.begin()
    }

    /// What a line prints.
    @discardableResult
    func say(_ line: String) -> [String] {
      lines = []
      runner?.run(line)
      return lines
    }

    var hasQuit: Bool { runner?.hasQuit == true }
    var refusals: Int { runner?.refusals ?? 0 }
    func finish() { runner?.finish() }
    var state: WorkbenchState? { runner?.state }
  }

  private func state(hasModels: Bool = true, ascii: Bool = false) -> WorkbenchState {
    var state = Samples.state(
      PlainRunner.size.columns, PlainRunner.size.rows, hasModels: hasModels)
    state.look.glyphs = ascii ? .ascii : .unicode
    state.look.sanitizer = Sanitizer(emoji: ascii ? .name : .show, ascii: ascii)
    return state
  }

  /// Names of types stand in commands that the help reads out, too.
  @Test func nothingThatIsSaidSteersATerminal() {
    var state = state()
    state.opened.types.append(EntityType("X\u{1B}[2J\u{90}\u{202E}"))
    let talk = Talk(state)
    for line in ["?", ":help", "h", "L"] {
      let said = talk.say(line).joined()
      #expect(!said.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
      #expect(!said.contains("\u{202E}"))
    }
    #expect(talk.say("?").contains { $0.contains("\u{27E8}RLO\u{27E9}") })
  }

  /// Everything that is said of a post, and what the usual keys change of it.
  @Test(arguments: [false, true]) func transcript(ascii: Bool) throws {
    let talk = Talk(state(ascii: ascii))
    var text = talk.lines.joined(separator: "\n")
    for line in [
      "w", "L", "u", "2O", "v l", "Escape", ":span 0 1 PER", "x", "j", "N", "a note", "F", "c",
      "Escape",
      "k", "c", "Escape", "j j", ">", "+", "Enter", "/rain", "G", "e", "#", "nonsense", ":typ", "",
    ] {
      text += "\n> \(line)\n" + talk.say(line).joined(separator: "\n")
    }
    try expectGolden(text, ascii ? "plain-lines-ascii" : "plain-lines")
    let isASCII = text.allSatisfy { $0.isASCII }
    #expect(isASCII || !ascii)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!text.unicodeScalars.contains("\u{202E}"))
  }

  @Test func onlyWhatChangedIsSaid() {
    let talk = Talk(state(hasModels: false))
    #expect(talk.lines.contains { $0.hasPrefix("Text: 0 RT, 1 @harbourlife, 2 :, 3 Anna") })
    #expect(talk.say("l") == ["Token 4, Berg, I-PER."])
    let edit = talk.say("L")
    #expect(
      edit == [
        "PER → LOC on 'Anna Berg'", "Post 1 of 5: hb_0001, train, edited.",
        "Mention 1, tokens 3 to 4, 'Anna Berg': LOC.", "Token 4, Berg, I-LOC.", "Saved, edit 1.",
      ])
    #expect(talk.say("").contains { $0.hasPrefix("Text: ") }, "an empty line says everything")
    let gone = talk.say("x")
    #expect(gone.contains("No mention any more: tokens 3 to 4, 'Anna Berg'."))
    #expect(gone.contains("Mention 1, tokens 6 to 7, 'St Mary': MISC."))
    // Of the post before nothing is said any more.
    #expect(!talk.say("j").contains { $0.contains("any more") })
  }

  /// The same keys and commands as on the screen give the same edits.
  @Test func sameEditsAsAKeyScript() throws {
    let talk = Talk(state())
    for line in ["w", "O", ":span 9 11 LOC", "Enter", "j k", "2L", "u", "a", "q"] { talk.say(line) }
    #expect(talk.hasQuit && talk.refusals == 0)
    let services = FakeServices()
    var runner = ScriptRunner(state: state(), performer: services) { _ in }
    runner.run(
      try KeyScript.parse(
        """
        key w
        key O
        text :span 9 11 LOC
        key Return
        key Return
        key j
        key k
        text 2L
        key u
        key a
        key q
        """, file: ""))
    #expect(!talk.services.stored.isEmpty)
    #expect(talk.services.stored.map(\.name) == services.stored.map(\.name))
    #expect(talk.services.stored.map(\.post) == services.stored.map(\.post))
  }

  /// A key that does nothing where the lines are says so, and counts.
  @Test func keysThatDoNothingAreRefused() {
    let talk = Talk(state())
    _ = talk.say("O")
    _ = talk.say("T")
    let said = talk.say("X")
    #expect(said.contains("X does nothing here"), "\(said)")
    #expect(talk.refusals == 1 && talk.services.stored.count == 1)
  }

  @Test func linesAreKeysCommandsOrSearches() throws {
    #expect(try PlainLine.parse("  ") == .empty)
    #expect(try PlainLine.parse(":accept") == .command("accept"))
    #expect(try PlainLine.parse(" : type PER ") == .command("type PER"))
    #expect(try PlainLine.parse("/St Mary") == .command("search St Mary"))
    #expect(try PlainLine.parse(":") == .keys([.character(":")]))
    #expect(
      try PlainLine.parse("w P Enter C-r 42G 7")
        == .keys([
          .character("w"), .character("P"), .enter, .control("r"), .character("4"), .character("2"),
          .character("G"), .character("7"),
        ]))
    #expect(throws: PlainLine.Failure.unknownKey("jj")) { try PlainLine.parse("j jj") }
    #expect(throws: PlainLine.Failure.unknownKey("7jj")) { try PlainLine.parse("7jj") }
  }

  /// Nothing of a line is done that cannot be understood as a whole.
  @Test func aWrongLineDoesNothing() {
    let talk = Talk(state(hasModels: false))
    let said = talk.say("j j zz")
    #expect(said.count == 1 && said[0].hasPrefix("no key \"zz\""))
    #expect(talk.state?.current == 0 && talk.refusals == 1)
    #expect(talk.say(":frobnicate")[0].contains("frobnicate"))
    #expect(talk.say("u").count == 1)
    #expect(talk.refusals == 3)
    talk.say("j")
    #expect(talk.state?.current == 1 && talk.refusals == 3)
  }

  /// Help is read out and leaves the keys alone; a prompt takes the next line as its text.
  @Test func layersBetweenLines() {
    let talk = Talk(state(hasModels: false))
    let help = talk.say("?")
    #expect(help.contains("j, Down, n, :next, next post."))
    #expect(help.contains { $0.contains(":redo") && $0.contains("not now: nothing was undone") })
    #expect(talk.say("j").first?.hasPrefix("Post 2 of 5") == true)
    #expect(talk.say(":").contains { $0.hasPrefix("Line: :") })
    #expect(talk.say("goto hb_0004").contains("Post 4 of 5: hb_0004, test, untouched."))
    talk.say("/")
    #expect(talk.say("rain").contains { $0.contains("of 1 that match rain") })
    talk.say("Esc")
    talk.say("N")
    #expect(talk.say("look again").contains("Note: look again"))
    #expect(talk.say("").contains("Note: look again"))
    talk.say("N")
    // An empty line leaves the prompt and says nothing else.
    #expect(talk.say("") == [])
    #expect(talk.say(":remove-note").contains("No note any more."))
  }

  /// While something is open that takes all keys, a command line is none of them.
  @Test func commandsWaitUntilAChooserIsLeft() {
    let talk = Talk(state())
    let labels = talk.say("c")
    #expect(
      labels.contains {
        $0.hasPrefix("Labels for the pair from 'Anna Berg', PER, to 'St Mary', MISC")
      })
    #expect(labels.contains { $0.contains("/per/misc/present_in, it has this one now") })
    #expect(talk.say(":next").contains { $0.contains("Esc leaves it") })
    #expect(talk.state?.current == 0)
    talk.say("Escape")
    #expect(talk.say(":next").contains { $0.hasPrefix("Post 2 of 5") })
  }

  @Test func whatIsNotSavedIsSaid() {
    let talk = Talk(state(hasModels: false), failure: "disk full")
    let said = talk.say("O")
    #expect(said.contains { $0.hasPrefix("NOT SAVED: 1 edit, disk full; :retry") })
    #expect(!said.contains { $0.hasPrefix("Saved") })
    talk.say("q")
    #expect(!talk.hasQuit)
    talk.services.failure = nil
    talk.finish()
    #expect(talk.services.stored.count == 1 && talk.state?.unsaved == nil)
  }

  /// Pages are read out whole, however long, and left.
  @Test func pagesAreReadOut() {
    let page = PageLayer("guidelines") { _ in
      [PageLayer.Block(heading: "PER", text: ["a name\nof a person"], rows: ["Ada"])]
        + (0..<300).map { PageLayer.Block(text: ["line \($0)"]) }
    }
    let said = page.sentences(state())
    #expect(said.prefix(5) == ["guidelines:", "PER:", "a name", "of a person", "Ada"])
    #expect(said.last == "line 299" && page.isOnlyRead)
  }

  @Test func bordersAndRulesAreLeftOut() {
    let glyphs = Glyphs.unicode
    #expect(glyphs.withoutRules("╭─ help ─────╮") == "help")
    #expect(glyphs.withoutRules("│ a  b     │") == "a b")
    #expect(glyphs.withoutRules("╰──────────╯") == nil)
    #expect(glyphs.withoutRules("") == nil)
    #expect(glyphs.withoutRules("│The name of a gull.│") == "The name of a gull.")
    #expect(glyphs.withoutRules("─ 'Ada' → 'Tarn' ──────") == "'Ada' → 'Tarn'")
    #expect(glyphs.withoutRules("St Mary  ─ ≠  MISC .81") == "St Mary ─ ≠ MISC .81")
    #expect(Glyphs.ascii.withoutRules("+--- title ----+") == "title")
    #expect(Glyphs.ascii.withoutRules("a - b") == "a - b")
    #expect(Glyphs.ascii.withoutRules("+6.0 -1.0  +3.0") == "+6.0 -1.0 +3.0")
    #expect(Glyphs.ascii.withoutRules("|-1.0 +2.0|") == "-1.0 +2.0")
    #expect(Glyphs.ascii.withoutRules("+-------------+") == nil)
  }
}
