import Foundation

/// Keeps a second writer out of a store: an advisory lock on `FILE.lock` that goes with the
/// process, however it ends. Readers need none.
final class StoreLock: Sendable {
  private let handle: Int32

  /// - Throws: `StoreError.inUse` with the other process as it wrote itself into the lock file.
  init(for store: String) throws {
    let path = "\(store).lock"
    handle = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard handle >= 0 else {
      throw StoreError.cannotOpen(path, reason: String(cString: strerror(errno)))
    }
    if flock(handle, LOCK_EX | LOCK_NB) != 0 {
      let reason = errno
      // A file system without locks leaves SQLite's own check of the order of steps.
      guard reason == EWOULDBLOCK else { return }
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = pread(handle, &bytes, bytes.count, 0)
      let text = String(decoding: bytes[..<max(0, count)], as: UTF8.self)
      let process = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
      close(handle)
      throw StoreError.inUse(store, process: process.map { "process \($0)" } ?? "another process")
    }
    let text = Array("\(getpid())\n".utf8)
    ftruncate(handle, 0)
    pwrite(handle, text, text.count, 0)
  }

  deinit {
    // Unlocked, not only closed: a child that is being started right now holds a copy of the handle
    // until its exec, and with it the lock.
    flock(handle, LOCK_UN)
    close(handle)
  }
}
