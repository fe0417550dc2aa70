import Foundation

/// Gives the terminal back when the process dies: on faults (a Swift trap arrives as SIGILL or
/// SIGTRAP), on the signals that end a program, and on `exit`.
///
/// The handlers only write bytes that were made before and restore the settings; nothing else is
/// safe in a signal handler. After a fault of the program's own the former handler has its turn:
/// Swift's backtracer, which on a terminal offers to look closer and waits half a minute for a key.
/// A signal that another process sent says nothing about this program, so the process dies of it at
/// once.
enum CrashGuard {
  /// All the handlers read. Behind a pointer, because a handler must not run lazy initialisers or
  /// exclusivity checks.
  private struct Block {
    var isActive: Int32 = 0
    var descriptor: Int32 = -1
    var settings = termios()
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
  }

  static let signals: [Int32] = [
    SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS, SIGTERM, SIGHUP, SIGINT, SIGQUIT,
  ]

  // Safe: written on the main thread while no handler is installed for it, read by handlers.
  nonisolated(unsafe) private static let block: UnsafeMutablePointer<Block> = {
    let block = UnsafeMutablePointer<Block>.allocate(capacity: 1)
    block.initialize(to: Block())
    return block
  }()
  nonisolated(unsafe) private static let former: UnsafeMutablePointer<sigaction> = {
    let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    actions.initialize(repeating: sigaction(), count: 65)
    return actions
  }()
  nonisolated(unsafe) private static var isInstalled = false

  /// Remembers how to restore a terminal and installs the handlers. Main thread.
  static func arm(descriptor: Int32, settings: termios, bytes: [UInt8]) {
    disarm()
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
    copy.initialize(from: bytes, count: bytes.count)
    let old = block.pointee.bytes
    block.pointee.descriptor = descriptor
    block.pointee.settings = settings
    block.pointee.bytes = copy
    block.pointee.count = bytes.count
    old?.deallocate()
    prepare()
    block.pointee.isActive = 1
  }

  /// From now on dying leaves the terminal alone: it was restored in the ordinary way.
  static func disarm() { block.pointee.isActive = 0 }

  /// Installs the handlers, which do nothing but pass on until `arm`. Before curses starts: it
  /// catches SIGINT and SIGTERM itself unless somebody else does.
  static func prepare() {
    guard !isInstalled else { return }
    isInstalled = true
    // A stack of its own, so that a stack overflow on this thread can be handled too.
    var stack = stack_t()
    let size = 65536
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
    for signal in signals {
      var current = sigaction()
      sigaction(signal, nil, &current)
      former[Int(signal)] = current
      // Under nohup a hang-up is to be ignored, and stays so.
      if isIgnored(current) { continue }
      var action = sigaction()
      action.__sigaction_handler.sa_sigaction = { signal, information, _ in
        CrashGuard.die(signal, wasSent: CrashGuard.wasSent(information))
      }
      action.sa_flags = Int32(SA_ONSTACK | SA_SIGINFO)
      sigemptyset(&action.sa_mask)
      sigaction(signal, &action, nil)
    }
    atexit { CrashGuard.restore() }
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Async-signal-safe: fcntl, write, poll and tcsetattr only. A terminal that takes no output (a
  /// stalled line, a stopped multiplexer) gets a second and then loses the rest: the process must
  /// end.
  private static func restore() {
    let block = block
    guard block.pointee.isActive != 0 else { return }
    block.pointee.isActive = 0
    if let bytes = block.pointee.bytes {
      let descriptor = block.pointee.descriptor
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
      var at = 0
      var patience = 20
      while at < block.pointee.count, patience > 0 {
        let count = write(descriptor, bytes + at, block.pointee.count - at)
        if count > 0 {
          at += count
          continue
        }
        guard count < 0, errno == EAGAIN || errno == EINTR else { break }
        patience -= 1
        var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&item, 1, 50)
      }
    }
    tcsetattr(block.pointee.descriptor, TCSANOW, &block.pointee.settings)
  }

  /// Whether another process sent the signal: the kernel's own codes are positive (sigaction(2)),
  /// and `abort` is this process sending to itself.
  private static func wasSent(_ information: UnsafeMutablePointer<siginfo_t>?) -> Bool {
    guard let information, information.pointee.si_code <= 0 else { return false }
    return information.pointee._sifields._kill.si_pid != getpid()
  }

  private static func die(_ signal: Int32, wasSent: Bool) {
    restore()
    if wasSent {
      var standard = sigaction()
      standard.__sigaction_handler.sa_handler = SIG_DFL
      sigaction(signal, &standard, nil)
    } else {
      sigaction(signal, former + Int(signal), nil)
    }
    raise(signal)
  }
}
