import Files
import Foundation
import Settings
import Tensors

/// How far somebody has come in the lesson, kept from one session to the next: `lesson.toml` in
/// `$XDG_STATE_HOME/twinlens` (`~/.local/state/twinlens`). A file that cannot be read or written
/// changes nothing else.
package struct LessonMemory: Equatable {
  /// Tasks from the first on that are done.
  package var done = 0

  private static let most = 4096

  /// So many tasks are done.
  package init(done: Int) { self.done = done }

  /// What is remembered; nothing where there is no readable file.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let path = Self.path(environment)
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= Self.most,
      let data = FileManager.default.contents(atPath: path),
      let table = try? SettingsText.table(String(decoding: data, as: UTF8.self))
    else { return }
    done = max(0, table["done"]?.int ?? 0)
  }

  /// Keeps it for the next session.
  package func write(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let path = Self.path(environment)
    try? FileManager.default.createDirectory(
      atPath: FilePath.parent(of: path), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    try? DurableFile.write(Data("done = \(done)\n".utf8), to: path)
  }

  private static func path(_ environment: [String: String]) -> String {
    UserFolders.state(environment) + "/lesson.toml"
  }
}
