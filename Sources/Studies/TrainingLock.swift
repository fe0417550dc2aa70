import Extractors
import Foundation
import Tensors

/// Keeps a second training out of a place: two that write the same checkpoints and tables would
/// leave a mixture of both. The kernel gives the lock back when the process ends, however it ends.
package final class TrainingLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Takes the lock of a training in a folder, which is made if it is not there.
  ///
  /// - Parameter name: what is trained there; nil for the folder as a whole.
  /// - Throws: `ModelFolderError` when another process has it or the folder cannot be written.
  package init(folder: String, name: String? = nil) throws {
    var info = stat()
    if stat(folder, &info) == 0, info.st_mode & S_IFMT != S_IFDIR {
      throw TrainingPlaceError(place: folder, problem: "is a file; name a folder")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw TrainingPlaceError(
        place: folder, problem: "cannot be made (\((error as NSError).localizedDescription))")
    }
    path = folder + "/.lock" + (name.map { "-" + $0 } ?? "")
    let place = name.map { folder + "/" + $0 } ?? folder
    while true {
      let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard file >= 0 else {
        throw TrainingPlaceError(
          place: folder, problem: "cannot be written (\(String(cString: strerror(errno))))")
      }
      guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = max(0, pread(file, &bytes, bytes.count, 0))
        close(file)
        let owner = String(decoding: bytes[..<count], as: UTF8.self).filter(\.isNumber)
        throw TrainingPlaceError(
          place: place,
          problem: "is being trained" + (owner.isEmpty ? "" : " by process \(owner)")
            + "; wait for it, or stop it and give this command again")
      }
      // The one before may have taken its file away between the two calls.
      var (mine, there) = (stat(), stat())
      if fstat(file, &mine) == 0, stat(path, &there) == 0, mine.st_ino == there.st_ino {
        descriptor = file
        break
      }
      close(file)
    }
    let owner = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, owner, owner.count, 0)
  }

  deinit {
    unlink(path)
    // A child that is being started right now holds a copy of the handle until its exec.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

/// A place where nothing can be trained now, and why.
package struct TrainingPlaceError: Error, CustomStringConvertible {
  /// The folder, or the model in it.
  package let place: String
  /// What is wrong, as the rest of a sentence about the place.
  package let problem: String

  package var description: String { "\(place) \(problem)" }
}
