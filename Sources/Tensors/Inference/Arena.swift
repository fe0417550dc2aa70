import Synchronization

/// Memory for the intermediate values of one forward pass; used again by the next one, so that
/// passes of the same size allocate nothing.
package final class Arena: @unchecked Sendable {
  // Sendable because `ArenaPool` lends it to one pass at a time.

  private var buffer = FloatBuffer(count: 0)
  private var used = 0

  /// An arena without memory.
  package init() {}

  /// Forgets all values and makes room for `count` numbers.
  package func reset(reserving count: Int) {
    if buffer.count < count { buffer = FloatBuffer(count: count) }
    used = 0
  }

  /// Numbers that a matrix takes up.
  package static func size(rows: Int, columns: Int) -> Int { rows * stride(columns: columns) }

  // A row ends in a cache line of its own; rows a power of two apart would share cache sets.
  private static func stride(columns: Int) -> Int { (columns + 15) / 16 * 16 + 16 }

  /// Room for a matrix; what is in it is undefined.
  package func matrix(rows: Int, columns: Int) -> MatrixView {
    let stride = Self.stride(columns: columns)
    let base = numbers(rows * stride)
    return MatrixView(base: base, rows: rows, columns: columns, stride: stride, owner: buffer)
  }

  /// Room for some numbers, aligned to 64 bytes; what is in it is undefined.
  package func numbers(_ count: Int) -> UnsafeMutablePointer<Float> {
    let start = used
    used += (count + 15) / 16 * 16
    precondition(used <= buffer.count, "an arena of \(buffer.count) numbers is asked for \(used)")
    return buffer.base + start
  }
}

/// Arenas that wait for the next forward pass.
package final class ArenaPool: Sendable {
  private let free = Mutex<[Arena]>([])

  /// A pool without arenas.
  package init() {}

  /// Runs `body` with an arena that nobody else uses meanwhile.
  package func borrow<Result>(
    reserving count: Int, _ body: (Arena) throws -> Result
  ) rethrows -> Result {
    let arena = free.withLock { $0.popLast() } ?? Arena()
    arena.reset(reserving: count)
    defer { free.withLock { if $0.count < Parallel.width { $0.append(arena) } } }
    return try body(arena)
  }
}
