import Foundation
import Screen

extension TerminalProbe {
  /// Whether the locale of the process is UTF-8; else nothing but ASCII can be written.
  package static var isUTF8: Bool {
    setlocale(LC_CTYPE, "")
    return String(cString: nl_langinfo(Int32(CODESET))).uppercased() == "UTF-8"
  }

  /// Asks the terminal of the process (`/dev/tty`, so that pipes do not matter) and concludes.
  ///
  /// Call it once, before `NcursesTerminal.start`. Takes one round trip; a terminal that never
  /// answers costs `deadline` seconds, by default half a second, or more where the line may be
  /// long (ssh). One that answers something, but not the last question, costs the silence after its
  /// last answer. What comes later is known as a reply and no key. The terminal's settings are
  /// restored on every path. Without a terminal the result knows the environment only.
  package static func run(
    environment: [String: String] = ProcessInfo.processInfo.environment, deadline: Double? = nil
  ) -> TerminalCapabilities {
    let isUTF8 = isUTF8
    let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      return TerminalCapabilities(environment: environment, isUTF8: isUTF8)
    }
    defer { close(descriptor) }
    let questions = questions(term: environment["TERM"] ?? "", environment: environment)
    let isRemote = !(environment["SSH_CONNECTION"] ?? "").isEmpty
    let answers = ask(
      questions, on: descriptor, deadline: deadline ?? (isRemote ? 1.5 : 0.5),
      silence: isRemote ? 0.6 : 0.2)
    var facts = conclude(
      answers.replies, questions: questions, window: WindowSize(of: descriptor),
      environment: environment, isUTF8: isUTF8)
    facts.typedKeys = answers.keys
    return facts
  }

  /// Sends all questions in one write and reads until the device attributes are answered, nothing
  /// came for `silence` seconds after an answer, or the deadline (seconds) is over. Keys in between
  /// are kept. Works on any descriptor; only a real terminal has settings to change.
  static func ask(
    _ questions: [Question], on descriptor: Int32, deadline: Double, silence: Double = 0.4
  ) -> (replies: [TerminalReply], keys: [Key]) {
    guard !questions.isEmpty else { return ([], []) }
    var saved = termios()
    let isTerminal = tcgetattr(descriptor, &saved) == 0
    if isTerminal {
      var raw = saved
      raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
      withUnsafeMutableBytes(of: &raw.c_cc) { bytes in
        bytes[Int(VMIN)] = 0
        bytes[Int(VTIME)] = 0
      }
      // Not FLUSH: what was typed before belongs to the person.
      tcsetattr(descriptor, TCSANOW, &raw)
    }
    defer { if isTerminal { tcsetattr(descriptor, TCSADRAIN, &saved) } }

    RawOutput.write(Array(questions.map(\.bytes).joined().utf8), to: descriptor)
    var parser = KeyParser()
    var replies: [TerminalReply] = []
    var keys: [Key] = []
    func take(_ inputs: [TerminalInput]) -> Bool {
      var isLast = false
      for input in inputs {
        switch input {
        case .reply(let reply):
          replies.append(reply)
          if case .attributes = reply { isLast = true }
        case .key(let key): keys.append(key)
        case .paste: break
        }
      }
      return isLast
    }
    let clock = ContinuousClock()
    var end = clock.now + .milliseconds(Int(deadline * 1000))
    let last = end
    var buffer = [UInt8](repeating: 0, count: 4096)
    while clock.now < end {
      let left = clock.now.duration(to: end)
      let milliseconds =
        Int32(left.components.seconds * 1000)
        + Int32(left.components.attoseconds / 1_000_000_000_000_000) + 1
      var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&item, 1, milliseconds)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { break }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { break }
      let known = replies.count
      if take(parser.feed(buffer.prefix(count))) { break }
      if replies.count > known { end = min(last, clock.now + .milliseconds(Int(silence * 1000))) }
    }
    _ = take(parser.expire(afterMilliseconds: KeyParser.sequenceDelay))
    return (replies, keys)
  }
}

extension WindowSize {
  /// Nobody reads more; a program that sets the window's size may claim 65,535 × 65,535.
  static let mostColumns = 1000
  static let mostRows = 500

  /// The size of the terminal behind a descriptor, nil when it is none.
  package init?(of descriptor: Int32) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    let columns = Int(size.ws_col)
    let rows = Int(size.ws_row)
    self.init(
      columns: min(columns, Self.mostColumns), rows: min(rows, Self.mostRows),
      xPixels: Int(size.ws_xpixel) * min(columns, Self.mostColumns) / columns,
      yPixels: Int(size.ws_ypixel) * min(rows, Self.mostRows) / rows)
  }
}

/// Bytes straight to a terminal.
enum RawOutput {
  /// Writes everything, waiting where the terminal is slow; gives up when it is gone.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { part in
        Foundation.write(descriptor, part.baseAddress, part.count)
      }
      if count > 0 {
        start += count
      } else if errno == EAGAIN {
        var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&item, 1, 1000) <= 0 { return }
      } else if errno != EINTR {
        return
      }
    }
  }
}
