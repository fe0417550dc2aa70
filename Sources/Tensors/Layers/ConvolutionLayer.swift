/// A convolution without bias followed by batch norm: `convolution.weight`, `normalization.*`,
/// named as the ResNet checkpoints of Hugging Face name them.
package struct NormalizedConvolution: ParameterContainer {
  var weight: Parameter
  var scale: Parameter
  var shift: Parameter
  var runningMean: Parameter
  var runningVariance: Parameter
  let stride: Int
  let padding: Int
  static let epsilon: Float = 1e-5
  /// Whether batch norm uses the batch's statistics while training; off for pretrained encoders
  /// (MODELS §2.5).
  package var learnsStatistics = true

  /// Kaiming-normal (fan out) kernels.
  package init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, _ generator: inout SeededGenerator
  ) {
    let deviation = (2 / Float(outputs * kernel * kernel)).squareRoot()
    weight = .normal([outputs, inputs, kernel, kernel], deviation: deviation, &generator)
    scale = .ones(outputs)
    shift = .zeros(outputs)
    runningMean = Parameter(Tensor([outputs]), trainable: false)
    runningVariance = Parameter(Tensor([outputs], repeating: 1), trainable: false)
    self.stride = stride
    padding = kernel / 2
  }

  /// B×C×H×W → B×O×H'×W'.
  package func callAsFunction(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    let y = tape.convolution(x, weight: tape(weight), stride: stride, padding: padding)
    let (output, running) = tape.batchNorm(
      y, weight: tape(scale), bias: tape(shift), runningMean: runningMean.value,
      runningVariance: runningVariance.value, epsilon: Self.epsilon, momentum: 0.1,
      useBatch: tape.training && learnsStatistics)
    if let running {
      tape.update(buffer: runningMean, to: running.mean)
      tape.update(buffer: runningVariance, to: running.variance)
    }
    return output
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    visit(prefix + "convolution.weight", &weight)
    visit(prefix + "normalization.weight", &scale)
    visit(prefix + "normalization.bias", &shift)
    visit(prefix + "normalization.running_mean", &runningMean)
    visit(prefix + "normalization.running_var", &runningVariance)
  }
}
