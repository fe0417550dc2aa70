import CKernels
import Glibc

/// Numbers at a fixed address, aligned to 64 bytes: what packed weights and activations live in.
///
/// Not a value like `Tensor`: whoever writes to it must be its only user.
package final class FloatBuffer: @unchecked Sendable {
  // Sendable because writing goes through `base` only, under the rule above.

  /// The first number.
  package let base: UnsafeMutablePointer<Float>
  /// How many there are.
  package let count: Int

  /// Room for `count` numbers, zeros.
  package init(count: Int) {
    self.count = count
    let bytes = (max(1, count) * MemoryLayout<Float>.stride + 63) / 64 * 64
    var pointer: UnsafeMutableRawPointer?
    // Whole huge pages where it pays: weights are streamed, and page walks would show.
    let isLarge = bytes >= 4 << 20
    let status = posix_memalign(&pointer, isLarge ? 2 << 20 : 64, bytes)
    guard status == 0, let pointer else { preconditionFailure("no memory for \(bytes) bytes") }
    if isLarge { madvise(pointer, bytes, Int32(MADV_HUGEPAGE)) }
    memset(pointer, 0, bytes)
    base = pointer.bindMemory(to: Float.self, capacity: count)
  }

  /// A copy of some numbers.
  package convenience init(_ numbers: [Float]) {
    self.init(count: numbers.count)
    for (i, number) in numbers.enumerated() { base[i] = number }
  }

  /// The largest absolute value, found by all threads.
  package var largestMagnitude: Float {
    let size = 1 << 18
    let parts = (count + size - 1) / size
    let ranges = FloatBuffer(count: 16 * max(1, parts))
    Parallel.tasks(parts) { part, _ in
      ck_range(base + part * size, min(size, count - part * size), ranges.base + 16 * part)
    }
    return (0..<parts).reduce(0) {
      max($0, ranges.base[16 * $1 + 1], -ranges.base[16 * $1])
    }
  }

  deinit { free(base) }
}

/// Part of a `FloatBuffer`: rows of numbers, `stride` apart.
package struct MatrixView {
  /// The first number of the first row.
  package let base: UnsafeMutablePointer<Float>
  /// Number of rows.
  package let rows: Int
  /// Numbers per row.
  package let columns: Int
  /// From one row to the next.
  package let stride: Int
  /// Keeps the memory.
  private let owner: FloatBuffer?

  /// Rows at an address; without an owner the memory must outlive the view.
  package init(
    base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int,
    owner: FloatBuffer? = nil
  ) {
    self.owner = owner
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// Some of the columns.
  package func columns(from first: Int, count: Int) -> MatrixView {
    MatrixView(
      base: base + first, rows: rows, columns: count, stride: stride, owner: owner)
  }

  /// A copy without gaps.
  package var tensor: Tensor {
    var result = Tensor([rows, columns])
    for r in 0..<rows {
      for c in 0..<columns { result.array[r * columns + c] = base[r * stride + c] }
    }
    return result
  }
}
