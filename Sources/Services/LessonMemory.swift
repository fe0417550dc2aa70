import Files
import Foundation
import Settings
import Tensors

/// How far somebody has come in a lesson, kept from one session to the next: `lesson.toml` in
/// `$XDG_STATE_HOME/twinlens` (`~/.local/state/twinlens`), and a file like it for each other
/// lesson. A file that cannot be read or written
/// changes nothing else.
package struct LessonMemory: Equatable {
  /// Tasks from the first on that are done.
  package var done = 0
  private let name: String

  /// The name of the tutor's lesson.
  package static let tutor = "lesson"

  /// The name of a lesson by its text: another text is another lesson.
  package static func name(of text: String) -> String {
    "lesson-" + SHA256.hexDigest(of: Array(text.utf8)).prefix(12)
  }

  private static let most = 4096

  /// So many tasks are done.
  package init(_ name: String = tutor, done: Int) { (self.name, self.done) = (name, done) }

  /// What is remembered; nothing where there is no readable file.
  package init(
    _ name: String = tutor, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.name = name
    let path = Self.path(name, environment)
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= Self.most,
      let data = FileManager.default.contents(atPath: path),
      let table = try? SettingsText.table(String(decoding: data, as: UTF8.self))
    else { return }
    done = max(0, table["done"]?.int ?? 0)
  }

  /// Keeps it for the next session.
  package func write(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let path = Self.path(name, environment)
    try? FileManager.default.createDirectory(
      atPath: FilePath.parent(of: path), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    try? DurableFile.write(Data("done = \(done)\n".utf8), to: path)
  }

  private static func path(_ name: String, _ environment: [String: String]) -> String {
    UserFolders.state(environment) + "/\(name).toml"
  }
}
