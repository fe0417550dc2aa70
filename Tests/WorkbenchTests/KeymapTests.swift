import Corpora
import Screen
import Testing

@testable import Workbench

@Suite struct KeymapTests {
  static let types = Samples.state().opened.types

  @Test func defaultKeysDoNotConflict() throws {
    var owner: [Key: String] = [:]
    for action in Action.all {
      for name in action.keys {
        let key = try #require(KeyName.parse(name), "\(action.name): \(name) is no key")
        #expect(owner[key] == nil, "\(name) belongs to \(owner[key] ?? "") and \(action.name)")
        owner[key] = action.name
        #expect(KeyName.parse(KeyName.label(key)) == key)
      }
    }
    let map = Keymap.standard(types: Self.types)
    for type in Self.types {
      #expect(map.keys(for: "type \(type.rawValue)").count == 2, "a digit and a letter each")
    }
  }

  @Test func everyBoundCommandParses() throws {
    let state = Desk(Samples.state()).state
    for (key, command) in state.keymap.bindings {
      #expect(throws: Never.self, "\(KeyName.label(key))") {
        try CommandLine.parse(command, in: state)
      }
    }
  }

  @Test func aLetterThatIsTakenIsLeftToItsAction() {
    let map = Keymap.standard(types: ["GROUP", "HOTEL", "RIVER"].map { .init($0) })
    #expect(map.command(for: .character("G")) == "last")
    #expect(map.command(for: .character("H")) == "heat")
    // Their types have the next letter of their name.
    #expect(map.keys(for: "type GROUP") == [.character("1"), .character("O")])
    #expect(map.keys(for: "type HOTEL") == [.character("2"), .character("E")])
    // Digits end at 9; each type has a letter as long as one is left.
    let bare = Keymap.standard(types: [])
    let free = "abcdefghijklmnopqrstuvwxyz".flatMap { [$0, Character($0.uppercased())] }
      .filter { bare.command(for: .character($0)) == nil }
    #expect(free.count > 9)
    let many = free.indices.map { EntityType("T\($0)") }
    let wide = Keymap.standard(types: many)
    for type in many {
      #expect(
        wide.keys(for: "type \(type.rawValue)").contains { key in
          if case .character(let letter) = key { letter.isLetter } else { false }
        })
    }
  }

  @Test func aFileReplacesKeys() throws {
    let map = try Keymap.parse(
      """
      # mine
      [keys]
      next = ["J", "ctrl+n"]
      "type PER" = "F5"
      unreviewed = "j"
      """, file: "keys.toml", types: Self.types)
    #expect(map.command(for: .character("J")) == "next")
    #expect(map.command(for: .control("n")) == "next")
    #expect(map.command(for: .down) == nil)
    #expect(map.command(for: .function(5)) == "type PER")
    #expect(map.command(for: .character("j")) == "unaccepted")
  }

  @Test(arguments: [
    (
      "[keys]\nnext = \"j\"\nprevious = \"j\"",
      "keys.toml:3: j is given to \"previous\" and to \"next\""
    ),
    ("[keys]\nnxt = \"j\"", "keys.toml:2: no command \"nxt\"; did you mean \"next\"?"),
    ("[keys]\n\nnext = \"hyper+j\"", "keys.toml:3: no key \"hyper+j\""),
    ("[keys]\nnext = 3", "keys.toml:2: \"next\" wants a key or a list of keys"),
    ("[keys]\nnext = [\"j\"", "keys.toml:2: not TOML"),
    ("[key]\nnext = \"j\"", "keys.toml:1: not TOML: there is no [keys] table"),
    ("[keys]\n\"type DOG\" = \"d\"", "keys.toml:2: no command \"type DOG\""),
    ("[keys]\nhelp = \"q\"", "keys.toml: no key is left for \"quit\""),
  ])
  func aBrokenFileSaysWhere(_ toml: String, _ message: String) {
    do {
      _ = try Keymap.parse(toml, file: "keys.toml", types: Self.types)
      Issue.record("parsed: \(toml)")
    } catch {
      #expect("\(error)".hasPrefix(message), "\(error)")
    }
  }

  @Test(arguments: [
    ("Return", Key.enter), ("return", .enter), ("Escape", .escape), ("ctrl+r", .control("r")),
    ("C-r", .control("r")), ("question", .character("?")), ("shift+h", .character("H")),
    ("space", .character(" ")), ("Prior", .pageUp), ("ISO_Left_Tab", .backTab),
    ("F12", .function(12)),
    ("é", .character("é")), ("alt+x", .alt("x")), ("?", .character("?")),
  ])
  func readsKeyNames(_ name: String, _ key: Key) {
    #expect(KeyName.parse(name) == key)
  }

  @Test(arguments: ["", " ", "ctrl+", "F0", "F99", "nokey", "ctrl+return+x"])
  func refusesOtherNames(_ name: String) {
    #expect(KeyName.parse(name) == nil)
  }

  @Test func theManualHasEveryCommand() {
    let manual = KeysTable.markdown()
    for action in Action.all where action.name != "type" {
      #expect(manual.contains("`:\(action.usage)`"))
    }
    let digits = "the digit where words are selected"
    #expect(manual.contains("| `1` `P` | `:type PER` | make it PER; \(digits)"))
  }
}
