import Foundation

/// A file while it is being written: it has no name until it is whole, so a killed program leaves
/// nothing behind, and then takes the place of the old one in one step.
///
/// Where the file system cannot do without a name, a hidden one with random letters is used, which
/// nobody can have prepared; one that a killed program left is removed at the next write of the
/// same target.
package struct NewFile: ~Copyable {
  /// Open for writing, and locked, so that whoever cleans up knows that it is in use.
  package let descriptor: Int32
  private let path: String
  private let folder: String
  /// The hidden name, nil while the file has none.
  private var temporary: String?

  /// Begins a file that is to be found at `path` later.
  /// - Throws: `NewFileError`.
  package init(at path: String) throws {
    self.path = path
    folder = FilePath.parent(of: path)
    Self.removeStrays(of: path)
    // Without a name; glibc's O_TMPFILE is a macro that Swift does not see.
    let unnamed = open(folder, O_WRONLY | Self.unnamed | O_CLOEXEC, 0o644)
    if unnamed >= 0 {
      descriptor = unnamed
      flock(descriptor, LOCK_SH | LOCK_NB)
      return
    }
    let name = Self.randomName(for: path)
    descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw NewFileError(code: errno) }
    temporary = name
    flock(descriptor, LOCK_SH | LOCK_NB)
  }

  /// Appends bytes.
  /// - Throws: `NewFileError`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    var at = 0
    while at < bytes.count {
      let count = Foundation.write(
        descriptor, bytes.baseAddress.map { $0 + at }, bytes.count - at)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw NewFileError(code: count < 0 ? errno : EIO) }
      at += count
    }
  }

  /// Makes the bytes durable, gives them their name, and makes that durable too.
  /// - Throws: `NewFileError`; the old file is then still there.
  package consuming func finish() throws {
    guard fsync(descriptor) == 0 else { throw NewFileError(code: errno) }
    if temporary == nil {
      let name = Self.randomName(for: path)
      let unnamed = "/proc/self/fd/\(descriptor)"
      guard linkat(AT_FDCWD, unnamed, AT_FDCWD, name, Int32(AT_SYMLINK_FOLLOW)) == 0 else {
        throw NewFileError(code: errno)
      }
      temporary = name
    }
    guard let name = temporary, rename(name, path) == 0 else { throw NewFileError(code: errno) }
    temporary = nil
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if handle >= 0 {
      fsync(handle)
      close(handle)
    }
  }

  deinit {
    if let temporary { unlink(temporary) }
    close(descriptor)
  }

  private static let unnamed = O_DIRECTORY | 0x40_0000

  private static let mark = ".writing-"

  private static func randomName(for path: String) -> String {
    let random = UInt64.random(in: .min ... .max)
    return FilePath.parent(of: path)
      + "/.\(FilePath.name(of: path))\(mark)\(String(random, radix: 36))"
  }

  /// Removes what killed writers of this path left, under today's hidden name and those of older
  /// versions, which held the number of the process.
  package static func removeStrays(of path: String) {
    let folder = FilePath.parent(of: path)
    let name = FilePath.name(of: path)
    let today = ".\(name)\(mark)"
    let former = [".\(name).tmp-", "\(name).writing-"]
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    for entry in names {
      let stray = "\(folder)/\(entry)"
      if entry.hasPrefix(today) {
        let handle = open(stray, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard handle >= 0 else { continue }
        if flock(handle, LOCK_EX | LOCK_NB) == 0 { unlink(stray) }
        close(handle)
      } else if let prefix = former.first(where: entry.hasPrefix),
        let process = Int32(entry.dropFirst(prefix.count)), process > 0, process != getpid(),
        kill(process, 0) != 0, errno == ESRCH
      {
        unlink(stray)
      }
    }
  }
}

/// The system's reason why a file could not be written.
package struct NewFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// `errno`.
  package let code: Int32

  package var description: String { String(cString: strerror(code)) }
}
