import Foundation
import Synchronization

/// Says that a process writes to a store, by advisory locks that end with the process, however it
/// ends. Readers need none.
///
/// Writers share the locks, and SQLite orders what they write; versions of this program that want a
/// store for themselves are kept out, as they keep this one out. The store's own file is locked, so
/// a second name for it does not help; and `FILE.lock` beside its real path, which names the latest
/// process. On network file systems that is the only lock (one on the whole store would keep
/// SQLite's own locks out), and it is one writer's alone: SQLite's locks cannot be trusted there.
///
/// The file also holds the number of the last step that was acknowledged. SQLite takes a log that
/// was cut or removed for the log of fewer edits and says nothing; this number, which is not in the
/// log, tells that some are gone. It is written after the step is on the disk and is not synced, so
/// it may be too low after a power cut, never too high.
final class StoreLock: Sendable {
  private let handle: Int32
  private let latest = Mutex<Int64>(0)

  /// Bytes for the process; what was acknowledged stands after them.
  private static let processLength = 32
  private static let numberLength = 24

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
      var bytes = [UInt8](repeating: 0, count: Self.processLength)
      let count = pread(handle, &bytes, bytes.count, 0)
      let text = String(decoding: bytes[..<max(0, count)], as: UTF8.self)
      let process = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
      // Closed with the value, which is complete.
      throw StoreError.inUse(path, process: process.map { "process \($0)" } ?? "another process")
    }
    let text = Array("\(getpid())".utf8)
    let line =
      text + Array(repeating: UInt8(ascii: " "), count: Self.processLength - 1 - text.count)
    pwrite(handle, line + [UInt8(ascii: "\n")], Self.processLength, 0)
    latest.withLock { $0 = Self.number(handle) }
  }

  /// Says that steps up to a number are on the disk.
  func promise(_ sequence: Int64) {
    latest.withLock { latest in
      guard sequence != latest else { return }
      latest = sequence
      let digits = String(sequence)
      let line = digits + String(repeating: " ", count: Self.numberLength - 1 - digits.count) + "\n"
      pwrite(handle, line, Self.numberLength, off_t(Self.processLength))
    }
  }

  /// What was said of a store by whoever wrote to it last; 0 where nobody said anything that can be
  /// read.
  static func promised(beside real: String) -> Int64 {
    let handle = open("\(real).lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard handle >= 0 else { return 0 }
    defer { close(handle) }
    return number(handle)
  }

  private static func number(_ handle: Int32) -> Int64 {
    var bytes = [UInt8](repeating: 0, count: numberLength)
    let count = pread(handle, &bytes, bytes.count, off_t(processLength))
    guard count == numberLength, bytes.last == UInt8(ascii: "\n"),
      let number = Int64(
        String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)),
      (0..<(1 << 62)).contains(number)
    else { return 0 }
    return number
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
