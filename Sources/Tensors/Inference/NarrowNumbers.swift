import CKernels

/// Activations in low precision, for one product.
private let arenas = ArenaPool()

extension Arena {
  fileprivate func words(_ count: Int) -> UnsafeMutablePointer<UInt32> {
    UnsafeMutableRawPointer(numbers(count)).bindMemory(to: UInt32.self, capacity: count)
  }

  fileprivate func integers(_ count: Int) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(numbers(count)).bindMemory(to: Int32.self, capacity: count)
  }
}

extension PackedMatrix {
  /// Packs a weight O×I rounded to the matrix's precision.
  func packLow(_ weight: UnsafePointer<Float>) {
    let chunk = 4
    let (panels, outputs, inputs, kernel) = (panels, outputs, inputs, precision.kernel)
    let words = UnsafeMutableRawPointer(buffer.base)
      .bindMemory(to: UInt32.self, capacity: buffer.count)
    let totals = UnsafeMutableRawPointer(sums.base).bindMemory(to: Int32.self, capacity: sums.count)
    Parallel.tasks((panels + chunk - 1) / chunk) { task, _ in
      ck_pack_low(
        weight, inputs, outputs, inputs, kernel, task * chunk, min(panels, (task + 1) * chunk),
        words, scales.base, totals)
    }
  }

  /// What the kernel must know beside the words: the scale and zero of rows `step` apart, 0 for the
  /// same in all.
  func withLow(
    scale: UnsafePointer<Float>, zero: UnsafePointer<Int32>, of step: Int,
    _ body: (UnsafePointer<ck_low>) -> Void
  ) {
    var low = ck_low()
    low.precision = precision.kernel
    low.scale = scale
    low.zero = zero
    low.ld = step
    low.column_scale = UnsafePointer(scales.base)
    low.column_sum = UnsafePointer(
      UnsafeMutableRawPointer(sums.base).assumingMemoryBound(to: Int32.self))
    withUnsafePointer(to: low, body)
  }

  /// The product of rows that are rounded first, each by itself.
  func multiplyLow(_ x: MatrixView, _ product: ck_product) {
    var product = product
    let words = precision.words(inputs)
    // As in an arena's matrices, rows must not share cache sets.
    let stride = (words + 15) / 16 * 16 + 16
    let kernel = precision.kernel
    let edge = (x.rows + 15) / 16 * 16
    arenas.borrow(reserving: x.rows * stride + 2 * edge) { arena in
      let rows = arena.words(x.rows * stride)
      let scale = arena.numbers(x.rows)
      let zero = arena.integers(x.rows)
      RowKernels.split(x.rows, work: inputs) { range in
        let r = range.lowerBound
        ck_narrow(
          x.base + r * x.stride, x.stride, range.count, inputs, kernel, rows + r * stride, stride,
          scale + r, zero + r)
      }
      product.a = UnsafeRawPointer(rows).assumingMemoryBound(to: Float.self)
      product.lda = stride
      product.k = words
      withLow(scale: scale, zero: zero, of: 1) { low in
        product.low = low
        Products.run(product, rows: x.rows)
      }
    }
  }
}

/// A map of features in low precision, with the border that a convolution reads and one scale for
/// all, so that a window may be summed before it is scaled.
struct NarrowMap {
  /// The upper left corner, the border included; pixels and lines without gaps.
  let words: UnsafePointer<UInt32>
  /// From one pixel to the next.
  let pixelWords: Int
  /// From one line to the next.
  let lineWords: Int
  let scale: UnsafePointer<Float>
  let zero: UnsafePointer<Int32>

  /// Rounds a map whose channels fill whole words.
  static func make(
    of x: FeatureMap, padding: Int, _ precision: Precision, _ body: (NarrowMap) -> Void
  ) {
    let (lines, pixels) = (x.height + 2 * padding, x.width + 2 * padding)
    let pixelWords = precision.words(x.channels)
    let lineWords = pixels * pixelWords
    let kernel = precision.kernel
    // Where pixels stand close together a line is one run of numbers.
    let runs = x.pixelStride == x.channels ? 1 : pixels
    let length = pixels * x.channels / runs
    let corner = x.base - padding * (x.lineStride + x.pixelStride)
    arenas.borrow(reserving: lines * lineWords + 16 * lines + 64) { arena in
      let words = arena.words(lines * lineWords)
      let ranges = arena.numbers(16 * lines)
      RowKernels.split(lines, work: 2 * pixels * x.channels) { part in
        for line in part {
          let range = ranges + 16 * line
          range.update(repeating: 0, count: 3)
          for run in 0..<runs {
            ck_range(corner + line * x.lineStride + run * x.pixelStride, length, range)
          }
        }
      }
      for line in 1..<max(1, lines) {
        ranges[0] = min(ranges[0], ranges[16 * line])
        ranges[1] = max(ranges[1], ranges[16 * line + 1])
        // NaN stays what it is in a sum.
        ranges[2] += ranges[16 * line + 2]
      }
      let scale = arena.numbers(1)
      let zero = arena.integers(1)
      ck_scale(ranges, kernel, scale, zero)
      RowKernels.split(lines, work: 2 * pixels * x.channels) { part in
        for line in part {
          for run in 0..<runs {
            ck_round(
              corner + line * x.lineStride + run * x.pixelStride, length, kernel, scale.pointee,
              zero.pointee, words + line * lineWords + run * pixelWords)
          }
        }
      }
      body(
        NarrowMap(
          words: UnsafePointer(words), pixelWords: pixelWords, lineWords: lineWords,
          scale: UnsafePointer(scale), zero: UnsafePointer(zero)))
    }
  }

  /// Makes the map what a product of windows reads.
  func read(into product: inout ck_product, stride: Int, kernel: Int) {
    product.a = UnsafeRawPointer(words).assumingMemoryBound(to: Float.self)
    product.lda = stride * pixelWords
    product.line_a = stride * lineWords
    product.tap_a = lineWords
    product.k = kernel * pixelWords
  }
}
