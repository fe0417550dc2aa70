import Glibc
import Testing

@testable import Tensors

/// Runs a body on every instruction set of this CPU.
func onEveryLevel(_ body: (InstructionSet) throws -> Void) rethrows {
  for level in InstructionSet.allCases where level <= .widest {
    try level.use { try body(level) }
  }
}

/// A matrix in an arena of its own.
struct TestMatrix {
  let arena = Arena()
  let view: MatrixView

  init(_ tensor: Tensor) {
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    arena.reset(reserving: Arena.size(rows: rows, columns: columns))
    view = arena.matrix(rows: rows, columns: columns)
    for r in 0..<rows {
      for c in 0..<columns { view.base[r * view.stride + c] = tensor.array[r * columns + c] }
    }
  }
}

/// A tensor of numbers in ±1.
func uniformTensor(_ shape: [Int], seed: UInt64) -> Tensor {
  var generator = SeededGenerator(seed: seed)
  return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in generator.uniform(-1, 1) })
}

extension KernelTests {
  @Suite("Packed products")
  struct PackedMatrixTests {
    /// x · Wᵀ in double precision, W O×I.
    func reference(_ x: Tensor, _ w: Tensor) -> [Double] {
      let (m, k, n) = (x.shape[0], x.shape[1], w.shape[0])
      var result = [Double](repeating: 0, count: m * n)
      for i in 0..<m {
        for j in 0..<n {
          var sum = 0.0
          for l in 0..<k { sum += Double(x.array[i * k + l]) * Double(w.array[j * k + l]) }
          result[i * n + j] = sum
        }
      }
      return result
    }

    @Test func agreeWithThePlainProduct() {
      let sizes = [
        (1, 1, 1), (2, 3, 0), (13, 31, 1), (14, 32, 5), (15, 33, 64), (28, 70, 17), (29, 64, 33),
        (70, 96, 40), (7, 1, 200), (3, 100, 2100), (150, 40, 30), (300, 65, 9),
      ]
      onEveryLevel { level in
        for (m, n, k) in sizes {
          let (x, w) = (uniformTensor([m, k], seed: 1), uniformTensor([n, k], seed: 2))
          let (a, y) = (TestMatrix(x), TestMatrix(Tensor([m, n], repeating: .nan)))
          PackedMatrix(w).multiply(a.view, into: y.view)
          let expected = reference(x, w)
          let worst = zip(y.view.tensor.array, expected).map { abs(Double($0) - $1) }.max() ?? 0
          #expect(worst < 1e-5 * Double(max(1, k)).squareRoot(), "\(level) \(m)×\(n)×\(k)")
        }
      }
    }

    @Test func everyNumberOfRows() {
      let w = uniformTensor([45, 37], seed: 3)
      let matrix = PackedMatrix(w)
      onEveryLevel { level in
        let all = uniformTensor([70, 37], seed: 4)
        let whole = TestMatrix(Tensor([70, 45]))
        matrix.multiply(TestMatrix(all).view, into: whole.view)
        for m in 1...70 {
          let part = Tensor([m, 37], Array(all.array[..<(m * 37)]))
          let y = TestMatrix(Tensor([m, 45], repeating: .nan))
          matrix.multiply(TestMatrix(part).view, into: y.view)
          // The same bits, whatever stands beside a row.
          #expect(
            y.view.tensor.array == Array(whole.view.tensor.array[..<(m * 45)]), "\(level) \(m)")
        }
      }
    }

    @Test func finishes() {
      let (x, w) = (uniformTensor([17, 20], seed: 5), uniformTensor([43, 20], seed: 6))
      let bias = uniformTensor([43], seed: 7).array
      let residual = uniformTensor([17, 43], seed: 8)
      let sums = reference(x, w)
      let functions: [(PackedMatrix.Function, (Double) -> Double)] = [
        (.identity, { $0 }), (.relu, { max(0, $0) }),
        (.gelu, { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }),
        (.geluTanh, { 0.5 * $0 * (1 + tanh(0.797_884_560_8 * ($0 + 0.044715 * $0 * $0 * $0))) }),
        (.quickGELU, { $0 / (1 + _exp(-1.702 * $0)) }), (.tanh, { tanh($0) }),
      ]
      onEveryLevel { level in
        for (activation, function) in functions {
          let y = TestMatrix(Tensor([17, 43]))
          let other = TestMatrix(residual)
          bias.withUnsafeBufferPointer { bias in
            PackedMatrix(w).multiply(
              TestMatrix(x).view, into: y.view,
              .init(bias: bias.baseAddress, residual: other.view, function: activation))
          }
          let found = y.view.tensor.array
          for i in found.indices {
            let expected = function(sums[i] + Double(bias[i % 43]) + Double(residual.array[i]))
            #expect(abs(Double(found[i]) - expected) < 1e-5, "\(level) \(activation) \(i)")
          }
        }
      }
    }

    @Test func threadsChangeNothing() {
      let (x, w) = (uniformTensor([200, 300], seed: 9), uniformTensor([500, 300], seed: 10))
      let (a, matrix) = (TestMatrix(x), PackedMatrix(w))
      let y = TestMatrix(Tensor([200, 500]))
      matrix.multiply(a.view, into: y.view)
      let z = TestMatrix(Tensor([200, 500]))
      // Inside a phase the crew is taken, and everything runs on one thread.
      Parallel.tasks(2) { task, _ in
        if task == 0 { matrix.multiply(a.view, into: z.view) }
      }
      #expect(y.view.tensor == z.view.tensor)
    }
  }
}
