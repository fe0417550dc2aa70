import Files
import Foundation
import Settings
import Tensors

/// What a person chose to see the last time, kept from session to session: `view.toml` in
/// `$XDG_STATE_HOME/twinlens` (`~/.local/state/twinlens`). A file that cannot be read or written
/// changes nothing else.
struct ViewMemory: Equatable {
  /// Whether heat lay over the picture.
  var heat = false

  private static let most = 4096

  static func path(_ environment: [String: String]) -> String {
    let named = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = environment["HOME"] ?? NSHomeDirectory()
    return (named ?? "\(home)/.local/state") + "/twinlens/view.toml"
  }

  /// What is remembered; nothing where there is no readable file.
  init(environment: [String: String]) {
    let path = Self.path(environment)
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= Self.most,
      let data = FileManager.default.contents(atPath: path),
      let table = try? SettingsText.table(String(decoding: data, as: UTF8.self))
    else { return }
    heat = table["heat"]?.bool ?? false
  }

  /// Keeps it for the next session.
  func write(environment: [String: String]) {
    let path = Self.path(environment)
    try? FileManager.default.createDirectory(
      atPath: FilePath.parent(of: path), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    try? DurableFile.write(Data("heat = \(heat)\n".utf8), to: path)
  }
}
