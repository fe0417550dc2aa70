import TOMLKit

/// What a settings file says, and what is wrong with it.
package struct ReadSettings: Sendable {
  package struct Said: Sendable, Hashable {
    package let name: Setting.Name
    package let value: SettingValue
    /// Counted from 1.
    package let line: Int
  }

  /// In the order of the lines.
  package private(set) var said: [Said] = []
  /// Whether the file has keys of the person's own.
  package private(set) var hasKeys = false
  /// What cannot be used, in the order of the lines.
  package private(set) var problems: [SettingError] = []

  /// Whose file it is.
  package enum Owner: Sendable {
    case person
    /// A stranger: little is taken, and nothing wrong is more than a notice.
    case dataset
  }

  /// The name of the table of keys.
  package static let keysTable = "keys"

  /// Reads the text of a settings file; `file` is named in problems.
  package init(_ text: String, file: String, owner: Owner, table settings: [Setting]) {
    let table: TOMLTable
    do throws(SettingsTextError) {
      table = try SettingsText.table(text)
    } catch {
      problems = [.notTOML(file: file, line: error.line, reason: error.reason)]
      return
    }
    let lines = SettingsLines(text)
    let keys = table.keys.map { ($0, lines.line(of: $0) ?? 1) }
    for (key, line) in keys.sorted(by: { ($0.1, $0.0) < ($1.1, $1.0) }) {
      guard let value = table[key] else { continue }
      read(key, value, line, "\(file):\(line)", owner, settings)
    }
  }

  private mutating func read(
    _ key: String, _ value: any TOMLValueConvertible, _ line: Int, _ place: String, _ owner: Owner,
    _ settings: [Setting]
  ) {
    if key == Self.keysTable, value.table != nil {
      hasKeys = owner == .person
      if owner == .dataset { problems.append(.keysOfDataset(place: place)) }
      return
    }
    guard let setting = settings.first(where: { $0.name.rawValue == key }) else {
      let names = settings.map(\.name.rawValue)
      problems.append(
        value.table != nil && !names.contains(key)
          ? .unknownTable(key, place: place)
          : .unknown(key, place: place, nearest: NearestName.find(key.lowercased(), among: names)))
      return
    }
    if owner == .dataset, !setting.isForDatasets {
      problems.append(.notForDatasets(setting.name, place: place))
      return
    }
    guard let found = setting.value(ofTOML: value) else {
      problems.append(.badValue(setting, written: Self.written(value), place: place))
      return
    }
    said.append(Said(name: setting.name, value: found, line: line))
  }

  /// A value as an error quotes it.
  private static func written(_ value: any TOMLValueConvertible) -> String {
    if let text = value.string { return "\"\(text.prefix(60))\"" }
    if let number = value.int { return "\(number)" }
    if let flag = value.bool { return "\(flag)" }
    if value.table != nil { return "a table" }
    return value.array != nil ? "a list" : "that"
  }
}
