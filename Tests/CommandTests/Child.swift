import Foundation
import Glibc

/// A program started by the test, with its output in files.
///
/// Not Foundation's `Process`: that learns of a child's end by a socket which children started at
/// the same time inherit and keep open, so that waiting may never end when tests run side by side.
final class Child: @unchecked Sendable {
  // Safe: `identifier` is set once; only the test that owns the child waits for it.
  let identifier: pid_t
  private(set) var status: Int32?

  struct SpawnError: Error {
    let path: String
    let code: Int32
  }

  // glibc's POSIX_SPAWN_SETSID, which Swift does not see.
  private static let setSession: Int16 = 0x80

  /// Starts a program. Output goes to the named files, or nowhere; with a `terminal` it leads a
  /// session of its own there and reads from it too.
  init(
    _ path: String, _ arguments: [String], output: String? = nil, errors: String? = nil,
    terminal: String? = nil, environment: [String: String]
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let mode: mode_t = 0o600
    let write = O_WRONLY | O_CREAT | O_TRUNC
    // The first terminal that a session leader opens becomes its own.
    posix_spawn_file_actions_addopen(&actions, 0, terminal ?? "/dev/null", O_RDWR, 0)
    for (descriptor, file) in [(1, output), (2, errors)] {
      let target = terminal ?? file ?? "/dev/null"
      posix_spawn_file_actions_addopen(&actions, Int32(descriptor), target, write, mode)
    }
    // Threads of Dispatch block signals, and a child would inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    let flags = Int16(POSIX_SPAWN_SETSIGMASK) | (terminal == nil ? 0 : Self.setSession)
    posix_spawnattr_setflags(&attributes, flags)
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer {
      for pointer in words + variables { free(pointer) }
    }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, path, &actions, &attributes, &words, &variables)
    guard code == 0 else { throw SpawnError(path: path, code: code) }
    identifier = pid
  }

  /// Waits for the end; the exit status, or the signal's number negated.
  @discardableResult
  func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(identifier, &raw, 0) < 0, errno == EINTR {}
    let result = Self.status(raw)
    status = result
    return result
  }

  private static func status(_ raw: Int32) -> Int32 {
    raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
  }

  /// Whether it has not ended yet.
  var isRunning: Bool {
    if status != nil { return false }
    var raw: Int32 = 0
    guard waitpid(identifier, &raw, WNOHANG) == identifier else { return true }
    status = Self.status(raw)
    return false
  }

  /// Sends a signal, unless it was waited for.
  func signal(_ number: Int32) { if status == nil { kill(identifier, number) } }

  deinit {
    signal(SIGKILL)
    wait()
  }
}
