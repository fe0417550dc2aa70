import CKernels
import Glibc
import Testing

@testable import Tensors

/// Suites of the kernels, on every instruction set.
@Suite("Kernels")
enum KernelTests {}

extension KernelTests {
  @Suite("Rows and elements")
  struct RowKernelTests {
    @Test func layerNorm() {
      for (rows, n) in [(1, 1), (3, 16), (5, 37), (70, 100)] {
        let (x, r) = (uniformTensor([rows, n], seed: 1), uniformTensor([rows, n], seed: 2))
        let (w, b) = (uniformTensor([n], seed: 3).array, uniformTensor([n], seed: 4).array)
        onEveryLevel { level in
          let y = TestMatrix(Tensor([rows, n]))
          RowKernels.layerNorm(
            TestMatrix(x).view, residual: TestMatrix(r).view, weight: FloatBuffer(w),
            bias: FloatBuffer(b), epsilon: 1e-5, into: y.view)
          for i in 0..<rows {
            let row = (0..<n).map { Double(x.array[i * n + $0]) + Double(r.array[i * n + $0]) }
            let mean = row.reduce(0, +) / Double(n)
            let spread = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
            for c in 0..<n {
              let hat = (row[c] - mean) / (spread + 1e-5).squareRoot()
              let expected = hat * Double(w[c]) + Double(b[c])
              #expect(abs(Double(y.view.tensor.array[i * n + c]) - expected) < 2e-5, "\(level)")
            }
          }
        }
      }
    }

    @Test(arguments: [false, true]) func attention(causal: Bool) {
      let (heads, size, lengths) = (3, 11, [1, 40, 7])
      let width = heads * size
      let rows = lengths.reduce(0, +)
      let qkv = uniformTensor([rows, 3 * width], seed: 5)
      onEveryLevel { level in
        let attention = RowKernels.Attention(heads: heads, lengths: lengths, causal: causal)
        let arena = Arena()
        arena.reset(reserving: attention.scratchSize(width: width))
        let scratch = arena.numbers(attention.scratchSize(width: width))
        let (out, again) = (TestMatrix(Tensor([rows, width])), TestMatrix(Tensor([rows, width])))
        var weights = [Float](repeating: 0, count: 3 * heads * 40 * 40)
        attention(TestMatrix(qkv).view, into: out.view, scratch: scratch, weights: &weights)
        attention(TestMatrix(qkv).view, into: again.view, scratch: scratch)
        #expect(out.view.tensor == again.view.tensor)
        var start = 0
        var worst = 0.0
        for (item, n) in lengths.enumerated() {
          for head in 0..<heads {
            for q in 0..<n {
              let seen = causal ? q + 1 : n
              func value(_ row: Int, _ part: Int, _ c: Int) -> Double {
                Double(qkv.array[(start + row) * 3 * width + part * width + head * size + c])
              }
              var p = (0..<seen).map { k in
                exp(
                  (0..<size).reduce(0) { $0 + value(q, 0, $1) * value(k, 1, $1) }
                    / Double(size).squareRoot())
              }
              let total = p.reduce(0, +)
              p = p.map { $0 / total }
              for (k, expected) in p.enumerated() {
                let found = weights[((item * heads + head) * 40 + q) * 40 + k]
                worst = max(worst, abs(Double(found) - expected))
              }
              for c in 0..<size {
                let expected = (0..<seen).reduce(0) { $0 + p[$1] * value($1, 2, c) }
                let found = out.view.tensor.array[(start + q) * width + head * size + c]
                worst = max(worst, abs(Double(found) - expected))
              }
            }
          }
          start += n
        }
        #expect(worst < 1e-5, "\(level)")
      }
    }

    @Test func elements() {
      let x = (-2_000...2_000).map { Float($0) * 0.005 }
      let n = x.count
      func check(
        _ name: String, _ tolerance: Double, _ level: InstructionSet,
        _ kernel: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
        _ function: (Double) -> Double
      ) {
        var y = [Float](repeating: 0, count: n)
        kernel(x, &y)
        var worst = 0.0
        for i in 0..<n {
          let expected = function(Double(x[i]))
          worst = max(worst, abs(Double(y[i]) - expected) / max(1, abs(expected)))
        }
        #expect(worst < tolerance, "\(name) on \(level)")
      }
      onEveryLevel { level in
        check("exp", 3e-7, level, { ck_exp($0, $1, n) }, exp)
        check("tanh", 5e-7, level, { ck_tanh($0, $1, n) }, tanh)
        check("sigmoid", 3e-7, level, { ck_sigmoid($0, $1, n) }, { 1 / (1 + exp(-$0)) })
        check(
          "gelu", 1e-6, level, { ck_activate($0, $1, n, Int32(CK_GELU)) },
          { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) })
        let ones = [Float](repeating: 1, count: n)
        check(
          "the slope of gelu", 1e-6, level, { ck_gelu_gradient($0, ones, $1, n) },
          {
            0.5 * erfc(-$0 / 2.0.squareRoot())
              + $0 * exp(-0.5 * $0 * $0) / (2 * Double.pi).squareRoot()
          })
      }
    }
  }
}
