/// Where a new model's first weights come from: drawn at random, or left out because a checkpoint
/// is about to fill them in.
///
/// Without it, loading a large checkpoint would first draw, and hold, as many random numbers.
package struct WeightSource: Sendable {
  /// The generator behind random weights, at its current place; nil for hollow ones.
  package private(set) var generator: SeededGenerator?

  /// Weights drawn from a generator that goes on from where it is; without one, hollow ones.
  package init(generator: SeededGenerator?) {
    self.generator = generator?.isHollow == true ? nil : generator
  }

  /// Weights drawn from a generator.
  package static func random(seed: UInt64) -> WeightSource {
    WeightSource(generator: SeededGenerator(seed: seed))
  }

  /// Weights that have their shape but hold no number. The model must be filled before it is used.
  package static let hollow = WeightSource(generator: nil)

  /// Normal with mean 0.
  package mutating func normal(_ shape: [Int], deviation: Float) -> Parameter {
    guard var source = generator else { return Parameter(Tensor(hollow: shape)) }
    let parameter = Parameter.normal(shape, deviation: deviation, &source)
    generator = source
    return parameter
  }

  /// Uniform in ±bound.
  package mutating func uniform(_ shape: [Int], bound: Float) -> Parameter {
    guard var source = generator else { return Parameter(Tensor(hollow: shape)) }
    let parameter = Parameter.uniform(shape, bound: bound, &source)
    generator = source
    return parameter
  }

  /// The same number everywhere; `trainable` is false for buffers such as running statistics.
  package func constant(_ shape: [Int], _ value: Float, trainable: Bool = true) -> Parameter {
    let tensor = generator == nil ? Tensor(hollow: shape) : Tensor(shape, repeating: value)
    return Parameter(tensor, trainable: trainable)
  }
}

extension Linear {
  /// N(0, deviation²) weights and zero biases, as BERT and its relatives start.
  package init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, deviation: Float,
    _ source: inout WeightSource
  ) {
    self.init(
      weight: source.normal([outputs, inputs], deviation: deviation),
      bias: bias ? source.constant([outputs], 0) : nil)
  }

  /// A layer of given parameters: `weight` O×I, `bias` O.
  package init(weight: Parameter, bias: Parameter?) {
    self.weight = weight
    self.bias = bias
  }
}

extension Embedding {
  /// A table of `count` vectors of `size` numbers, N(0, deviation²).
  package init(_ count: Int, _ size: Int, deviation: Float, _ source: inout WeightSource) {
    weight = source.normal([count, size], deviation: deviation)
  }
}

extension NormalizedConvolution {
  /// Kaiming-normal (fan out) kernels; padding is half the kernel.
  package init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, _ source: inout WeightSource
  ) {
    let deviation = (2 / Float(outputs * kernel * kernel)).squareRoot()
    weight = source.normal([outputs, inputs, kernel, kernel], deviation: deviation)
    scale = source.constant([outputs], 1)
    shift = source.constant([outputs], 0)
    runningMean = source.constant([outputs], 0, trainable: false)
    runningVariance = source.constant([outputs], 1, trainable: false)
    self.stride = stride
    padding = kernel / 2
  }
}

extension NormalizedConvolution {
  /// The kernels O×C×k×k and, per output, the batch norm's scale, shift and running statistics, for
  /// code that folds them into one convolution.
  package var parts: (weight: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor)
  {
    (weight.value, scale.value, shift.value, runningMean.value, runningVariance.value)
  }

  /// Pixels between outputs, and zeros around the input.
  package var geometry: (stride: Int, padding: Int) { (stride, padding) }
}
