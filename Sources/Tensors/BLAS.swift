import COpenBLAS

/// Matrix products: large ones by our own kernels, the others over OpenBLAS, which runs on one
/// thread.
package enum BLAS {
  /// Keeps OpenBLAS on one thread: its own pool would hold the cores against the screen.
  private static let prepared: Void = openblas_set_num_threads(1)

  /// The kernel that OpenBLAS chose for this CPU, e.g. `Haswell` or `SkylakeX`.
  package static var coreName: String {
    _ = prepared
    return String(cString: openblas_get_corename())
  }

  /// C ← alpha·A·B + beta·C, or + the same bias in every row, with optional transposition;
  /// row-major.
  ///
  /// A is m×k (k×m when `transposeA`), B is k×n (n×k when `transposeB`), C is m×n; `lda`, `ldb`,
  /// `ldc` are row strides in elements.
  /// - Parameter parallel: whether a large product may be cut into row blocks for several cores;
  ///   false where the caller cuts the work itself. The blocks are fixed, so either way the same
  ///   call gives the same bits on every run.
  /// - Parameter packing: whether our own kernels may do it; the same bits with `parallel` or
  ///   without when they may.
  package static func multiply(
    _ a: UnsafePointer<Float>, transposeA: Bool = false, lda: Int,
    _ b: UnsafePointer<Float>, transposeB: Bool = false, ldb: Int,
    into c: UnsafeMutablePointer<Float>, ldc: Int,
    m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0, bias: [Float]? = nil,
    parallel: Bool = true, packing: Bool? = nil
  ) {
    guard m > 0, n > 0 else { return }
    precondition(bias == nil || (beta == 0 && bias?.count == n), "a bias of another width")
    if packing ?? parallel, alpha == 1, beta == 0 || beta == 1, packs(m: m, n: n, k: k) {
      return multiplyPacked(
        Operands(
          a: a, transposeA: transposeA, lda: lda, b: b, transposeB: transposeB, ldb: ldb, c: c,
          ldc: ldc, m: m, n: n, k: k, adds: beta == 1, parallel: parallel), bias)
    }
    let kept = bias == nil ? beta : 1
    if let bias {
      for r in 0..<m { for j in 0..<n { c[r * ldc + j] = bias[j] } }
    }
    _ = prepared
    nonisolated(unsafe) let (a, b, c) = (a, b, c)
    @Sendable func run(_ rows: Range<Int>) {
      cblas_sgemm(
        CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
        transposeB ? CblasTrans : CblasNoTrans, blasint(rows.count), blasint(n), blasint(k), alpha,
        a + (transposeA ? rows.lowerBound : rows.lowerBound * lda), blasint(lda), b, blasint(ldb),
        kept, c + rows.lowerBound * ldc, blasint(ldc))
    }
    // Below about two million multiplications the hand-over costs more than it gains.
    if !parallel || m * n * k < 2_000_000 || m < 32 {
      run(0..<m)
    } else {
      Parallel.blocks(of: m, into: m >= 512 ? 4 : 2) { _, rows in run(rows) }
    }
  }
}
