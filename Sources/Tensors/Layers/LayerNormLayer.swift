/// Normalisation of each vector to mean 0 and variance 1, then `weight` ⊙ x + `bias` (Ba et al.
/// 2016).
package struct LayerNorm: ParameterContainer {
  /// Scale per column, d.
  package var weight: Parameter
  /// Shift per column, d.
  package var bias: Parameter
  /// Added to the variance.
  package let epsilon: Float

  /// Weight 1, bias 0, over vectors of `size` numbers.
  package init(_ size: Int, epsilon: Float, _ source: inout WeightSource) {
    weight = source.constant([size], 1)
    bias = source.constant([size], 0)
    self.epsilon = epsilon
  }

  /// …×D → …×D.
  package func callAsFunction(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.layerNorm(x, weight: tape(weight), bias: tape(bias), epsilon: epsilon)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    visit(prefix + "weight", &weight)
    visit(prefix + "bias", &bias)
  }
}
