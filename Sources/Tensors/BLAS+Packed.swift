import CKernels

/// Products with our own kernels for matrices that are packed on the way: faster than the library
/// from about a million multiplications on, whatever kernel it has chosen, and cut into tasks that
/// any thread may take.
extension BLAS {
  /// Multiplications from which packing pays.
  private static let leastWork = 500_000
  private static let arenas = ArenaPool()
  /// Rows of A in a task.
  private static let mostRows = 84

  /// The operands of one product; see `multiply`.
  struct Operands {
    let a: UnsafePointer<Float>
    let transposeA: Bool
    let lda: Int
    let b: UnsafePointer<Float>
    let transposeB: Bool
    let ldb: Int
    let c: UnsafeMutablePointer<Float>
    let ldc: Int
    let m: Int
    let n: Int
    let k: Int
    /// C is added to, not replaced.
    let adds: Bool
    /// Whether other threads may help.
    let parallel: Bool

    // The kernels read 14 rows of A at once; rows a multiple of 4 kB apart would share cache sets.
    var copiesA: Bool { transposeA || (lda % 1024 == 0 && k > 16) }
  }

  /// Whether a product of that size is ours.
  static func packs(m: Int, n: Int, k: Int) -> Bool {
    m >= 8 && n >= 16 && k >= 4 && m * n * k >= leastWork
  }

  static func multiplyPacked(_ o: Operands, _ bias: [Float]?) {
    guard let bias else { return multiplyPacked(o, bias: nil) }
    bias.withUnsafeBufferPointer { multiplyPacked(o, bias: $0.baseAddress) }
  }

  private static func multiplyPacked(_ o: Operands, bias: UnsafePointer<Float>?) {
    let panels = (o.n + Int(CK_PANEL) - 1) / Int(CK_PANEL)
    let blocks = (o.m + mostRows - 1) / mostRows
    let height = (o.m + blocks - 1) / blocks
    // Few blocks are cut across too, so that there are tasks for all threads.
    let chunks = min(panels, max(1, 12 / blocks))
    let chunk = (panels + chunks - 1) / chunks
    let tasks = blocks * ((panels + chunk - 1) / chunk)
    let copy = o.copiesA ? (height + 15) / 16 * 16 * o.k : 0
    let packed = ck_packed_size(o.n, o.k)
    func share(_ count: Int, _ body: (Int) -> Void) {
      if o.parallel {
        Parallel.tasks(count) { task, _ in body(task) }
      } else {
        for task in 0..<count { body(task) }
      }
    }
    arenas.borrow(reserving: packed + tasks * copy + 16) { arena in
      let b = arena.numbers(packed)
      let copies = arena.numbers(tasks * copy)
      let part = (panels + 7) / 8
      share((panels + part - 1) / part) { task in
        ck_pack(
          o.b, o.ldb, o.transposeB ? 1 : 0, o.n, o.k, task * part,
          min(panels, (task + 1) * part), b)
      }
      share(tasks) { task in
        let (block, first) = (task % blocks, task / blocks * chunk)
        let row = block * height
        let rows = min(o.m, row + height) - row
        guard rows > 0 else { return }
        var product = ck_product()
        product.taps = 1
        product.k = o.k
        product.b = UnsafePointer(b)
        product.n = o.n
        product.c = o.c + row * o.ldc
        product.ldc = o.ldc
        product.accumulate = o.adds ? 1 : 0
        product.bias = bias
        if o.copiesA {
          let own = copies + task * copy
          let stride = (rows + 15) / 16 * 16
          if o.transposeA {
            for i in 0..<o.k {
              (own + i * stride).update(from: o.a + i * o.lda + row, count: rows)
            }
          } else {
            for i in 0..<o.k {
              for r in 0..<rows { own[i * stride + r] = o.a[(row + r) * o.lda + i] }
            }
          }
          product.a = UnsafePointer(own)
          product.lda = stride
          product.a_by_columns = 1
        } else {
          product.a = o.a + row * o.lda
          product.lda = o.lda
        }
        ck_multiply(&product, 0, 1, 0, rows, first, min(panels, first + chunk), panels)
      }
    }
  }
}
