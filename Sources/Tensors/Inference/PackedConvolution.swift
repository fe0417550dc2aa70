import CKernels

/// A convolution whose kernels are packed for forward passes over `FeatureMap`s, with what a batch
/// norm after it does already worked in.
package struct PackedConvolution: Sendable {
  /// Channels read.
  package let inputs: Int
  /// Channels written.
  package let outputs: Int
  /// Side of the square window.
  package let kernel: Int
  /// Positions between two windows.
  package let stride: Int
  /// Zeros around the map on each side.
  package let padding: Int
  private let weights: Weights
  let bias: FloatBuffer

  private enum Weights: Sendable {
    case windows(PackedMatrix)
    case winograd(WinogradConvolution)
  }

  /// Packs kernels O×C×k×k, each output's numbers times `scale` and `shift` added to its sum.
  ///
  /// - Parameter precision: float32 where the channels fill no words.
  package init(
    weight: Tensor, scale: [Float], shift: [Float], stride: Int, padding: Int,
    precision: Precision = .float32
  ) {
    let shape = weight.shape
    precondition(
      shape.count == 4 && shape[2] == shape[3] && scale.count == shape[0]
        && shift.count == shape[0], "kernels of shape \(shape)")
    (outputs, inputs, kernel) = (shape[0], shape[1], shape[2])
    self.stride = stride
    self.padding = padding
    bias = FloatBuffer(shift)
    guard
      precision != .float32
        || !WinogradConvolution.suits(
          inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding)
    else {
      weights = .winograd(WinogradConvolution(weight, scale: scale))
      return
    }
    let (count, area) = (shape[1], shape[2] * shape[2])
    var ordered = [Float](repeating: 0, count: weight.count)
    for o in 0..<shape[0] {
      for c in 0..<count {
        for p in 0..<area {
          // Channels innermost, as pixels hold them.
          ordered[(o * area + p) * count + c] = weight.array[(o * count + c) * area + p] * scale[o]
        }
      }
    }
    weights = .windows(
      PackedMatrix(
        weight: ordered, outputs: shape[0], inputs: count * area,
        precision: count % 4 == 0 ? precision : .float32))
  }

  /// Height and width of the result.
  package func outputSize(height: Int, width: Int) -> (height: Int, width: Int) {
    (
      (height + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1
    )
  }

  /// y ← x ∗ W + bias + residual, then relu where wanted. `residual` is as large as `y` and other
  /// memory.
  package func callAsFunction(
    _ x: FeatureMap, into y: FeatureMap, residual: FeatureMap? = nil, relu: Bool
  ) {
    let size = outputSize(height: x.height, width: x.width)
    precondition(
      x.channels == inputs && y.channels == outputs && x.border >= padding
        && y.height == size.height && y.width == size.width
        && (kernel == 1 || x.pixelStride == inputs), "a convolution over maps of other sizes")
    if let residual {
      precondition(
        residual.channels == outputs && residual.height == y.height && residual.width == y.width)
    }
    switch weights {
    case .windows(let matrix): multiply(matrix, x, into: y, residual: residual, relu: relu)
    case .winograd(let convolution):
      convolution(x, into: y, bias: bias, residual: residual, relu: relu)
    }
  }

  private func multiply(
    _ matrix: PackedMatrix, _ x: FeatureMap, into y: FeatureMap, residual: FeatureMap?, relu: Bool
  ) {
    var product = ck_product()
    product.taps = kernel
    product.b = UnsafePointer(matrix.buffer.base)
    product.n = outputs
    product.c = y.base
    product.ldc = y.pixelStride
    product.line_c = y.lineStride
    product.bias = UnsafePointer(bias.base)
    if let residual {
      product.residual = UnsafePointer(residual.base)
      product.ld_residual = residual.pixelStride
      product.line_residual = residual.lineStride
    }
    product.activation = (relu ? PackedMatrix.Function.relu : .identity).rawValue
    let isOneLine = kernel == 1 && stride == 1 && y.isPlain && residual?.isPlain ?? true
    withExtendedLifetime((x, y, residual)) {
      guard matrix.precision == .float32 else {
        return NarrowMap.make(of: x, padding: padding, matrix.precision) { map in
          map.read(into: &product, stride: stride, kernel: kernel)
          matrix.withLow(scale: map.scale, zero: map.zero, of: 0) { low in
            product.low = low
            run(product, over: y, isOneLine: isOneLine)
          }
        }
      }
      product.a = UnsafePointer(x.base - padding * (x.lineStride + x.pixelStride))
      product.lda = stride * x.pixelStride
      product.line_a = stride * x.lineStride
      product.tap_a = x.lineStride
      product.k = kernel * inputs
      run(product, over: y, isOneLine: isOneLine && x.isPlain)
    }
  }

  private func run(_ product: ck_product, over y: FeatureMap, isOneLine: Bool) {
    if isOneLine {
      Products.run(product, rows: y.height * y.width)
    } else {
      Products.run(product, lines: y.height, rows: y.width)
    }
  }
}

extension PackedConvolution {
  /// A convolution with its batch norm, by the running statistics.
  package init(_ layer: NormalizedConvolution, precision: Precision = .float32) {
    let scale = zip(layer.scale.value.array, layer.runningVariance.value.array)
      .map { $0 / ($1 + NormalizedConvolution.epsilon).squareRoot() }
    let shift = zip(layer.shift.value.array, zip(layer.runningMean.value.array, scale))
      .map { $0 - $1.0 * $1.1 }
    self.init(
      weight: layer.weight.value, scale: scale, shift: shift, stride: layer.stride,
      padding: layer.padding, precision: precision)
  }
}

extension Products {
  /// Runs a product of several lines: some lines and some panels in each task.
  static func run(_ product: ck_product, lines: Int, rows: Int) {
    guard rows > 0, lines > 0, product.n > 0 else { return }
    let panels = (Int(product.n) + Int(CK_PANEL) - 1) / Int(CK_PANEL)
    // Weights that are larger than the map are read once, by one thread; else the map's lines are
    // shared out.
    let depth = Int(product.taps * product.k)
    let blocks = panels >= 8 ? 1 : max(1, min(16, lines / 2))
    let height = (lines + blocks - 1) / blocks
    let work = max(1, height * rows * Int(CK_PANEL) * depth)
    let chunk = min(panels, max(1, 1_000_000 / work, panels / 32))
    let chunks = (panels + chunk - 1) / chunk
    withUnsafePointer(to: product) { product in
      nonisolated(unsafe) let product = product
      Parallel.tasks(blocks * chunks) { task, next in
        let (block, first) = (task / chunks, task % chunks * chunk)
        ck_multiply(
          product, min(lines, block * height), min(lines, (block + 1) * height), 0, rows, first,
          min(panels, first + chunk), next < 0 ? panels : next % chunks * chunk)
      }
    }
  }
}
