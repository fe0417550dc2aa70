import Foundation

/// Turns the signals of job control and resizing into bytes that `poll` can wait for.
struct SignalPipe {
  static let signals = [SIGWINCH, SIGTSTP, SIGCONT]

  // The write end, for the handler; -1 while nothing is installed. Behind a pointer, because a
  // handler must not run lazy initialisers. Written on the main thread only.
  nonisolated(unsafe) private static let writer: UnsafeMutablePointer<Int32> = {
    let writer = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    writer.initialize(to: -1)
    return writer
  }()

  /// The end to poll and read, -1 while nothing is installed.
  private(set) var reader: Int32 = -1
  private var former: [Int32: sigaction] = [:]

  /// Opens the pipe and installs the handlers.
  mutating func install() {
    guard reader < 0 else { return }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    reader = ends[0]
    Self.writer.pointee = ends[1]
    for signal in Self.signals {
      var old = sigaction()
      Self.handle(signal, &old)
      former[signal] = old
    }
  }

  /// Puts the former handlers back and closes the pipe.
  mutating func remove() {
    guard reader >= 0 else { return }
    for (signal, var action) in former { sigaction(signal, &action, nil) }
    former = [:]
    close(Self.writer.pointee)
    close(reader)
    Self.writer.pointee = -1
    reader = -1
  }

  /// The signals that arrived, each once, in the order resize, stop, continue.
  func take() -> [Int32] {
    var buffer = [UInt8](repeating: 0, count: 256)
    var seen = Set<UInt8>()
    while true {
      let count = read(reader, &buffer, buffer.count)
      if count <= 0 { break }
      seen.formUnion(buffer.prefix(count))
    }
    return Self.signals.filter { seen.contains(UInt8($0)) }
  }

  /// Stops the whole job as the terminal driver would; returns after it was continued.
  func stopProcess() {
    var action = sigaction()
    var ours = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(SIGTSTP, &action, &ours)
    kill(0, SIGTSTP)
    sigaction(SIGTSTP, &ours, nil)
    // The continuing signal of this very stop is no news.
    _ = take()
  }

  private static func handle(_ signal: Int32, _ old: inout sigaction) {
    _ = writer
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { signal in
      let saved = errno
      var byte = UInt8(truncatingIfNeeded: signal)
      _ = write(SignalPipe.writer.pointee, &byte, 1)
      errno = saved
    }
    action.sa_flags = Int32(SA_RESTART)
    sigemptyset(&action.sa_mask)
    sigaction(signal, &action, &old)
  }
}
