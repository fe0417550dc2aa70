import Foundation

/// Says that a process writes to a store, by advisory locks that end with the process, however it
/// ends. Readers need none.
///
/// Writers share the locks, and SQLite orders what they write; versions of this program that want a
/// store for themselves are kept out, as they keep this one out. The store's own file is locked, so
/// a second name for it does not help; and `FILE.lock` beside its real path, which names the latest
/// process. On network file systems that is the only lock (one on the whole store would keep
/// SQLite's own locks out), and it is one writer's alone: SQLite's locks cannot be trusted there.
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
    let isAlone = StoreLocation.isOnNetwork(real)
    let isLocked = Self.lock(handle, alone: isAlone) && (isAlone || Self.lock(store, alone: false))
    guard isLocked else {
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = pread(handle, &bytes, bytes.count, 0)
      let text = String(decoding: bytes[..<max(0, count)], as: UTF8.self)
      let process = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
      // Closed with the value, which is complete.
      throw StoreError.inUse(path, process: process.map { "process \($0)" } ?? "another process")
    }
    let text = Array("\(getpid())\n".utf8)
    ftruncate(handle, 0)
    pwrite(handle, text, text.count, 0)
  }

  /// False only when somebody else has the lock: a file system without locks leaves SQLite's own
  /// check of the order of steps.
  private static func lock(_ handle: Int32, alone: Bool) -> Bool {
    flock(handle, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  deinit {
    // Unlocked, not only closed: a child that is being started right now holds a copy of the handle
    // until its exec, and with it the lock.
    flock(handle, LOCK_UN)
    close(handle)
  }
}
