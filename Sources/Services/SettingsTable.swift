import Foundation
import Pictures
import Screen
import Settings
import Terminal
import Workbench

extension Setting {
  /// Everything that can be set: first what concerns the work, then the screen, then the hands.
  ///
  /// What decides what is computed (models, experts, router, regions, the store) is not among them:
  /// it is named on the command line, so that no result depends on a file that nobody thinks of.
  package static let all: [Setting] = [
    Setting(
      .annotator, .name,
      builtIn: .text(Account.name(ProcessInfo.processInfo.environment)),
      words: "the account's name", "name that edits are made under", time: .opening),
    Setting(
      .panels, .flag, builtIn: .flag(true),
      "what the models say is on screen; off asks them nothing for it (Z)",
      isForDatasets: true, isRemembered: true),
    Setting(
      .heat, .flag, builtIn: .flag(false), "heat lies over the picture (H)",
      isForDatasets: true, isRemembered: true),
    Setting(
      .training, .word(TrainingHabit.allCases.map(\.rawValue)),
      builtIn: .text(TrainingHabit.automatic.rawValue),
      "when the router is trained: after every accepted post, or only when t asks for it",
      isForDatasets: true),
    Setting(
      .resume, .flag, builtIn: .flag(true),
      "opens where you stopped, and tells what others changed since", time: .opening),
    Setting(
      .keepBackups, .number(0...100), builtIn: .text(automatic),
      "how many copies of the store are kept beside it, made when it is opened and while you work; "
        + "auto keeps 3, and none in scripts", time: .opening),
    Setting(
      .theme, .wordOrFile([automatic] + themes), builtIn: .text(automatic),
      "colours of the screen; auto goes by the terminal's background"),
    Setting(
      .heatColors, .word(ColorMap.allCases.map(\.rawValue)),
      builtIn: .text(ColorMap.standard.rawValue),
      "colours of heat over the picture, from least to most; all are told apart without colour "
        + "vision and in grey print", isForDatasets: true),
    Setting(
      .graphics, .word(GraphicsMode.allCases.map(\.rawValue)),
      builtIn: .text(GraphicsMode.auto.rawValue),
      "how pictures are shown; auto asks the terminal", time: .opening),
    Setting(
      .sixelColors, .number(PictureService.Style.fewestColors...PictureService.Style.mostColors),
      builtIn: .text(automatic),
      "most colours of a picture in pixels; auto takes as many as the terminal can, "
        + "or \(TerminalSession.remoteColors) over ssh"),
    Setting(
      .unicode, .flag, builtIn: .flag(true),
      "draws with signs outside ASCII, where the locale has them", time: .opening),
    Setting(
      .emoji, .word([automatic] + Sanitizer.EmojiMode.allCases.map(\.rawValue)),
      builtIn: .text(automatic), "how emoji sequences are shown; auto asks the terminal"),
    Setting(
      .mouse, .flag, builtIn: .flag(true),
      "clicks and the wheel act; off leaves the mouse to the terminal", time: .opening),
    Setting(
      .keymap, .file, builtIn: .text(noFile),
      "file of own keys, which go before those under [keys]"),
  ]

  private static let themes =
    Theme.builtIns.map(\.name)
    + SharedFiles().themes.filter { name in !Theme.builtIns.contains { $0.name == name } }
}

/// The person whose account the program runs in.
package enum Account {
  /// `$USER`; else the account's name; its number where it has no entry either, so that the edits
  /// of two people never run together.
  package static func name(_ environment: [String: String]) -> String {
    if let name = environment["USER"], !name.isEmpty { return name }
    return getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "user \(getuid())"
  }
}

extension TerminalOptions {
  /// What was set, and what only the environment says (`NO_COLOR`).
  package init(_ settings: ResolvedSettings, environment: [String: String]) {
    self.init(environment: environment)
    if let entry = settings[.graphics] {
      graphics = GraphicsMode(rawValue: "\(entry.value)") ?? .auto
    }
    mouse = settings.isOn(.mouse) ?? true
    unicode = settings.isOn(.unicode) ?? true
  }
}
