import CKernels

/// The matrix of a linear layer or convolution, laid out once for the product kernels: panels of
/// 32 outputs, each with all inputs one after the other.
package struct PackedMatrix: Sendable {
  /// K, length of the sums.
  package let inputs: Int
  /// N.
  package let outputs: Int
  /// What its products are computed in.
  package let precision: Precision
  /// Numbers, or words of several where the precision is low.
  let buffer: FloatBuffer
  /// int8: the scale of each output, and the sum of its bytes (32-bit integers).
  let scales: FloatBuffer
  let sums: FloatBuffer

  /// Panels of 32 outputs.
  var panels: Int { (outputs + Int(CK_PANEL) - 1) / Int(CK_PANEL) }

  /// A matrix of zeros, to be filled with `pack`.
  package init(outputs: Int, inputs: Int) {
    self.init(outputs: outputs, inputs: inputs, precision: .float32)
  }

  private init(outputs: Int, inputs: Int, precision: Precision) {
    self.inputs = inputs
    self.outputs = outputs
    self.precision = precision
    buffer = FloatBuffer(count: ck_packed_size(outputs, precision.words(inputs)))
    let wide = precision == .int8 ? ck_packed_size(outputs, 1) : 0
    scales = FloatBuffer(count: wide)
    sums = FloatBuffer(count: wide)
  }

  /// Packs a weight O×I as checkpoints hold it.
  package init(
    weight: UnsafePointer<Float>, outputs: Int, inputs: Int, precision: Precision = .float32
  ) {
    self.init(outputs: outputs, inputs: inputs, precision: precision)
    if precision == .float32 {
      pack(weight, stride: inputs, transposed: true)
    } else {
      packLow(weight)
      Precision.Census.current?.count(outputs * inputs)
    }
  }

  /// Packs a weight O×I as checkpoints hold it.
  package init(_ weight: Tensor, precision: Precision = .float32) {
    let inputs = weight.shape.dropFirst().reduce(1, *)
    self.init(
      weight: weight.array, outputs: weight.shape.first ?? 1, inputs: inputs, precision: precision)
  }

  /// Packs several weights O×I with the same inputs as one, their outputs side by side.
  package init(joining weights: [Tensor], precision: Precision = .float32) {
    let inputs = weights.first?.shape.last ?? 0
    precondition(
      weights.allSatisfy { $0.shape.count == 2 && $0.shape[1] == inputs },
      "cannot join \(weights.map(\.shape))")
    self.init(
      Tensor([weights.reduce(0) { $0 + $1.shape[0] }, inputs], weights.flatMap(\.array)),
      precision: precision)
  }

  /// Fills the matrix from I×O numbers, or O×I `transposed`, rows `stride` apart.
  func pack(_ source: UnsafePointer<Float>, stride: Int, transposed: Bool) {
    let target = buffer.base
    let chunk = 4
    let (panels, outputs, inputs) = (panels, outputs, inputs)
    Parallel.tasks((panels + chunk - 1) / chunk) { task, _ in
      ck_pack(
        source, stride, transposed ? 1 : 0, outputs, inputs, task * chunk,
        min(panels, (task + 1) * chunk), target)
    }
  }
}

extension PackedMatrix {
  /// The function of a finished number.
  package enum Function: Int32, Sendable, Hashable {
    case identity
    /// max(0, x).
    case relu
    /// x Φ(x), by the error function.
    case gelu
    /// x Φ(x), approximated with a hyperbolic tangent.
    case geluTanh
    /// x / (1 + exp(−1.702 x)).
    case quickGELU
    case tanh
  }

  /// What is added and applied to a product.
  package struct Finish {
    /// One number per output.
    package var bias: UnsafePointer<Float>?
    /// Added before the function; as large as the result, and not the same memory.
    package var residual: MatrixView?
    /// Applied to each sum last.
    package var function: Function

    /// What follows a product.
    package init(
      bias: UnsafePointer<Float>? = nil, residual: MatrixView? = nil,
      function: Function = .identity
    ) {
      self.bias = bias
      self.residual = residual
      self.function = function
    }
  }

  /// y ← function(x · W + bias + residual): x is M×I, y M×O.
  ///
  /// The order of every sum is fixed: results do not depend on threads, nor on which other rows are
  /// there.
  package func multiply(_ x: MatrixView, into y: MatrixView, _ finish: Finish = Finish()) {
    precondition(
      x.columns == inputs && y.columns == outputs && x.rows == y.rows,
      "\(x.rows)×\(x.columns) times \(inputs)×\(outputs) into \(y.rows)×\(y.columns)")
    var product = ck_product()
    product.taps = 1
    product.b = UnsafePointer(buffer.base)
    product.n = outputs
    product.c = y.base
    product.ldc = y.stride
    product.bias = finish.bias
    if let residual = finish.residual {
      product.residual = UnsafePointer(residual.base)
      product.ld_residual = residual.stride
    }
    product.activation = finish.function.rawValue
    withExtendedLifetime((x, y, finish)) {
      guard precision == .float32 else { return multiplyLow(x, product) }
      product.a = UnsafePointer(x.base)
      product.lda = x.stride
      product.k = inputs
      Products.run(product, rows: x.rows)
    }
  }
}

/// How products are cut into tasks.
enum Products {
  /// Rows that are worked through panel by panel: their part of A stays in the second-level cache.
  private static let mostRows = 140
  /// Numbers of K up to which that holds when the kernel does all of K at once.
  private static let mostDepth = 1024
  /// Multiplications of a task, at least: about 10 µs.
  private static let leastWork = 1_000_000

  /// Runs a product of one line.
  static func run(_ product: ck_product, rows: Int) {
    guard rows > 0, product.n > 0 else { return }
    let panels = (Int(product.n) + Int(CK_PANEL) - 1) / Int(CK_PANEL)
    let depth = Int(product.taps * product.k)
    let most = product.low != nil && depth > mostDepth ? mostRows / 2 : mostRows
    let blocks = (rows + most - 1) / most
    let height = (rows + blocks - 1) / blocks
    let work = max(1, height * Int(CK_PANEL) * depth)
    // Large enough to be worth a hand-over, small enough that no thread waits long for another.
    let chunk = min(panels, max(1, leastWork / work, panels * blocks / 32))
    let chunks = (panels + chunk - 1) / chunk
    withUnsafePointer(to: product) { product in
      nonisolated(unsafe) let product = product
      Parallel.tasks(blocks * chunks) { task, next in
        let (block, first) = (task / chunks, task % chunks * chunk)
        ck_multiply(
          product, 0, 1, block * height, min(rows, (block + 1) * height), first,
          min(panels, first + chunk), next < 0 ? panels : next % chunks * chunk)
      }
    }
  }
}
