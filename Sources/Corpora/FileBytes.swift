import Files
import Foundation
import Tensors

/// Whole files in and out: bounded reading, and writing that a crash cannot tear.
package enum FileBytes {
  /// The bytes of a regular file of at most `limit` bytes; of a larger one its beginning when
  /// `prefix`.
  package static func read(_ path: String, limit: Int = Bounds.file, prefix: Bool = false) throws
    -> [UInt8]
  {
    // Without O_NONBLOCK a named pipe in the dataset folder would stop the program.
    let handle = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard handle >= 0 else {
      throw errno == ENOENT
        ? CorporaError.notFound(path) : CorporaError.unreadable(path, code: errno)
    }
    defer { close(handle) }
    var info = stat()
    guard fstat(handle, &info) == 0 else { throw CorporaError.unreadable(path, code: errno) }
    if info.st_mode & S_IFMT == S_IFDIR { throw CorporaError.isFolder(path) }
    guard info.st_mode & S_IFMT == S_IFREG else { throw CorporaError.notAFile(path) }
    guard prefix || info.st_size <= limit else {
      throw CorporaError.tooLarge(path, bytes: info.st_size)
    }
    let size = min(limit, info.st_size)
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let got = Foundation.read(handle, base + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    if failure != 0 { throw CorporaError.unreadable(path, code: failure) }
    return bytes
  }

  /// Makes a folder, with those it lies in.
  /// - Throws: `CorporaError.cannotWrite`.
  static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CorporaError.cannotWrite(path, code: errno == 0 ? ENOTDIR : errno)
    }
  }

  /// Writes a temporary file beside `path`, makes it durable, puts it in place, and makes that
  /// durable too; on any failure the old file stays (RELIABILITY §7).
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      let file = try NewFile(at: path)
      try bytes.withUnsafeBytes { try file.write($0) }
      try file.finish()
    } catch let error as NewFileError {
      throw CorporaError.cannotWrite(path, code: error.code)
    }
  }

  /// The path with every link resolved, nil when nothing is there.
  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The names in a folder, unsorted; nil when it cannot be listed.
  static func names(in folder: String) -> [String]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
