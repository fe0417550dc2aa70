import Foundation

/// Keeps a second writer out of a store by advisory locks that end with the process, however it
/// ends. Readers need none.
///
/// The store's own file is locked, so a second name for it does not help; and `FILE.lock` beside
/// its real path, which names the process that has it, and which is the only lock on network file
/// systems: there a lock on the whole store would keep SQLite's own locks out.
final class StoreLock: Sendable {
  private let handle: Int32

  /// Locks; the lock on `store` is the caller's to give up.
  /// - Parameters:
  ///   - store: the open store.
  ///   - real: its path without links.
  ///   - path: its path as errors name it.
  /// - Throws: `StoreError.inUse` with the other process as it wrote itself into the lock file.
  init(_ store: Int32, beside real: String, for path: String) throws {
    let name = "\(real).lock"
    handle = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard handle >= 0 else {
      throw StoreError.cannotOpen("\(path).lock", reason: StoreFile.reason(errno))
    }
    let isLocked = Self.lock(handle) && (StoreLocation.isOnNetwork(real) || Self.lock(store))
    guard isLocked else {
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = pread(handle, &bytes, bytes.count, 0)
      let text = String(decoding: bytes[..<max(0, count)], as: UTF8.self)
      let process = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
      close(handle)
      throw StoreError.inUse(path, process: process.map { "process \($0)" } ?? "another process")
    }
    let text = Array("\(getpid())\n".utf8)
    ftruncate(handle, 0)
    pwrite(handle, text, text.count, 0)
  }

  /// False only when somebody else has the lock: a file system without locks leaves SQLite's own
  /// check of the order of steps.
  private static func lock(_ handle: Int32) -> Bool {
    flock(handle, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  deinit {
    // Unlocked, not only closed: a child that is being started right now holds a copy of the handle
    // until its exec, and with it the lock.
    flock(handle, LOCK_UN)
    close(handle)
  }
}
