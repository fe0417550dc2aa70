import Files
import Foundation
import Screen
import Workbench

/// What one terminal presents and another shows the notes of: a file that only this person can read
/// or write, in `$XDG_RUNTIME_DIR/twinlens`, else in the state folder.
package struct NotesFile: Sendable {
  /// What is in the file.
  package struct Content: Codable, Sendable, Hashable {
    /// The process that presents: when it is gone, what it left is nobody's.
    package let process: Int32
    package let notes: LessonNotes
  }

  private let folder: String
  private var path: String { folder + "/presenting.json" }

  /// More is no lesson's notes.
  private static let most = 1 << 16

  /// The place of the file; nil where there is none that nobody else can write to.
  package init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let runtime = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    folder = runtime.map { $0 + "/twinlens" } ?? UserFolders.state(environment)
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    var info = stat()
    guard lstat(folder, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == getuid(),
      info.st_mode & 0o022 == 0
    else { return nil }
  }

  /// Puts notes in the place of those before. What cannot be written is shown nowhere else.
  package func write(_ notes: LessonNotes) {
    guard let data = try? JSONEncoder().encode(Content(process: getpid(), notes: notes)),
      data.count <= Self.most
    else { return }
    let fresh = "\(path).\(getpid())"
    unlink(fresh)
    let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard (try? file.write(contentsOf: data)) != nil else {
      unlink(fresh)
      return
    }
    rename(fresh, path)
  }

  /// What is presented now; nil where nothing is, or the file is not this person's alone.
  package func read() -> LessonNotes? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
      info.st_uid == getuid(), info.st_mode & 0o022 == 0, info.st_size <= Self.most,
      let data = try? file.read(upToCount: Self.most),
      let content = try? JSONDecoder().decode(Content.self, from: data),
      content.process > 0, kill(content.process, 0) == 0
    else { return nil }
    return content.notes
  }

  /// Takes it away at the end.
  package func remove() { unlink(path) }
}

/// Notes as lines of a terminal.
package struct NotesText: Sendable {
  private let notes: LessonNotes

  package init(_ notes: LessonNotes) { self.notes = notes }

  /// The step, its notes with their own lines, and what comes next.
  /// - Parameter columns: how wide the lines may be.
  package func text(columns: Int) -> String {
    let sanitizer = Sanitizer()
    func lines(_ text: String) -> [String] {
      text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).flatMap {
        Wrapping.lines(sanitizer.visible(String($0)), columns: max(20, columns))
      }
    }
    let place = notes.step > notes.count ? "the end" : "\(notes.step) of \(notes.count)"
    var all = lines("\(notes.lesson), \(place): \(notes.title)") + [""]
    all += notes.notes.isEmpty ? ["(no notes)"] : lines(notes.notes)
    if let next = notes.next { all += ["", "next:"] + lines(next) }
    return all.joined(separator: "\n")
  }
}
