import Foundation
import Tensors
import Testing

@testable import Encoders

/// BERT with a linear layer over every piece, as the fixture's training has it.
private struct PieceClassifier: ParameterContainer {
  var bert: BERTModel
  var head: Linear

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    bert.visitParameters(prefix, visit)
    head.visitParameters(prefix + "head.", visit)
  }
}

@Suite(
  "BERT training parity with the reference",
  .enabled(
    if: Shared.folder("fixtures/bert-training") != nil, "../shared/fixtures/bert-training is absent"
  ))
struct BERTTrainingTests {
  @Test func gradientsAndThreeSteps() throws {
    let folder = try #require(Shared.folder("fixtures/bert-training"))
    let io = try Safetensors(path: folder + "/io.safetensors")
    let head = Linear(
      weight: Parameter(try io.tensor("in.head.weight")),
      bias: Parameter(try io.tensor("in.head.bias")))
    var model = PieceClassifier(bert: try EncoderFolder(folder).loadBERT(), head: head)
    model.indexParameters()
    let shape = try #require(io.entries["in.input_ids"]?.shape)
    let mask = try io.integers("in.attention_mask").map { $0 == 1 }
    let batch = TextBatch(
      ids: try io.integers("in.input_ids"), count: shape[0], length: shape[1], mask: mask)
    let labels = zip(try io.integers("in.labels"), mask).map { $1 ? $0 : -1 }
    let losses = try io.tensor("out.losses").array
    var optimizer = Optimizer(.adamW(decay: 0.01))
    for step in 0..<3 {
      let tape = Tape(recording: true, training: false)
      let output = try model.bert(batch, tape)
      let loss = tape.crossEntropy(model.head(output.last, tape), targets: labels)
      #expect(abs(tape[loss].item - losses[step]) <= 1e-4 * max(1, losses[step]), "step \(step)")
      tape.backward(from: loss)
      if step == 0 { try checkGradients(model, tape, io) }
      optimizer.step(&model, tape) { _ in 1e-3 }
    }
    var checked = 0
    for (name, value) in model.parameters where io.entries["out.after3." + name] != nil {
      let (error, limit) = compare(value.array, try io.tensor("out.after3." + name).array)
      #expect(error <= limit, "\(name)")
      checked += 1
    }
    #expect(checked == io.names.filter { $0.hasPrefix("out.after3.") }.count)
  }

  private func checkGradients(
    _ model: PieceClassifier, _ tape: Tape, _ io: Safetensors
  ) throws {
    let gradients = tape.parameterGradients
    var checked = 0
    for (slot, (name, _)) in model.parameters.enumerated() where io.entries["grad." + name] != nil {
      let (error, limit) = compare(
        try #require(gradients[slot]), try io.tensor("grad." + name).array)
      #expect(error <= limit, "\(name)")
      checked += 1
    }
    #expect(checked == io.names.filter { $0.hasPrefix("grad.") }.count)
  }
}
