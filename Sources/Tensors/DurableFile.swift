import Foundation

/// Files that survive a crash: written beside the target, synced, renamed over it, and the folder
/// synced.
public enum DurableFile {
  /// Writes the whole file or changes nothing.
  ///
  /// - Throws: `DurableFileError`.
  public static func write(_ data: Data, to path: String) throws {
    let temporary = path + ".writing-\(getpid())"
    func fail(_ what: String) -> DurableFileError {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      return DurableFileError(path: path, problem: "\(what): \(reason)")
    }
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw fail("cannot be created") }
    let complete = data.withUnsafeBytes { raw -> Bool in
      var at = 0
      while at < raw.count {
        let n = Foundation.write(file, raw.baseAddress.map { $0 + at }, raw.count - at)
        if n < 0 && errno == EINTR { continue }
        guard n > 0 else { return false }
        at += n
      }
      return fsync(file) == 0
    }
    guard complete else {
      let error = fail("cannot be written")
      close(file)
      throw error
    }
    close(file)
    guard rename(temporary, path) == 0 else { throw fail("cannot be replaced") }
    let folder = open(FilePath.parent(of: path) + "/.", O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }
}

/// A file that could not be written.
public struct DurableFileError: Error, CustomStringConvertible {
  /// The file that was to be written.
  public let path: String
  /// What went wrong, as the rest of a sentence about the file.
  public let problem: String

  public var description: String { "\(path) \(problem); check the disk and permissions" }
}
