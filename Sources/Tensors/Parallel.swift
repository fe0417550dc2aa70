import Dispatch
import Glibc

/// Work split over the cores in fixed blocks.
///
/// The number of blocks depends on the work only, never on the cores or their load, so that results
/// are the same bits everywhere; only how many blocks run at once differs.
public enum Parallel {
  /// How many blocks may run at once: `TWINLENS_THREADS`, else the number of cores.
  public static let width: Int = {
    if let text = getenv("TWINLENS_THREADS"), let n = Int(String(cString: text)), n > 0 { return n }
    return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }()

  /// Runs `body` for the parts of `0 ..< count`, cut into at most `blocks` ranges of equal size.
  public static func blocks(
    of count: Int, into blocks: Int, _ body: @Sendable (_ block: Int, _ range: Range<Int>) -> Void
  ) {
    let blocks = max(1, min(blocks, count))
    let size = (count + blocks - 1) / blocks
    @Sendable func run(_ i: Int) {
      let low = i * size
      if low < count { body(i, low..<min(count, low + size)) }
    }
    if blocks == 1 || width == 1 {
      for i in 0..<blocks { run(i) }
    } else {
      DispatchQueue.concurrentPerform(iterations: blocks, execute: run)
    }
  }
}
