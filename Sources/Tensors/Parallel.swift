import Glibc

/// Work split over the cores in fixed blocks.
///
/// The number of blocks depends on the work only, never on the cores or their load, so that results
/// are the same bits everywhere; only how many blocks run at once differs.
package enum Parallel {
  /// How many blocks may run at once: `TWINLENS_THREADS`, else the number of cores.
  package static let width: Int = {
    if let text = getenv("TWINLENS_THREADS"), let n = Int(String(cString: text)), n > 0 {
      return min(n, 256)
    }
    return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }()

  /// Runs `body` for the parts of `0 ..< count`, cut into at most `blocks` ranges of equal size.
  package static func blocks(
    of count: Int, into blocks: Int, _ body: @Sendable (_ block: Int, _ range: Range<Int>) -> Void
  ) {
    let blocks = max(1, min(blocks, count))
    let size = (count + blocks - 1) / blocks
    tasks(blocks) { i, _ in
      let low = i * size
      if low < count { body(i, low..<min(count, low + size)) }
    }
  }

  /// Runs tasks 0 ..< count, each once, on as many threads as are free, and returns when all are
  /// done. Tasks may not depend on which thread runs them or in which order.
  ///
  /// - Parameter body: gets the task, and the one that the same thread is likely to run next (−1
  ///   for none), whose data it may fetch.
  package static func tasks(_ count: Int, _ body: (_ task: Int, _ next: Int) -> Void) {
    Crew.shared.run(count, body)
  }

  /// Runs `body` for parts of 0 ..< count numbers that are each worth a hand-over.
  static func elements(_ count: Int, _ body: (Range<Int>) -> Void) {
    let size = 32_768
    tasks((count + size - 1) / size) { task, _ in
      body((task * size)..<min(count, (task + 1) * size))
    }
  }
}
