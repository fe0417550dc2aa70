import Testing

@testable import Tensors

extension KernelTests {
  @Suite("Packed convolutions")
  struct PackedConvolutionTests {
    /// A case: channels in and out, kernel, stride, and the map's size.
    struct Shape: CustomTestStringConvertible {
      let inputs, outputs, kernel, stride, height, width: Int
      var testDescription: String {
        "\(inputs)→\(outputs) \(kernel)×\(kernel)/\(stride) over \(height)×\(width)"
      }
    }

    static let shapes = [
      // Winograd's: even and odd maps, one task and several, more channels out than in.
      Shape(inputs: 16, outputs: 16, kernel: 3, stride: 1, height: 14, width: 14),
      Shape(inputs: 32, outputs: 48, kernel: 3, stride: 1, height: 5, width: 7),
      Shape(inputs: 16, outputs: 32, kernel: 3, stride: 1, height: 1, width: 1),
      Shape(inputs: 16, outputs: 16, kernel: 3, stride: 1, height: 29, width: 31),
      // Windows.
      Shape(inputs: 12, outputs: 20, kernel: 3, stride: 1, height: 9, width: 8),
      Shape(inputs: 16, outputs: 40, kernel: 3, stride: 2, height: 9, width: 12),
      Shape(inputs: 64, outputs: 33, kernel: 1, stride: 1, height: 6, width: 5),
      Shape(inputs: 1024, outputs: 16, kernel: 1, stride: 2, height: 5, width: 4),
      Shape(inputs: 3, outputs: 16, kernel: 7, stride: 2, height: 15, width: 17),
    ]

    private func map(_ numbers: Tensor, border: Int) -> FeatureMap {
      let (channels, height, width) = (numbers.shape[0], numbers.shape[1], numbers.shape[2])
      let buffer = FloatBuffer(
        count: FeatureMap.size(height: height, width: width, channels: channels, border: border))
      let map = FeatureMap(
        buffer.base, height: height, width: width, channels: channels, border: border,
        owner: buffer)
      numbers.array.withUnsafeBufferPointer { $0.baseAddress.map(map.fill(planes:)) }
      return map
    }

    /// Result and largest possible sum of absolute products, channels first.
    private func reference(
      _ x: Tensor, _ w: Tensor, _ shape: Shape, _ residual: Tensor, _ size: (Int, Int)
    ) -> [Double] {
      let padding = shape.kernel / 2
      var result: [Double] = []
      for o in 0..<shape.outputs {
        for row in 0..<size.0 {
          for column in 0..<size.1 {
            var sum = 0.1 * Double(o % 3)
            for c in 0..<shape.inputs {
              for i in 0..<shape.kernel {
                for j in 0..<shape.kernel {
                  let y = row * shape.stride + i - padding
                  let z = column * shape.stride + j - padding
                  guard (0..<shape.height).contains(y), (0..<shape.width).contains(z) else {
                    continue
                  }
                  let weight =
                    w.array[((o * shape.inputs + c) * shape.kernel + i) * shape.kernel + j]
                  sum +=
                    0.5 * Double(weight)
                    * Double(x.array[(c * shape.height + y) * shape.width + z])
                }
              }
            }
            sum += Double(residual.array[(o * size.0 + row) * size.1 + column])
            result.append(max(0, sum))
          }
        }
      }
      return result
    }

    private func run(
      _ shape: Shape, _ precision: Precision, _ x: Tensor, _ w: Tensor, _ residual: Tensor
    ) -> [Float] {
      let convolution = PackedConvolution(
        weight: w, scale: [Float](repeating: 0.5, count: shape.outputs),
        shift: (0..<shape.outputs).map { 0.1 * Float($0 % 3) }, stride: shape.stride,
        padding: shape.kernel / 2, precision: precision)
      let size = convolution.outputSize(height: shape.height, width: shape.width)
      let y = map(Tensor([shape.outputs, size.height, size.width], repeating: .nan), border: 1)
      convolution(
        map(x, border: shape.kernel / 2), into: y, residual: map(residual, border: 0), relu: true)
      var rows = [Float](repeating: 0, count: size.height * size.width * shape.outputs)
      rows.withUnsafeMutableBufferPointer { $0.baseAddress.map(y.copy(to:)) }
      let area = size.height * size.width
      return (0..<shape.outputs).flatMap { o in (0..<area).map { rows[$0 * shape.outputs + o] } }
    }

    @Test(arguments: shapes) func agreeWithThePlainSums(_ shape: Shape) {
      let x = uniformTensor([shape.inputs, shape.height, shape.width], seed: 1)
      let w = uniformTensor(
        [shape.outputs, shape.inputs, shape.kernel, shape.kernel], seed: 2)
      let size = (
        (shape.height - 1) / shape.stride + 1, (shape.width - 1) / shape.stride + 1
      )
      let residual = uniformTensor([shape.outputs, size.0, size.1], seed: 3)
      let expected = reference(x, w, shape, residual, size)
      let length = Double(shape.inputs * shape.kernel * shape.kernel)
      onEveryLevel { level in
        for (precision, step) in [
          (Precision.float32, 3e-6), (.bfloat16, 8e-3), (.int8, 1.2e-2),
        ] {
          let found = run(shape, precision, x, w, residual)
          let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
          #expect(
            found.count == expected.count && worst < step * length.squareRoot(),
            "\(level) \(precision): \(worst)")
        }
      }
    }

    @Test func numbersThatAreNotFiniteSpoilTheWholeMapInLowPrecision() {
      let shape = Self.shapes[0]
      var x = uniformTensor([shape.inputs, shape.height, shape.width], seed: 1)
      let w = uniformTensor([shape.outputs, shape.inputs, 3, 3], seed: 2)
      let residual = Tensor([shape.outputs, shape.height, shape.width])
      x.array[17] = .infinity
      onEveryLevel { level in
        for precision in [Precision.int8, .bfloat16] {
          let found = run(shape, precision, x, w, residual)
          #expect(found.allSatisfy { $0.isNaN }, "\(level) \(precision)")
        }
      }
    }

    @Test func threadsChangeNothing() {
      let shape = Self.shapes[3]
      let x = uniformTensor([shape.inputs, shape.height, shape.width], seed: 1)
      let w = uniformTensor([shape.outputs, shape.inputs, 3, 3], seed: 2)
      let residual = Tensor([shape.outputs, shape.height, shape.width])
      for precision in Precision.allCases {
        let whole = run(shape, precision, x, w, residual)
        // Inside a phase the crew is taken, and everything runs on one thread.
        Parallel.tasks(2) { task, _ in
          if task == 0 { #expect(run(shape, precision, x, w, residual) == whole) }
        }
      }
    }
  }
}
