import Files
import Foundation
import Settings

/// What was last on screen of the settings that are remembered, kept from session to session:
/// `view.toml` in `$XDG_STATE_HOME/twinlens` (`~/.local/state/twinlens`). It holds where nobody
/// says anything. A file that cannot be read or written changes nothing else.
package struct ViewMemory: Sendable, Equatable {
  package private(set) var values: [Setting.Name: SettingValue] = [:]

  private static let most = 4096

  package static func path(_ environment: [String: String]) -> String {
    UserFolders.state(environment) + "/view.toml"
  }

  private static var table: [Setting] { Setting.all.filter(\.isRemembered) }

  /// What is on screen.
  package init(_ settings: ResolvedSettings) {
    for entry in settings.entries where entry.setting.isRemembered {
      values[entry.setting.name] = entry.value
    }
  }

  /// What is remembered; nothing where there is no readable file.
  package init(environment: [String: String]) {
    let path = Self.path(environment)
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= Self.most,
      let data = FileManager.default.contents(atPath: path)
    else { return }
    let text = String(decoding: data, as: UTF8.self)
    for said in ReadSettings(text, file: path, owner: .person, table: Self.table).said {
      values[said.name] = said.value
    }
  }

  /// Keeps what a person changed for the next session, this being what was on screen before.
  package func keep(_ now: ViewMemory, environment: [String: String]) {
    var kept = ViewMemory(environment: environment)
    let before = kept
    for (name, value) in now.values where values[name] != value { kept.values[name] = value }
    if kept != before { kept.write(environment: environment) }
  }

  private func write(environment: [String: String]) {
    let path = Self.path(environment)
    try? FileManager.default.createDirectory(
      atPath: FilePath.parent(of: path), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let lines = values.map { "\($0.key.rawValue) = \($0.value.toml)\n" }.sorted()
    try? DurableFile.write(Data(lines.joined().utf8), to: path)
  }
}
