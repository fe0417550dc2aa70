import CKernels
import Testing

@testable import Tensors

extension KernelTests {
  @Suite("Products of low precision")
  struct LowPrecisionTests {
    static let low: [Precision] = [.int8, .bfloat16]

    func product(_ x: Tensor, _ w: Tensor, _ precision: Precision) -> Tensor {
      let y = TestMatrix(Tensor([x.shape[0], w.shape[0]], repeating: .nan))
      PackedMatrix(w, precision: precision).multiply(TestMatrix(x).view, into: y.view)
      return y.view.tensor
    }

    /// How far a sum may be from the exact one, for half a step of each number.
    func bound(_ x: ArraySlice<Float>, _ w: ArraySlice<Float>, _ precision: Precision) -> Double {
      func most(_ numbers: ArraySlice<Float>) -> Double {
        Double(numbers.map(abs).max() ?? 0)
      }
      let range = Double(max(0, x.max() ?? 0)) - Double(min(0, x.min() ?? 0))
      let widest = most(w)
      let sum = zip(x, w).reduce(0.0) { sum, pair in
        let (a, b) = (abs(Double(pair.0)), abs(Double(pair.1)))
        switch precision {
        case .float32: return sum
        case .bfloat16: return sum + a * b / 128
        case .int8: return sum + range / 510 * b + widest / 254 * a + range / 510 * widest / 254
        }
      }
      return 1.001 * sum + 1e-5
    }

    @Test(arguments: low) func areAsNearAsTheirNumbers(_ precision: Precision) {
      let sizes = [
        (1, 1, 1), (2, 3, 0), (13, 31, 2), (14, 32, 3), (15, 33, 64), (28, 70, 17), (29, 64, 33),
        (7, 1, 200), (3, 100, 2100), (150, 40, 30),
      ]
      onEveryLevel { level in
        for (seed, (m, n, k)) in sizes.enumerated() {
          let x = uniformTensor([m, k], seed: UInt64(seed))
          let w = uniformTensor([n, k], seed: UInt64(100 + seed))
          let found = product(x, w, precision)
          for i in 0..<m {
            for j in 0..<n {
              let (a, b) = (x.array[(i * k)..<(i * k + k)], w.array[(j * k)..<(j * k + k)])
              let exact = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
              let error = abs(Double(found.array[i * n + j]) - exact)
              #expect(
                error <= bound(a, b, precision), "\(level) seed \(seed) \(m)×\(n)×\(k) \(i) \(j)")
            }
          }
        }
      }
    }

    @Test func everyInstructionSetGivesTheSameForBytes() {
      var generator = SeededGenerator(seed: 7, stream: "bytes")
      for turn in 0..<20 {
        let m = 1 + Int(generator.next() % 40)
        let n = 1 + Int(generator.next() % 100)
        let k = 1 + Int(generator.next() % 300)
        let x = uniformTensor([m, k], seed: UInt64(turn))
        let w = uniformTensor([n, k], seed: UInt64(1000 + turn))
        var all: [[Float]] = []
        onEveryLevel { _ in all.append(product(x, w, .int8).array) }
        #expect(Set(all).count == 1, "turn \(turn): \(m)×\(n)×\(k)")
      }
    }

    @Test func roundsToTheSameBfloat16Everywhere() {
      // Ties go to the even neighbour; what is smaller than a normal number to 0.
      let numbers: [(Float, UInt32)] = [
        (1, 0x3F80), (Float(bitPattern: 0x3F80_8000), 0x3F80),
        (Float(bitPattern: 0x3F81_8000), 0x3F82), (Float(bitPattern: 0x3F80_8001), 0x3F81),
        (-2.5, 0xC020), (Float(bitPattern: 1), 0), (Float.greatestFiniteMagnitude, 0x7F80),
      ]
      onEveryLevel { level in
        for (number, expected) in numbers {
          var (word, scale, zero): (UInt32, Float, Int32) = (.max, 0, 0)
          ck_narrow([number], 1, 1, 1, Precision.bfloat16.kernel, &word, 1, &scale, &zero)
          #expect(word == expected && scale == 1, "\(level) \(number)")
        }
      }
    }

    @Test func theLargestBytesOverflowNothing() {
      let depth = 4_608
      let words = depth / 4
      for (a, b) in [(UInt32(0xFFFF_FFFF), UInt32(0x8080_8080)), (0xFFFF_FFFF, 0x7F7F_7F7F)] {
        let (rows, panel) = (
          [UInt32](repeating: a, count: words), [UInt32](repeating: b, count: words * 32)
        )
        let (ones, zeros) = ([Float](repeating: 1, count: 32), [Int32](repeating: 0, count: 32))
        let expected = Float(depth * 255 * Int(Int8(truncatingIfNeeded: b)))
        onEveryLevel { level in
          var result = [Float](repeating: 0, count: 32)
          var low = ck_low()
          var product = ck_product()
          low.precision = Precision.int8.kernel
          rows.withUnsafeBytes { rows in
            panel.withUnsafeBytes { panel in
              ones.withUnsafeBufferPointer { ones in
                zeros.withUnsafeBufferPointer { zeros in
                  result.withUnsafeMutableBufferPointer { result in
                    withUnsafeMutablePointer(to: &low) { low in
                      low.pointee.scale = ones.baseAddress
                      low.pointee.zero = zeros.baseAddress
                      low.pointee.column_scale = ones.baseAddress
                      low.pointee.column_sum = zeros.baseAddress
                      product.a = rows.baseAddress?.assumingMemoryBound(to: Float.self)
                      product.b = panel.baseAddress?.assumingMemoryBound(to: Float.self)
                      product.c = result.baseAddress
                      (product.lda, product.taps, product.k) = (words, 1, words)
                      (product.n, product.ldc) = (32, 32)
                      product.low = UnsafePointer(low)
                      ck_multiply(&product, 0, 1, 0, 1, 0, 1, 1)
                    }
                  }
                }
              }
            }
          }
          #expect(result == [Float](repeating: expected, count: 32), "\(level)")
        }
      }
    }

    @Test(arguments: low) func oddRowsHarmNoOther(_ precision: Precision) {
      let k = 40
      let w = uniformTensor([35, k], seed: 3)
      var x = uniformTensor([8, k], seed: 4)
      func set(_ row: Int, _ column: Int, _ value: Float) { x.array[row * k + column] = value }
      for i in 0..<k { set(0, i, 0) }
      set(1, 7, 1e6)
      set(2, 0, .nan)
      set(3, 39, .infinity)
      set(4, 5, -.infinity)
      for i in 0..<k { set(5, i, 1e-38) }
      set(6, 1, .greatestFiniteMagnitude)
      set(6, 2, -.greatestFiniteMagnitude)
      let bias = [Float](repeating: 0.25, count: 35)
      onEveryLevel { level in
        let y = TestMatrix(Tensor([8, 35]))
        bias.withUnsafeBufferPointer {
          PackedMatrix(w, precision: precision).multiply(
            TestMatrix(x).view, into: y.view, .init(bias: $0.baseAddress, function: .relu))
        }
        let found = y.view.tensor.array
        func row(_ r: Int) -> [Float] { Array(found[(r * 35)..<(r * 35 + 35)]) }
        #expect(row(0) == bias, "\(level): zeros give the bias")
        #expect(row(1).allSatisfy { $0.isFinite }, "\(level): one large number")
        for r in 2...4 {
          #expect(row(r).allSatisfy { $0.isNaN }, "\(level): row \(r), whatever relu")
        }
        #expect(row(5).allSatisfy { abs($0 - 0.25) < 1e-30 + 1e-6 }, "\(level): tiny numbers")
        let alone = product(Tensor([1, k], Array(x.array[(7 * k)...])), w, precision).array
        #expect(row(7) == alone.map { max(0, $0 + 0.25) }, "\(level): the row after them")
      }
    }

    @Test(arguments: low) func neitherRowsNorThreadsChangeARow(_ precision: Precision) {
      let (x, w) = (uniformTensor([200, 300], seed: 9), uniformTensor([500, 300], seed: 10))
      let whole = product(x, w, precision)
      for m in [1, 13, 14, 71, 141] {
        let part = product(Tensor([m, 300], Array(x.array[..<(m * 300)])), w, precision)
        #expect(part.array == Array(whole.array[..<(m * 500)]), "\(m) rows")
      }
      Parallel.tasks(2) { task, _ in
        if task == 0 { #expect(product(x, w, precision) == whole) }
      }
    }

    @Test func nothingIsLowByItself() {
      #expect(Precision.ofOpening == .float32)
      Precision.$ofOpening.withValue(.int8) { #expect(Precision.ofOpening == .int8) }
      #expect(Precision.ofOpening == .float32)
    }
  }
}
