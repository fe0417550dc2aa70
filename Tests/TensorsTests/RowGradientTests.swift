import Testing

@testable import Tensors

@Suite("Gradients of tables, by rows")
struct RowGradientTests {
  struct Table: ParameterContainer {
    var table: Parameter

    mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
      visit(prefix + "table", &table)
    }
  }

  /// Steps over a table of which each step uses some rows; `dense` makes the gradient whole.
  func train(
    _ rule: Optimizer.Rule, clip: Float?, dense: Bool, resumed: Bool = false
  ) -> Tensor {
    var model = Table(table: Parameter(uniformTensor([2_000, 300], seed: 1)))
    model.indexParameters()
    var optimizer = Optimizer(rule, clipNorm: clip)
    var generator = SeededGenerator(seed: 2)
    for step in 0..<5 {
      let indices = (0..<40).map { _ in generator.index(below: 60) * 31 - 1 }
      let tape = Tape(recording: true)
      let table = tape(model.table)
      var x = tape.gather(table, indices, shape: [40])
      // A table that something else uses too has a whole gradient.
      if dense {
        x = tape.add(x, tape.scale(tape.reshape(table, [50, 40, 300]), by: 0).first(tape))
      }
      tape.backward(from: tape.sum(tape.multiply(x, x)))
      optimizer.step(&model, tape) { _ in 0.01 }
      if resumed, step == 2 {
        let checkpoint = optimizer.checkpoint
        optimizer = Optimizer(rule, clipNorm: clip)
        optimizer.restore(checkpoint)
      }
    }
    return model.table.value
  }

  @Test(arguments: [
    Optimizer.Rule.sgd, .adam, .adamW(decay: 0.1), .adamWNoBias(decay: 0.1), .bertAdam(decay: 0),
  ])
  func sameAsWhole(rule: Optimizer.Rule) {
    for clip in [nil, Float(0.5)] {
      let rows = train(rule, clip: clip, dense: false)
      #expect(difference(rows, train(rule, clip: clip, dense: true)) < 1e-6)
      #expect(train(rule, clip: clip, dense: false, resumed: true) == rows)
    }
  }
}

extension Tape.Variable {
  /// The first of a stack of matrices.
  fileprivate func first(_ tape: Tape) -> Tape.Variable {
    let shape = tape.shape(self)
    return tape.gather(
      tape.reshape(self, [shape[0], shape[1] * shape[2]]), [0], shape: [1]
    )
    .reshaped(tape, [shape[1], shape[2]])
  }

  fileprivate func reshaped(_ tape: Tape, _ shape: [Int]) -> Tape.Variable {
    tape.reshape(self, shape)
  }
}
