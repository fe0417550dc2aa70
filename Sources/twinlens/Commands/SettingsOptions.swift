import ArgumentParser
import Foundation
import Services
import Settings

/// The options for what can be set for good too, in a settings file or the environment.
struct SettingsOptions: ParsableArguments {
  @Option(help: .setting(.annotator, "name"))
  var annotator: String?

  @Flag(inversion: .prefixedNo, help: .setting(.panels))
  var panels: Bool?

  @Flag(inversion: .prefixedNo, help: .setting(.heat))
  var heat: Bool?

  @Option(help: .setting(.training, "when"), completion: .setting(.training))
  var training: String?

  @Flag(inversion: .prefixedNo, help: .setting(.resume))
  var resume: Bool?

  @Option(help: .setting(.theme, "theme"), completion: .setting(.theme))
  var theme: String?

  @Option(help: .setting(.heatColors, "name"), completion: .setting(.heatColors))
  var heatColors: String?

  @Option(help: .setting(.graphics, "how"), completion: .setting(.graphics))
  var graphics: String?

  @Option(help: .setting(.sixelColors, "n"))
  var sixelColors: String?

  @Flag(inversion: .prefixedNo, help: .setting(.unicode))
  var unicode: Bool?

  @Option(help: .setting(.emoji, "how"), completion: .setting(.emoji))
  var emoji: String?

  @Flag(inversion: .prefixedNo, help: .setting(.mouse))
  var mouse: Bool?

  @Option(help: .setting(.keymap, "file"), completion: .file(extensions: ["toml"]))
  var keymap: String?

  @Option(help: .setting(.keepBackups, "n"))
  var keepBackups: String?

  /// What the command line says of a setting.
  private func text(of name: Setting.Name) -> String? {
    func word(_ flag: Bool?) -> String? { flag.map { "\(SettingValue.flag($0))" } }
    return switch name {
    case .annotator: annotator
    case .panels: word(panels)
    case .heat: word(heat)
    case .training: training
    case .resume: word(resume)
    case .theme: theme
    case .heatColors: heatColors
    case .graphics: graphics
    case .sixelColors: sixelColors
    case .unicode: word(unicode)
    case .emoji: emoji
    case .mouse: word(mouse)
    case .keymap: keymap
    case .keepBackups: keepBackups
    }
  }

  func validate() throws {
    for setting in Setting.all {
      guard let text = text(of: setting.name), setting.value(of: text) == nil else { continue }
      let error = SettingError.badValue(
        setting, written: "\"\(text)\"", place: "--\(setting.name.rawValue)")
      throw ValidationError(error.description)
    }
  }

  /// What holds for the person, and over it what the command line says.
  /// - Parameter remembers: whether what was last on screen counts.
  /// - Throws: `SettingError` with the place of the first mistake.
  func read(
    environment: [String: String], remembers: Bool
  ) throws -> (settings: ResolvedSettings, keys: KeysText?) {
    let personal = try PersonalSettings(environment: environment, remembers: remembers)
    var settings = personal.settings
    for setting in Setting.all {
      guard let value = text(of: setting.name).flatMap(setting.value(of:)) else { continue }
      settings.take(value, for: setting.name, from: .option(setting.option(for: value)))
    }
    return (settings, personal.keys)
  }
}

extension ArgumentHelp {
  /// What the table of settings says.
  fileprivate static func setting(
    _ name: Setting.Name, _ valueName: String? = nil
  ) -> ArgumentHelp {
    guard let setting = Setting.all.first(where: { $0.name == name }) else { return ArgumentHelp() }
    let summary = setting.summary.prefix(1).uppercased() + setting.summary.dropFirst()
    let isFlag = setting.kind == .flag
    return ArgumentHelp(
      isFlag ? "\(summary)." : "\(summary): \(setting.allowed).", valueName: valueName)
  }
}

extension CompletionKind {
  /// The words that a setting takes.
  fileprivate static func setting(_ name: Setting.Name) -> CompletionKind {
    .list(Setting.all.first { $0.name == name }?.words ?? [])
  }
}
