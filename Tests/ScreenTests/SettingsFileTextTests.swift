import Testing

@testable import Settings

/// Settings files as text: where things stand, what is wrong with them, and how one entry changes
/// while all else stays.
@Suite struct SettingsFileTextTests {
  private static let text = """
    # mine
    theme = "paper"   # bright room
    training = 'manual'
    list = [1,
      2, # two ]
      3]
    long = \"\"\"
    [no]
    x = 1
    \"\"\" # c
    "quoted key" = 'a # b'

    # The keys.
    # More.
    [keys]  # c
    next = ["j", "Down"]
    "type PER" = "F5"
    """

  @Test func linesAreFound() {
    let lines = SettingsLines(Self.text)
    #expect(lines.line(of: "theme") == 2)
    #expect(lines.line(of: "list") == 4)
    #expect(lines.line(of: "long") == 7)
    #expect(lines.line(of: "quoted key") == 11)
    #expect(lines.line(of: "keys") == 15)
    #expect(lines.line(of: "next", in: "keys") == 16)
    #expect(lines.line(of: "type PER", in: "keys") == 17)
    #expect(lines.line(of: "x") == nil, "that stands in a string")
    #expect(lines.line(of: "next") == nil, "that stands in a table")
  }

  @Test func anEntryIsReplacedAndItsCommentStays() {
    let new = SettingsLines(Self.text).setting("theme", to: "\"dusk\"")
    #expect(
      new
        == Self.text.replacing("theme = \"paper\"   # bright", with: "theme = \"dusk\"   # bright"))
  }

  @Test func anEntryIsAddedAfterTheOthers() {
    let new = SettingsLines(Self.text).setting("panels", to: "false")
    #expect(
      new
        == Self.text.replacing(
          "\"quoted key\" = 'a # b'\n", with: "\"quoted key\" = 'a # b'\npanels = false\n"))
  }

  @Test(arguments: [
    ("", "panels = false\n"),
    ("# c", "# c\npanels = false\n"),
    ("[keys]", "panels = false\n\n[keys]"),
    (
      "# a\n\n# The keys.\n[keys]\nnext = \"j\"\n",
      "# a\n\npanels = false\n\n# The keys.\n[keys]\nnext = \"j\"\n"
    ),
    ("a = 1\r\nb = 2", "a = 1\r\nb = 2\r\npanels = false\r\n"),
    ("panels = true # c", "panels = false # c"),
    ("\"panels\" =  true", "\"panels\" =  false"),
    ("\u{FEFF}panels = true\n", "\u{FEFF}panels = false\n"),
  ])
  func placesOfAnEntry(_ old: String, _ new: String) {
    #expect(SettingsLines(old).setting("panels", to: "false") == new)
  }

  /// Nothing traps, whatever the text is.
  @Test(arguments: [UInt64(1), 2, 3]) func anyTextIsScanned(_ seed: UInt64) {
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let signs = Array("a=\"'[]{}#\n\r .,\\-1")
    for _ in 0..<5_000 {
      let text = String((0..<next(24)).map { _ in signs[next(signs.count)] })
      let new = SettingsLines(text).setting("a", to: "1")
      #expect(new.contains("1"))
    }
  }

  private func read(_ text: String, owner: ReadSettings.Owner = .person) -> ReadSettings {
    ReadSettings(text, file: "config.toml", owner: owner, table: SettingSamples.table)
  }

  /// The parser would end the program at these.
  @Test(arguments: [
    "[=]", "[ = ]", "[.a]", "[[.a]]", "[[[a]]]", "[#]", "[\n]", "[\r\n]", "[é]", "[\u{B}a]",
    "\u{FEFF}[=]", "a = [\n1, # [\n2]\n[=]", "a = \"\"\"\n[=]\n\"\"\"\n  [ ,a]", "[a] # [=]\n[,]",
  ])
  func aTableWithoutANameIsRefused(_ text: String) {
    #expect(throws: SettingsTextError.self) { try SettingsText.table(text) }
  }

  @Test func whatOnlyLooksLikeATableIsRead() throws {
    let text = """
      a = [
        [1, 2],
      [ 3, 4 ],
      ["[=]"]
      ]
      b = '''
      [=]
      '''
      # [=]
      [ "c d" ]
      [[e.f]]
      [[ 'g' ]]
      """
    #expect(try SettingsText.table(text).keys.sorted() == ["a", "b", "c d", "e", "g"])
  }

  @Test func aFileIsRead() {
    let read = read("panels = false\n\nsixel-colors = 64\ntheme = \"dusk\"\n[keys]\nnext = \"n\"\n")
    #expect(read.problems.isEmpty && read.hasKeys)
    #expect(
      read.said == [
        .init(name: .panels, value: .flag(false), line: 1),
        .init(name: .sixelColors, value: .number(64), line: 3),
        .init(name: .theme, value: .text("dusk"), line: 4),
      ])
    #expect(self.read("panels = \"off\"").said.first?.value == .flag(false))
  }

  @Test(arguments: [
    (
      "\ntheem = \"paper\"",
      "config.toml:2: there is no setting \"theem\"; did you mean theme?"
    ),
    ("quux = 1", "config.toml:1: there is no setting \"quux\"; `twinlens config` lists them"),
    (
      "# c\ntheme = \"papre\"",
      "config.toml:2: theme must be auto, dusk, paper or the path of a .toml file, not \"papre\""
    ),
    (
      "theme = 3",
      "config.toml:1: theme must be auto, dusk, paper or the path of a .toml file, not 3"
    ),
    ("panels = 1", "config.toml:1: panels must be on or off, not 1"),
    ("panels = [true]", "config.toml:1: panels must be on or off, not a list"),
    ("sixel-colors = 1000", "config.toml:1: sixel-colors must be a number from 2 to 256, or auto"),
    ("sixel-colors = true", "config.toml:1: sixel-colors must be a number from 2 to 256, or auto"),
    ("sixel-colors = 2.5", "config.toml:1: sixel-colors must be a number from 2 to 256, or auto"),
    ("annotator = \"\"", "config.toml:1: annotator must be a name of at most 60 characters"),
    (
      "[panels]\nx = 1",
      "config.toml:1: panels must be on or off, not a table"
    ),
    ("a = 1\n\n[colours]\nx = 1", "config.toml:1: there is no setting \"a\""),
    (
      "\n[colours]\nx = 1",
      "config.toml:2: there is no table [colours] of settings; own keys stand under [keys]"
    ),
    ("theme = ", "config.toml:1: not TOML"),
    ("theme = \"dusk\"\ntheme = \"dusk\"", "config.toml:2: not TOML"),
    ("keys = 3", "config.toml:1: there is no setting \"keys\""),
  ])
  func whatIsWrongIsNamedWithItsLine(_ text: String, _ message: String) {
    let problem = read(text).problems.first?.description ?? "nothing"
    #expect(problem.hasPrefix(message), "\(problem)")
  }

  /// A dataset may only say how its data is worked on; the rest is named and left out.
  @Test func strangersSayLittle() {
    let read = read(
      """
      panels = false
      annotator = "mallory"
      keymap = "/etc/passwd"
      theme = "../../x.toml"
      training = "never"
      evil = 1
      [keys]
      accept = "x"
      """, owner: .dataset)
    #expect(read.said == [.init(name: .panels, value: .flag(false), line: 1)])
    #expect(!read.hasKeys)
    #expect(
      read.problems.map(\.description).map { String($0.prefix(46)) } == [
        "config.toml:2: a dataset may not set annotator",
        "config.toml:3: a dataset may not set keymap; i",
        "config.toml:4: a dataset may not set theme; it",
        "config.toml:5: training must be automatic or m",
        "config.toml:6: there is no setting \"evil\"; `tw",
        "config.toml:7: a dataset may not bring keys; t",
      ])
  }

  @Test(arguments: HostileText.allCases)
  func hostileTextsAreRefused(_ text: HostileText) throws {
    for owner in [ReadSettings.Owner.person, .dataset] {
      let read = read(text.text, owner: owner)
      #expect(read.said.isEmpty && read.problems.count == 1)
      guard case .notTOML? = read.problems.first else {
        Issue.record("\(read.problems.count) problems")
        continue
      }
    }
  }

  /// Named, so that no log has half a megabyte of them.
  enum HostileText: CaseIterable {
    case oneKeyOften, deepLists, deepNames, controls, zeroByte, endlessString

    var text: String {
      switch self {
      case .oneKeyOften: String(repeating: "a = 1\n", count: 100_000)
      case .deepLists: "theme = " + String(repeating: "[", count: 100_000)
      case .deepNames: "a" + String(repeating: ".a", count: 100_000) + " = 1"
      case .controls: "\u{1}\u{2}\u{3}"
      case .zeroByte: "theme = \"paper\"\n\u{0}heat = true\n"
      case .endlessString: "theme = \"" + String(repeating: "x", count: 500_000)
      }
    }
  }
}
