import COpenBLAS

/// The two products that the discriminator needs, over single-threaded BLAS.
///
/// One BLAS thread and fixed shapes make every result independent of the machine's load; what runs
/// in parallel is decided by the caller, in fixed blocks.
enum Matmul {
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// C[m, n] = A[m, k] · B[n, k]ᵀ, all row-major; `strideC` is the distance between rows of C.
  static func timesTransposed(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
    m: Int, n: Int, k: Int, strideC: Int
  ) {
    _ = singleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(k), b,
      Int32(k), 0, c, Int32(strideC))
  }

  /// C[m, n] = A[k, m]ᵀ · B[k, n], all row-major; `strideA` is the distance between rows of A.
  static func transposedTimes(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
    m: Int, n: Int, k: Int, strideA: Int
  ) {
    _ = singleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(strideA),
      b, Int32(n), 0, c, Int32(n))
  }
}
