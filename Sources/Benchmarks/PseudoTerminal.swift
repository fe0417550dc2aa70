import Foundation
import Screen

/// This program once more, in a terminal that answers as a plain xterm does: with its device
/// attributes at once, and nothing else. It is ended when this object goes.
package final class PseudoTerminal {
  /// Why no program runs in a terminal.
  package enum Failure: Error, CustomStringConvertible {
    case noTerminal(code: Int32)
    case notStarted(code: Int32)
    case ended(output: String)
    case silent(seconds: Double)

    package var description: String {
      switch self {
      case .noTerminal(let code):
        "no pseudo-terminal can be opened: \(String(cString: strerror(code)))"
      case .notStarted(let code):
        "the program cannot be started again: \(String(cString: strerror(code)))"
      case .ended(let output): "the program ended at once: \(output)"
      case .silent(let seconds): "the program showed nothing in \(Int(seconds)) s"
      }
    }
  }

  package let process: pid_t
  private let master: Int32
  private var output: [UInt8] = []
  private var hasReplied = false
  private var isGone = false

  private static let question = Array("\u{1B}[c".utf8)
  private static let reply = Array("\u{1B}[?64;1;2c".utf8)

  // glibc's POSIX_SPAWN_SETSID, which Swift does not see.
  private static let setSession: Int16 = 0x80

  /// Starts the program with arguments in a terminal of that size.
  /// - Throws: `Failure`.
  package init(_ arguments: [String], columns: Int, rows: Int) throws {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    var ends: (mine: Int32, other: Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 128)
    guard openpty(&ends.mine, &ends.other, &name, nil, &size) == 0 else {
      throw Failure.noTerminal(code: errno)
    }
    master = ends.mine
    for end in [ends.mine, ends.other] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends.other) }
    do {
      process = try Self.spawn(arguments, terminal: name)
    } catch {
      close(master)
      throw error
    }
  }

  deinit {
    if !isGone {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(master)
  }

  private static func spawn(_ arguments: [String], terminal: [CChar]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that a session leader opens becomes its own.
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, setSession)
    var environment = ProcessInfo.processInfo.environment
    for name in ["TMUX", "STY", "NO_COLOR", "SSH_CONNECTION", "TWINLENS_GRAPHICS"] {
      environment[name] = nil
    }
    // Neither depends on what a person has set, nor leaves anything behind.
    environment["XDG_CONFIG_HOME"] = "/dev/null"
    environment["TWINLENS_RESUME"] = "off"
    environment["TERM"] = "xterm-256color"
    environment["LC_ALL"] = "C.UTF-8"
    let values = (["twinlens"] + arguments).map { strdup($0) } + [nil]
    let pairs = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in values + pairs { free(text) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, "/proc/self/exe", &actions, &attributes, values, pairs)
    guard status == 0 else { throw Failure.notStarted(code: status) }
    return process
  }

  /// Reads what the program writes until the first frame begins to arrive: what follows the switch
  /// of the terminal to bracketed paste, which is the last thing before it.
  /// - Throws: `Failure`.
  package func waitForFrame(seconds: Double) throws {
    let mark = Array("\u{1B}[?2004h".utf8)
    try read(seconds: seconds) { output in
      output.firstRange(of: mark).map { $0.upperBound < output.count } ?? false
    }
  }

  /// Reads, and throws away, what the program writes until it ends.
  /// - Throws: `Failure.silent` when that takes longer.
  package func waitForEnd(seconds: Double) throws {
    do {
      try read(seconds: seconds) { output in
        if output.count > 1 << 16 { output.removeAll(keepingCapacity: true) }
        return false
      }
    } catch Failure.ended {}
  }

  /// The most memory that the program held, in millions of bytes, once it has ended; nil where that
  /// cannot be told.
  package func peakMegabytes() -> Double? {
    guard !isGone else { return nil }
    var usage = rusage()
    guard wait4(process, nil, 0, &usage) == process else { return nil }
    isGone = true
    // Kibibytes: getrusage(2).
    return Double(usage.ru_maxrss) * 1024 / 1e6
  }

  /// Types keys.
  package func type(_ keys: String) {
    _ = Array(keys.utf8).withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
  }

  /// The last that was read, for messages.
  package var lastOutput: String {
    Sanitizer(emoji: .base).visible(String(decoding: output.suffix(400), as: UTF8.self))
  }

  /// Keeps reading for some time.
  package func drain(seconds: Double) {
    try? read(seconds: seconds) { _ in false }
  }

  /// Memory that the program holds now, in millions of bytes.
  package var residentMegabytes: Double? {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
      let kibibytes = line.split(whereSeparator: { $0.isWhitespace }).dropFirst().first
        .flatMap({ Double($0) })
    else { return nil }
    return kibibytes * 1024 / 1e6
  }

  private func read(seconds: Double, until isDone: (inout [UInt8]) -> Bool) throws {
    let start = ContinuousClock.now
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let left = 1000 * seconds - Stopwatch.milliseconds(since: start)
      guard left > 0 else { throw Failure.silent(seconds: seconds) }
      var item = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&item, 1, Int32(left) + 1) > 0 else { continue }
      let count = Foundation.read(master, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw Failure.ended(output: lastOutput)
      }
      output += buffer[..<count]
      if !hasReplied, output.firstRange(of: Self.question) != nil {
        hasReplied = true
        _ = Self.reply.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      }
      if isDone(&output) { return }
    }
  }
}
