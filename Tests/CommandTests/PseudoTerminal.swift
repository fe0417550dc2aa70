import Benchmarks
import Foundation
import Glibc

/// The built program in a terminal that answers no question but the first: what it is.
final class PseudoTerminal {
  enum Failure: Error {
    case noTerminal(code: Int32)
  }

  let child: Child
  /// For what the program keeps from session to session.
  private let home: TemporaryFolder
  private let mine: Int32
  private let other: Int32
  /// All that the program has written.
  private(set) var output: [UInt8] = []

  init(
    _ arguments: [String], columns: UInt16, rows: UInt16,
    adding variables: [String: String] = [:]
  ) throws {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    var ends: (Int32, Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 128)
    guard openpty(&ends.0, &ends.1, &name, nil, &size) == 0 else {
      throw Failure.noTerminal(code: errno)
    }
    (mine, other) = ends
    home = try TemporaryFolder()
    for end in [mine, other] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var environment = ProcessInfo.processInfo.environment
    for name in ["TMUX", "STY", "SSH_CONNECTION", "SWIFT_BACKTRACE"] { environment[name] = nil }
    environment["TERM"] = "xterm-256color"
    environment["LC_ALL"] = "C.UTF-8"
    environment["TWINLENS_SHARE"] = Program.withoutSamples
    environment["XDG_CONFIG_HOME"] = Program.withoutSamples
    environment["XDG_STATE_HOME"] = home.path
    environment.merge(variables) { _, new in new }
    let terminal = name.withUnsafeBufferPointer { $0.baseAddress.map(String.init(cString:)) ?? "" }
    do {
      child = try Child(
        Program.path ?? "", arguments, terminal: terminal, environment: environment)
    } catch {
      close(mine)
      close(other)
      throw error
    }
  }

  deinit {
    close(mine)
    close(other)
  }

  /// Whether the line editor of the kernel is on: off while a program takes every key by itself.
  var isCooked: Bool {
    var settings = termios()
    tcgetattr(other, &settings)
    return settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO)
  }

  /// Reads until `condition` holds, at most for some seconds; whether it holds.
  func read(seconds: Double, until condition: (PseudoTerminal) -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !condition(self) {
      guard ContinuousClock.now < deadline else { return false }
      var place = pollfd(fd: mine, events: Int16(POLLIN), revents: 0)
      guard poll(&place, 1, 20) > 0 else { continue }
      let count = Glibc.read(mine, &buffer, buffer.count)
      guard count > 0 else { continue }
      output += buffer.prefix(count)
      if !buffer.prefix(count).contains(subsequence: "\u{1B}[c") { continue }
      let reply = Array("\u{1B}[?64;1;2c".utf8)
      _ = write(mine, reply, reply.count)
    }
    return true
  }

  /// Types keys.
  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(mine, bytes, bytes.count)
  }

  /// Waits, reading nothing, until the program writes no more: what it wrote fills the line.
  func waitUntilFull() {
    var last: Int32 = -1
    var now: Int32 = 0
    while last != now || now == 0 {
      last = now
      usleep(300_000)
      _ = ioctl(mine, UInt(FIONREAD), &now)
    }
  }

  /// Whether the program has written this.
  func hasWritten(_ text: String) -> Bool { output.contains(subsequence: text) }
}

extension Collection<UInt8> {
  fileprivate func contains(subsequence text: String) -> Bool {
    firstRange(of: Array(text.utf8)) != nil
  }
}
