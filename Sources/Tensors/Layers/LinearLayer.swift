/// A fully connected layer: `weight` O×I, `bias` O (absent when built without).
package struct Linear: ParameterContainer {
  /// O×I.
  package var weight: Parameter
  /// O; nil when built without.
  package var bias: Parameter?

  /// U(±1/√I) weights and biases, the reference's default.
  package init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, _ generator: inout SeededGenerator
  ) {
    let bound = 1 / Float(inputs).squareRoot()
    weight = .uniform([outputs, inputs], bound: bound, &generator)
    self.bias = bias ? .uniform([outputs], bound: bound, &generator) : nil
  }

  /// …×I → …×O.
  package func callAsFunction(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.linear(x, weight: tape(weight), bias: bias.map { tape($0) })
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    visit(prefix + "weight", &weight)
    if var b = bias {
      visit(prefix + "bias", &b)
      bias = b
    }
  }
}

/// A table of vectors: `weight` N×D.
package struct Embedding: ParameterContainer {
  /// N×D.
  package var weight: Parameter

  /// N(0, deviation²).
  package init(
    _ count: Int, _ size: Int, deviation: Float = 1, _ generator: inout SeededGenerator
  ) {
    weight = .normal([count, size], deviation: deviation, &generator)
  }

  /// Indices of the given shape → shape×D; −1 gives zeros.
  package func callAsFunction(_ indices: [Int], shape: [Int], _ tape: Tape) -> Tape.Variable {
    tape.gather(tape(weight), indices, shape: shape)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    visit(prefix + "weight", &weight)
  }
}
