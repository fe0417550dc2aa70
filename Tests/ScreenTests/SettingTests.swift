import Testing

@testable import Settings

/// A table of one setting of each kind.
enum SettingSamples {
  static let table = [
    Setting(.annotator, .name, builtIn: .text("me"), "who", time: .opening),
    Setting(
      .panels, .flag, builtIn: .flag(true), "panels", isForDatasets: true, isRemembered: true),
    Setting(
      .training, .word(["automatic", "manual"]), builtIn: .text("automatic"), "training",
      isForDatasets: true),
    Setting(.theme, .wordOrFile(["auto", "dusk", "paper"]), builtIn: .text("auto"), "theme"),
    Setting(.sixelColors, .number(2...256), builtIn: .text("auto"), "colours"),
    Setting(.keymap, .file, builtIn: .text("none"), "keys"),
  ]

  static func setting(_ name: Setting.Name) -> Setting {
    table.first { $0.name == name } ?? table[0]
  }
}

/// What a setting takes, and which of several voices counts.
@Suite struct SettingTests {
  private let file = "/home/ada/.config/twinlens/config.toml"

  private static let written: [(Setting.Name, String, SettingValue?)] = [
    (.panels, "on", .flag(true)), (.panels, "False", .flag(false)),
    (.panels, "maybe", nil), (.panels, "", nil),
    (.training, "manual", .text("manual")), (.training, "MANUAL", .text("manual")),
    (.training, "sometimes", nil), (.training, "a/b", nil),
    (.theme, "paper", .text("paper")), (.theme, "mine.toml", .text("mine.toml")),
    (.theme, "~/x/mine", .text("~/x/mine")), (.theme, "papre", nil), (.theme, "a/\n", nil),
    (.sixelColors, "64", .number(64)), (.sixelColors, "auto", .text("auto")),
    (.sixelColors, "1", nil), (.sixelColors, "257", nil), (.sixelColors, "many", nil),
    (.sixelColors, "99999999999999999999", nil),
    (.keymap, "none", .text("none")), (.keymap, "keys", .text("keys")), (.keymap, "", nil),
    (.annotator, "Ada Lund", .text("Ada Lund")), (.annotator, "  ", nil),
    (.annotator, "a\u{1B}[2J", nil),
    (.annotator, String(repeating: "a", count: 61), nil),
  ]

  @Test(arguments: written)
  func readsWhatIsWritten(_ name: Setting.Name, _ text: String, _ value: SettingValue?) {
    #expect(SettingSamples.setting(name).value(of: text) == value)
  }

  @Test func pathsAreToldFromWords() {
    func path(_ name: Setting.Name, _ text: String) -> String? {
      SettingSamples.setting(name).path(in: .text(text))
    }
    #expect(path(.theme, "paper") == nil)
    #expect(path(.theme, "mine.toml") == "mine.toml")
    #expect(path(.keymap, "keys") == "keys")
    #expect(path(.keymap, "none") == nil)
    #expect(path(.annotator, "a/b") == nil)
  }

  /// What a settings file would say reads back as the same, whatever is in it.
  @Test(arguments: [
    "plain", "with \"quotes\" and \\ and \t", "é 作 \u{1}\u{7F}", "a # b = [c]", "'",
  ])
  func textsSurviveTOML(_ text: String) throws {
    let table = try SettingsText.table("x = \(SettingValue.text(text).toml)")
    #expect(table["x"]?.string == text)
  }

  @Test func namesOfVariablesAndOptions() {
    let colours = SettingSamples.setting(.sixelColors)
    #expect(colours.variable == "TWINLENS_SIXEL_COLORS")
    #expect(colours.option(for: .number(64)) == "--sixel-colors")
    #expect(SettingSamples.setting(.panels).option(for: .flag(false)) == "--no-panels")
    #expect(colours.allowed == "a number from 2 to 256, or auto")
    #expect(
      SettingSamples.setting(.theme).allowed == "auto, dusk, paper or the path of a .toml file")
  }

  /// Whatever the order in which they speak, the strongest counts.
  @Test func theStrongestSourceCounts() throws {
    let voices: [(SettingSource, SettingValue)] = [
      (.remembered(file: "view.toml"), .text("dusk")),
      (.person(file: file, line: 3), .text("paper")),
      (.dataset(file: "d", line: 1), .text("dusk")),
      (.environment(variable: "TWINLENS_THEME"), .text("paper")),
      (.option("--theme"), .text("dusk")), (.session, .text("paper")),
    ]
    #expect(voices.map(\.0.strength) == voices.map(\.0.strength).sorted())
    for rotation in voices.indices {
      var settings = ResolvedSettings(SettingSamples.table)
      #expect(settings[.theme]?.source == .builtIn)
      for (source, value) in voices[rotation...] + voices[..<rotation] {
        settings.take(value, for: .theme, from: source)
      }
      #expect(settings[.theme]?.source == .session)
      #expect(settings[.theme]?.value == .text("paper"))
    }
    for count in 1...voices.count {
      var settings = ResolvedSettings(SettingSamples.table)
      for (source, value) in voices.prefix(count).reversed() {
        settings.take(value, for: .theme, from: source)
      }
      #expect(settings[.theme]?.source == voices[count - 1].0)
      #expect(settings[.theme]?.value == voices[count - 1].1)
    }
  }

  @Test func theLaterOfEqualsCounts() {
    var settings = ResolvedSettings(SettingSamples.table)
    settings.take(.flag(false), for: .panels, from: .session)
    settings.take(.flag(true), for: .panels, from: .session)
    #expect(settings.isOn(.panels) == true)
    // What the table does not have cannot be set.
    settings.take(.flag(true), for: .heat, from: .session)
    #expect(settings[.heat] == nil)
  }

  @Test func whatIsLeftToTheTerminalIsNoText() {
    var settings = ResolvedSettings(SettingSamples.table)
    #expect(settings.text(.theme) == nil && settings.text(.keymap) == nil)
    #expect(settings.number(.sixelColors) == nil)
    settings.take(.text("auto"), for: .annotator, from: .session)
    #expect(settings.text(.annotator) == "auto", "a person may be called that")
  }

  @Test func theEnvironmentSpeaks() throws {
    var settings = ResolvedSettings(SettingSamples.table)
    try settings.take(environment: [
      "TWINLENS_PANELS": "off", "TWINLENS_SIXEL_COLORS": "16", "TWINLENS_THEME": "",
      "TWINLENS_SHARE": "/somewhere",
    ])
    #expect(settings.isOn(.panels) == false)
    #expect(settings[.sixelColors]?.source.description == "TWINLENS_SIXEL_COLORS")
    #expect(settings.number(.sixelColors) == 16)
    #expect(settings[.theme]?.source == .builtIn, "empty says nothing")
    #expect {
      try settings.take(environment: ["TWINLENS_TRAINING": "never"])
    } throws: { error in
      "\(error)" == "TWINLENS_TRAINING: training must be automatic or manual, not \"never\""
    }
  }

  @Test func aWrongNameIsGuessed() {
    let settings = ResolvedSettings(SettingSamples.table)
    #expect(throws: SettingError.unknown("pannels", place: nil, nearest: "panels")) {
      try settings.setting(named: "pannels")
    }
    #expect(throws: SettingError.unknown("xyzzyx", place: nil, nearest: nil)) {
      try settings.setting(named: "xyzzyx")
    }
    #expect(throws: Never.self) { try settings.setting(named: "Panels") }
  }
}
