/// Normalisation of each vector to mean 0 and variance 1, then `weight` ⊙ x + `bias` (Ba et al.
/// 2016).
public struct LayerNorm: ParameterContainer {
  /// Scale per column, d.
  public var weight: Parameter
  /// Shift per column, d.
  public var bias: Parameter
  /// Added to the variance.
  public let epsilon: Float

  /// Weight 1, bias 0, over vectors of `size` numbers.
  public init(_ size: Int, epsilon: Float, _ source: inout WeightSource) {
    weight = source.constant([size], 1)
    bias = source.constant([size], 0)
    self.epsilon = epsilon
  }

  /// …×D → …×D.
  public func callAsFunction(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.layerNorm(x, weight: tape(weight), bias: tape(bias), epsilon: epsilon)
  }

  public mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    visit(prefix + "weight", &weight)
    visit(prefix + "bias", &bias)
  }
}
