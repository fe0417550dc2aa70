import Foundation

/// Small files of a model folder, read whole and with a bound.
package enum FolderFiles {
  /// The bytes of a plain file.
  ///
  /// - Throws: `CheckpointError.file`.
  package static func bytes(_ path: String, limit: Int) throws(CheckpointError) -> Data {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .file(path: path, problem: "does not exist; check the folder")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .file(path: path, problem: "is not a plain file; check the folder")
    }
    guard status.st_size <= limit else {
      throw .file(
        path: path, problem: "has \(status.st_size) bytes, more than the \(limit) that are read")
    }
    // Not more than that even if the file grows now, and without waiting if it becomes a pipe.
    let handle = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard handle >= 0 else {
      throw .file(path: path, problem: "cannot be read; check its permissions")
    }
    let file = FileHandle(fileDescriptor: handle, closeOnDealloc: true)
    guard let data = try? file.read(upToCount: Int(status.st_size)) ?? Data() else {
      throw .file(path: path, problem: "cannot be read; check its permissions")
    }
    return data
  }

  /// Whether a plain file is there.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
