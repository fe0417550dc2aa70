/// A stack of LSTM layers, one or two directions, named as in the reference (`weight_ih_l0`,
/// `…_reverse`).
package struct LSTM: ParameterContainer {
  struct Direction: Sendable {
    var weightInput: Parameter
    var weightHidden: Parameter
    var biasInput: Parameter
    var biasHidden: Parameter
  }

  var layers: [[Direction]]
  /// H of one direction.
  package let hidden: Int
  /// Between layers, while training.
  package let dropout: Float

  /// U(±1/√H) weights and biases.
  package init(
    _ inputs: Int, hidden: Int, layers: Int = 1, bidirectional: Bool = true, dropout: Float = 0,
    _ generator: inout SeededGenerator
  ) {
    self.hidden = hidden
    self.dropout = dropout
    let bound = 1 / Float(hidden).squareRoot()
    let count = bidirectional ? 2 : 1
    var built: [[Direction]] = []
    for layer in 0..<layers {
      let width = layer == 0 ? inputs : hidden * count
      var directions: [Direction] = []
      for _ in 0..<count {
        directions.append(
          Direction(
            weightInput: .uniform([4 * hidden, width], bound: bound, &generator),
            weightHidden: .uniform([4 * hidden, hidden], bound: bound, &generator),
            biasInput: .uniform([4 * hidden], bound: bound, &generator),
            biasHidden: .uniform([4 * hidden], bound: bound, &generator)))
      }
      built.append(directions)
    }
    self.layers = built
  }

  /// Lets every layer remember at first: the forget gates begin open, with a bias of 1 (Jozefowicz
  /// et al. 2015), so that what was read first is still known at the end.
  package mutating func rememberAtFirst() {
    for i in layers.indices {
      for j in layers[i].indices where layers[i][j].biasInput.value.count == 4 * hidden {
        for k in hidden..<(2 * hidden) { layers[i][j].biasInput.value.array[k] = 1 }
      }
    }
  }

  /// B×T×I padded sequences → B×T×(H·directions), zeros past each length.
  package func callAsFunction(_ x: Tape.Variable, lengths: [Int], _ tape: Tape) -> Tape.Variable {
    var value = x
    for (i, layer) in layers.enumerated() {
      if i > 0 { value = tape.dropout(value, dropout) }
      value = tape.lstm(
        value, lengths: lengths,
        directions: layer.map {
          Tape.LSTMWeights(
            weightInput: tape($0.weightInput), weightHidden: tape($0.weightHidden),
            biasInput: tape($0.biasInput), biasHidden: tape($0.biasHidden))
        })
    }
    return value
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    for i in layers.indices {
      for j in layers[i].indices {
        let suffix = "_l\(i)" + (j == 1 ? "_reverse" : "")
        visit(prefix + "weight_ih" + suffix, &layers[i][j].weightInput)
        visit(prefix + "weight_hh" + suffix, &layers[i][j].weightHidden)
        visit(prefix + "bias_ih" + suffix, &layers[i][j].biasInput)
        visit(prefix + "bias_hh" + suffix, &layers[i][j].biasHidden)
      }
    }
  }
}
