import CKernels

/// Layer norm and attention over rows in an arena, on several threads.
package enum RowKernels {
  /// Calls `body` with parts of 0 ..< rows; `work` is the cost of a row in numbers touched.
  package static func split(_ rows: Int, work: Int, _ body: (Range<Int>) -> Void) {
    guard rows > 0 else { return }
    // About 5 µs each.
    let height = max(1, min(rows, 16_000 / max(1, work)))
    Parallel.tasks((rows + height - 1) / height) { task, _ in
      body((task * height)..<min(rows, (task + 1) * height))
    }
  }

  /// y ← (x + residual − mean) / √(variance + ε) · weight + bias, row by row. `y` may be `x`.
  package static func layerNorm(
    _ x: MatrixView, residual: MatrixView? = nil, weight: FloatBuffer, bias: FloatBuffer,
    epsilon: Float, into y: MatrixView
  ) {
    precondition(
      weight.count == x.columns && bias.count == x.columns && y.columns == x.columns
        && y.rows == x.rows, "a norm of \(weight.count) over \(x.columns)")
    split(x.rows, work: 3 * x.columns) { range in
      let r = range.lowerBound
      ck_layer_norm(
        x.base + r * x.stride, x.stride, residual.map { UnsafePointer($0.base + r * $0.stride) },
        residual?.stride ?? 0, weight.base, bias.base, epsilon, y.base + r * y.stride, y.stride,
        range.count, x.columns)
    }
  }

  /// The sequences of a batch whose rows stand one after the other, without padding.
  package struct Attention {
    /// Number of attention heads.
    package let heads: Int
    /// Rows of each sequence.
    package let lengths: [Int]
    /// Row i of a sequence sees its rows ≤ i only.
    package let causal: Bool
    /// More keys and values in front of each sequence's own, seen by all of its rows.
    package let prefix: Int

    /// An attention of several heads.
    package init(heads: Int, lengths: [Int], causal: Bool, prefix: Int = 0) {
      precondition(!causal || prefix == 0, "a prefix stands before all positions")
      self.heads = heads
      self.lengths = lengths
      self.causal = causal
      self.prefix = prefix
    }

    /// Tasks of a phase: each has scratch memory of its own.
    private var parts: Int { max(1, min(heads * lengths.count, 4 * Parallel.width)) }

    private func scratch(size: Int) -> Int {
      let longest = lengths.max() ?? 0
      return (ck_attention_scratch(longest, longest + prefix, size) + 15) / 16 * 16
    }

    /// Numbers that `callAsFunction` takes from the arena.
    package func scratchSize(width: Int) -> Int { parts * scratch(size: width / heads) }

    /// Rows of keys and values that stand together, prefixes among them.
    package var joinedRows: Int { lengths.reduce(0) { $0 + $1 + prefix } }

    /// Puts each sequence's keys and values behind those of its prefix.
    ///
    /// - Parameters:
    ///   - qkv: queries, keys and values side by side, rows × 3D.
    ///   - keys: B×P×D numbers; `values` likewise.
    ///   - joined: gets keys and values side by side, `joinedRows` × 2D.
    package func join(_ qkv: MatrixView, keys: [Float], values: [Float], into joined: MatrixView) {
      let width = joined.columns / 2
      precondition(
        qkv.columns == 3 * width && keys.count == lengths.count * prefix * width
          && values.count == keys.count && joined.rows == joinedRows, "prefixes do not fit")
      var (row, target) = (0, joined.base)
      for (item, length) in lengths.enumerated() {
        for place in 0..<prefix {
          let from = (item * prefix + place) * width
          keys[from..<(from + width)].withUnsafeBufferPointer {
            if let source = $0.baseAddress { target.update(from: source, count: width) }
          }
          values[from..<(from + width)].withUnsafeBufferPointer {
            if let source = $0.baseAddress { (target + width).update(from: source, count: width) }
          }
          target += joined.stride
        }
        for _ in 0..<length {
          target.update(from: qkv.base + row * qkv.stride + width, count: 2 * width)
          target += joined.stride
          row += 1
        }
      }
    }

    /// out ← softmax(q kᵀ / √(D/h)) v, head by head.
    ///
    /// - Parameters:
    ///   - qkv: queries, keys and values side by side, rows × 3D.
    ///   - joined: keys and values with their prefixes; nil: those of `qkv`, without a prefix.
    ///   - out: rows × D.
    ///   - scratch: `scratchSize` numbers, aligned to 64 bytes.
    ///   - weights: gets B×h×T×(P+T) probabilities, T the longest length, unless nil.
    package func callAsFunction(
      _ qkv: MatrixView, joined: MatrixView? = nil, into out: MatrixView,
      scratch memory: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>? = nil
    ) {
      precondition((joined == nil) == (prefix == 0), "keys and values stand behind their prefix")
      let width = out.columns
      precondition(qkv.columns == 3 * width && width % heads == 0, "\(qkv.columns) columns")
      let size = width / heads
      let longest = lengths.max() ?? 0
      let each = scratch(size: size)
      var first = 0
      let starts = lengths.map { length in
        defer { first += length }
        return first
      }
      let all = heads * lengths.count
      let parts = parts
      Parallel.tasks(parts) { part, _ in
        for job in (part * all / parts)..<((part + 1) * all / parts) {
          let (item, head) = (job / heads, job % heads)
          guard lengths[item] > 0 else { continue }
          let q = qkv.base + starts[item] * qkv.stride + head * size
          let k =
            joined.map { $0.base + (starts[item] + item * prefix) * $0.stride + head * size }
            ?? q + width
          ck_attention(
            q, qkv.stride, k, k + width, joined?.stride ?? qkv.stride, lengths[item],
            prefix + lengths[item], size, 1 / Float(size).squareRoot(), causal ? 1 : 0,
            out.base + starts[item] * out.stride + head * size, out.stride,
            weights.map { $0 + job * longest * (prefix + longest) }, prefix + longest,
            memory + part * each)
        }
      }
    }
  }
}
