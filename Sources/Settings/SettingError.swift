/// What can be wrong with a setting. The wording stands here and nowhere else.
package enum SettingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Not TOML; line 0 when it is no line's fault.
  case notTOML(file: String, line: Int, reason: String)
  /// A name that is no setting's; the place as `file:line`, nil for what was typed.
  case unknown(String, place: String?, nearest: String?)
  /// A table that settings files do not have.
  case unknownTable(String, place: String)
  /// A value that is none of the setting's.
  case badValue(Setting, written: String, place: String?)
  /// What a dataset's file may not say.
  case notForDatasets(Setting.Name, place: String)
  /// Keys in a dataset's file.
  case keysOfDataset(place: String)
  /// A file that cannot be read, written or changed; the reason as the rest of a sentence.
  case file(String, reason: String)

  package var description: String {
    switch self {
    case .notTOML(let file, let line, let reason):
      line > 0 ? "\(file):\(line): not TOML: \(reason)" : "\(file): \(reason)"
    case .unknown(let name, let place, let nearest):
      at(place) + "there is no setting \"\(name.prefix(60))\""
        + (nearest.map { "; did you mean \($0)?" } ?? "; `twinlens config` lists them")
    case .unknownTable(let name, let place):
      at(place) + "there is no table [\(name.prefix(60))] of settings; own keys stand under [keys]"
    case .badValue(let setting, let written, let place):
      at(place) + "\(setting.name.rawValue) must be \(setting.allowed), not \(written.prefix(80))"
    case .notForDatasets(let name, let place):
      at(place) + "a dataset may not set \(name.rawValue); it is left out"
    case .keysOfDataset(let place):
      at(place) + "a dataset may not bring keys; they are left out"
    case .file(let path, let reason): "\(path) \(reason)"
    }
  }

  private func at(_ place: String?) -> String { place.map { $0 + ": " } ?? "" }
}
