import Screen
import Settings
import Testing

@testable import Workbench

/// `:set` and the list of settings.
@Suite struct SettingsTests {
  static let file = "/home/ada/.config/twinlens/config.toml"

  static let table = [
    Setting(.annotator, .name, builtIn: .text("ada"), "who makes the edits", time: .opening),
    Setting(.panels, .flag, builtIn: .flag(true), "what models say", isRemembered: true),
    Setting(.heat, .flag, builtIn: .flag(false), "heat", isRemembered: true),
    Setting(
      .training, .word(TrainingHabit.allCases.map(\.rawValue)), builtIn: .text("automatic"),
      "when the router learns"),
    Setting(.theme, .wordOrFile(["auto", "dusk", "paper"]), builtIn: .text("auto"), "colours"),
    Setting(.emoji, .word(["auto", "show", "base"]), builtIn: .text("auto"), "emoji"),
    Setting(.keymap, .file, builtIn: .text("none"), "own keys"),
  ]

  static func state(
    _ columns: Int = 120, _ rows: Int = 36,
    _ change: (inout ResolvedSettings) -> Void = { _ in }
  ) -> WorkbenchState {
    var opened = Samples.state().opened
    opened.settings = ResolvedSettings(table)
    change(&opened.settings)
    return WorkbenchState(
      opened: opened, posts: Samples.posts, size: Size(columns: columns, rows: rows))
  }

  private func desk(_ change: (inout ResolvedSettings) -> Void = { _ in }) -> Desk {
    Desk(Self.state(120, 36, change))
  }

  @Test(arguments: [
    ("set theem paper", "there is no setting \"theem\"; did you mean theme?"),
    (
      "set theme papre",
      "theme must be auto, dusk, paper or the path of a .toml file, not \"papre\""
    ),
    ("set heat warm", "heat must be on or off, not \"warm\""),
    ("set annotator bo", "annotator is read when the workbench opens; :set --save annotator bo"),
    ("set --save xyzzyx", "there is no setting \"xyzzyx\""),
  ])
  func saysWhatIsWrong(_ line: String, _ message: String) {
    var desk = desk()
    desk.command(line)
    #expect(desk.noticeText.hasPrefix(message), "\(desk.noticeText)")
    #expect(desk.state.notice?.isError == true)
    #expect(desk.state.currentSettings == desk.state.opened.settings, "nothing is set")
    #expect(!desk.effects.contains { if case .saveSettings = $0 { true } else { false } })
  }

  @Test func whereASettingComesFromIsTold() {
    var desk = desk {
      $0.take(.text("paper"), for: .theme, from: .person(file: Self.file, line: 3))
    }
    desk.command("set theme")
    #expect(
      desk.noticeText
        == "theme is paper (\(Self.file):3): colours; it may be auto, dusk, paper or the path of a "
        + ".toml file")
    desk.command("set theme dusk")
    desk.command("set theme")
    #expect(desk.noticeText.hasPrefix("theme is dusk (this session)"))
  }

  @Test func theScreenIsWhatTheSettingsSay() {
    let state = Self.state(120, 36) {
      $0.take(.flag(true), for: .heat, from: .environment(variable: "TWINLENS_HEAT"))
      $0.take(.flag(false), for: .panels, from: .dataset(file: "d", line: 1))
      $0.take(.text("manual"), for: .training, from: .option("--training"))
    }
    #expect(state.choice.heat && !state.showsModels && !state.trainsAutomatically)
    #expect(state.currentSettings == state.opened.settings)
  }

  /// Keys and commands of its own change a setting as `:set` does.
  @Test func keysCountAsSetting() {
    var desk = desk()
    desk.press("H")
    desk.command("training manual")
    #expect(desk.state.currentSettings[.heat]?.value == .flag(true))
    #expect(desk.state.currentSettings[.heat]?.source == .session)
    #expect(desk.state.currentSettings[.training]?.value == .text("manual"))
    desk.press("H")
    #expect(desk.state.currentSettings[.heat]?.source == .builtIn, "it is as it was")
    desk.command("set heat on")
    #expect(desk.state.showsHeat)
    desk.press("H")
    #expect(desk.state.currentSettings[.heat]?.value == .flag(false))
  }

  @Test func whatTheScreenCannotDoIsAsked() {
    var desk = desk()
    desk.command("set theme paper")
    #expect(desk.effects.contains(.apply(.theme, .text("paper"))))
    desk.send(.themeRead(.paper))
    #expect(desk.state.look.theme == .paper)
    #expect(desk.state.currentSettings[.theme]?.value == .text("paper"))
    desk.command("set emoji show")
    desk.send(.emojiChosen(.show))
    #expect(desk.state.look.sanitizer.emoji == .show)
    var map = Keymap.standard(types: desk.state.opened.types)
    map.bind(.function(7), to: "next")
    desk.command("set keymap mine.toml")
    desk.send(.keymapRead(map))
    desk.press("F7")
    #expect(desk.state.current == 1)
  }

  @Test func whatIsRefusedIsAsItWas() {
    var desk = desk {
      $0.take(.text("paper"), for: .theme, from: .person(file: Self.file, line: 3))
    }
    desk.command("set theme x.toml")
    desk.command("set theme y.toml")
    desk.send(.settingRefused(.theme, reason: "y.toml: cannot be read"))
    #expect(desk.noticeText == "theme stays as it is: y.toml: cannot be read")
    #expect(desk.state.currentSettings[.theme]?.value == .text("paper"))
    #expect(desk.state.currentSettings[.theme]?.source == .person(file: Self.file, line: 3))
  }

  @Test func settingsAreSaved() {
    var desk = desk {
      $0.take(.flag(false), for: .heat, from: .dataset(file: "d/.twinlens/config.toml", line: 2))
    }
    desk.command("save-settings")
    #expect(desk.noticeText == "nothing was set in this session")
    desk.command("set --save annotator bo")
    #expect(desk.effects.last == .saveSettings([SettingChange(.annotator, .text("bo"))]))
    desk.send(.settingsSaved([.annotator], path: Self.file))
    #expect(desk.noticeText == "annotator is kept in \(Self.file)")
    desk.press("H")
    desk.command("set theme paper")
    desk.command("save-settings")
    #expect(
      desk.effects.last
        == .saveSettings([
          SettingChange(.heat, .flag(true)), SettingChange(.theme, .text("paper")),
        ]))
    desk.send(.settingsSaved([.heat, .theme], path: Self.file))
    #expect(
      desk.noticeText
        == "heat, theme are kept in \(Self.file); here d/.twinlens/config.toml:2 goes before it")
    desk.send(.settingsNotSaved(reason: "disk full"))
    #expect(desk.noticeText == "the settings are not saved: disk full")
  }

  @Test func tabCompletesSettings() {
    let state = Self.state()
    func completions(_ line: String) -> [String] { CommandLine.completions(of: line, in: state) }
    #expect(completions("set th") == ["theme"])
    #expect(completions("set ").first == "--save")
    #expect(completions("set ").count == Self.table.count + 1)
    #expect(completions("set --save em") == ["emoji"])
    #expect(completions("set theme ") == ["auto", "dusk", "paper"])
    #expect(completions("set --save heat o") == ["on", "off"])
    #expect(completions("set nothing ") == [])
    #expect(completions("set theme dusk ") == [])
  }

  @Test(arguments: [Size(columns: 60, rows: 20), Size(columns: 120, rows: 36)])
  func theListShowsAndChanges(_ size: Size) {
    var desk = Desk(Self.state(size.columns, size.rows))
    desk.command("set")
    for name in Self.table.map(\.name.rawValue) { #expect(desk.text.contains(name)) }
    #expect(desk.text.contains("built-in"))
    // The third is heat.
    desk.press("Down", "Down", "Return")
    #expect(desk.state.choice.heat)
    #expect(desk.text.contains("this session"))
    desk.press("s")
    #expect(desk.effects.last == .saveSettings([SettingChange(.heat, .flag(true))]))
    desk.press("Up", "Up", "Return")
    #expect(desk.state.layers[CommandLayer.self]?.line.text == "set --save annotator ")
    desk.press("Escape")
    #expect(desk.state.layers.isBrowsing)
  }

  @Test func withoutATableThereIsNothingToSet() {
    var desk = Desk(Samples.state())
    desk.command("set theme paper")
    #expect(desk.noticeText == "set: there is nothing to set here")
  }
}

extension ActionTests {
  static let settings: [String: Check] = [
    "panels": {
      $0.command("panels"); return !$0.state.showsModels
    },
    "set": {
      $0 = Desk(SettingsTests.state())
      $0.command("set panels off")
      return !$0.state.showsModels && $0.noticeText == "panels is off; :save-settings keeps it"
    },
    "save-settings": {
      $0 = Desk(SettingsTests.state())
      $0.command("set heat on")
      $0.command("save-settings")
      return $0.effects.last == .saveSettings([SettingChange(.heat, .flag(true))])
    },
  ]
}
