/// The settings as they hold, each with its value and where that comes from.
package struct ResolvedSettings: Sendable, Hashable {
  /// One setting as it holds.
  package struct Entry: Sendable, Hashable {
    package let setting: Setting
    package var value: SettingValue
    package var source: SettingSource
  }

  /// In the order of the table.
  package private(set) var entries: [Entry]

  /// The settings of a table, all as they are built in.
  package init(_ table: [Setting] = []) {
    entries = table.map { Entry(setting: $0, value: $0.builtIn, source: .builtIn) }
  }

  /// The entry of a name; nil where the table has none.
  package subscript(_ name: Setting.Name) -> Entry? { entries.first { $0.setting.name == name } }

  /// Takes a value, unless a stronger source has given one.
  package mutating func take(
    _ value: SettingValue, for name: Setting.Name, from source: SettingSource
  ) {
    guard let at = entries.firstIndex(where: { $0.setting.name == name }),
      source.strength >= entries[at].source.strength
    else { return }
    (entries[at].value, entries[at].source) = (value, source)
  }

  /// Puts an entry back as it was.
  package mutating func restore(_ entry: Entry) {
    guard let at = entries.firstIndex(where: { $0.setting.name == entry.setting.name }) else {
      return
    }
    entries[at] = entry
  }

  /// Whether a flag is on; nil where the table has none of that name.
  package func isOn(_ name: Setting.Name) -> Bool? {
    if case .flag(let isOn)? = self[name]?.value { isOn } else { nil }
  }

  /// The text of a setting; nil where it is left to the terminal, and where there is no file.
  package func text(_ name: Setting.Name) -> String? {
    guard let entry = self[name], case .text(let text) = entry.value else { return nil }
    return switch entry.setting.kind {
    case .name: text
    case .file: text == Setting.noFile ? nil : text
    case .flag, .word, .number, .wordOrFile: text == Setting.automatic ? nil : text
    }
  }

  /// The number of a setting; nil for `auto`.
  package func number(_ name: Setting.Name) -> Int? {
    if case .number(let number)? = self[name]?.value { number } else { nil }
  }

  /// The setting of a written name.
  ///
  /// - Throws: `SettingError.unknown` with the nearest name.
  package func setting(named name: String) throws(SettingError) -> Setting {
    if let found = entries.first(where: { $0.setting.name.rawValue == name.lowercased() }) {
      return found.setting
    }
    throw .unknown(
      name, place: nil,
      nearest: NearestName.find(
        name.lowercased(), among: entries.map(\.setting.name.rawValue)))
  }

  /// Takes what the environment says, a variable `TWINLENS_NAME` each; an empty one says nothing.
  ///
  /// - Throws: `SettingError` that names the variable.
  package mutating func take(environment: [String: String]) throws(SettingError) {
    for setting in entries.map(\.setting) {
      guard let text = environment[setting.variable], !text.isEmpty else { continue }
      guard let value = setting.value(of: text) else {
        throw .badValue(setting, written: "\"\(text)\"", place: setting.variable)
      }
      take(value, for: setting.name, from: .environment(variable: setting.variable))
    }
  }
}
