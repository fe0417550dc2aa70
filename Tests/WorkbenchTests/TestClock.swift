import Synchronization

/// A clock that a test sets.
final class TestClock: Sendable {
  private static let beginning: Int64 = 1_795_770_000_000
  private let milliseconds = Mutex(beginning)

  /// Milliseconds since 1970.
  func now() -> Int64 { milliseconds.withLock { $0 } }

  /// So many seconds after its beginning.
  func set(_ seconds: Double) {
    milliseconds.withLock { $0 = Self.beginning + Int64(seconds * 1_000) }
  }
}
