import Foundation
import Screen

extension NcursesTerminal {
  /// Waits for keys, signals and the `wake` descriptor, at most `milliseconds` (nil: for ever).
  /// Returns at once what is already there; empty means that the time is over.
  package func wait(wake: Int32? = nil, milliseconds: Int? = nil) -> [TerminalEvent] {
    guard isActive else { return [.hangUp] }
    if !queued.isEmpty {
      defer { queued = [] }
      return queued
    }
    var idle = 0
    let start = ContinuousClock.now
    while true {
      let spent = Self.milliseconds(start.duration(to: .now))
      var limit = milliseconds.map { max(0, $0 - spent) } ?? -1
      if parser.isWaiting {
        let next =
          idle < KeyParser.escapeDelay
          ? KeyParser.escapeDelay : KeyParser.sequenceDelay - idle
        limit = limit < 0 ? next : min(limit, next)
      }
      let before = ContinuousClock.now
      let (ready, events) = pollOnce(wake, limit)
      if !events.isEmpty { return events }
      if ready { idle = 0 } else { idle += max(1, Self.milliseconds(before.duration(to: .now))) }
      if parser.isWaiting, !ready {
        let late = translate(parser.expire(afterMilliseconds: idle))
        if !late.isEmpty { return late }
      }
      if let milliseconds, Self.milliseconds(start.duration(to: .now)) >= milliseconds { return [] }
    }
  }

  private static func milliseconds(_ duration: Duration) -> Int {
    Int(duration.components.seconds) * 1000
      + Int(duration.components.attoseconds / 1_000_000_000_000_000)
  }

  /// One poll: whether anything was ready, and the events it gave.
  private func pollOnce(_ wake: Int32?, _ limit: Int) -> (Bool, [TerminalEvent]) {
    var items = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.reader, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&items, nfds_t(items.count), Int32(clamping: limit))
    guard count > 0 else { return (count < 0, []) }
    var events: [TerminalEvent] = []
    if items[1].revents != 0 { events += takeSignals() }
    if items[2].revents != 0, let wake {
      var buffer = [UInt8](repeating: 0, count: 4096)
      _ = read(wake, &buffer, buffer.count)
      events.append(.woken)
    }
    if items[0].revents != 0 { events += takeKeys() }
    return (true, events)
  }

  private func takeKeys() -> [TerminalEvent] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    guard count > 0 else { return [.hangUp] }
    return translate(parser.feed(buffer.prefix(count)))
  }

  private func translate(_ inputs: [TerminalInput]) -> [TerminalEvent] {
    var events: [TerminalEvent] = []
    for input in inputs {
      switch input {
      case .key(.control("z")):
        suspend()
        events.append(.resumed)
      case .key(let key): events.append(.key(key))
      case .paste(let text):
        let spaced = text.map { $0.isNewline || $0 == "\t" ? " " : $0 }
        events.append(.paste(Sanitizer(emoji: .show).visible(String(spaced))))
      case .reply: continue
      }
    }
    return events
  }

  private func takeSignals() -> [TerminalEvent] {
    var events: [TerminalEvent] = []
    for signal in signals.take() {
      switch signal {
      case SIGWINCH:
        takeNewSize()
        events.append(.resized(size))
      case SIGTSTP:
        suspend()
        events.append(.resumed)
      case SIGCONT:
        // Stopped from outside without a chance to leave: the shell changed the settings.
        restart()
        events.append(.resumed)
      default: break
      }
    }
    return events
  }
}
