import Foundation
import Tensors
import Testing

@testable import Encoders

@Suite("BERT and RoBERTa parity with the reference")
struct BERTParityTests {
  @Test(.enabled(if: ParityFixture.isPresent("bert"), "../shared/fixtures/bert is absent"))
  func everyValueOfBERT() throws {
    let fixture = try ParityFixture("bert")
    let model = try EncoderFolder(fixture.folder).loadBERT()
    let (tape, watch) = (Tape(), AttentionWatch())
    let output = try model(fixture.batch(), tape, watch)
    try fixture.expect(tape[output.last], "out.last_hidden_state")
    try fixture.expect(tape[#require(output.pooled)], "out.pooler_output")
    try fixture.expect(stacked: watch.weights, "out.attentions")
    try fixture.expect(stacked: output.hidden.map { tape[$0] }, "out.hidden_states")
  }

  @Test(.enabled(if: ParityFixture.isPresent("roberta"), "../shared/fixtures/roberta is absent"))
  func everyValueOfRoBERTa() throws {
    let fixture = try ParityFixture("roberta")
    let model = try EncoderFolder(fixture.folder).loadBERT()
    let (tape, watch) = (Tape(), AttentionWatch())
    let output = try model(fixture.batch(), tape, watch)
    try fixture.expect(tape[output.last], "out.last_hidden_state")
    try fixture.expect(stacked: watch.weights, "out.attentions")
  }

  @Test(
    .enabled(
      if: Shared.folder("fixtures/minilm-real") != nil && Shared.folder("models/minilm-l6") != nil,
      "../shared/fixtures/minilm-real or ../shared/models/minilm-l6 is absent"))
  func realWeightsOnRealPosts() throws {
    let io = try Safetensors(
      path: #require(Shared.folder("fixtures/minilm-real")) + "/io.safetensors")
    let model = try EncoderFolder(#require(Shared.folder("models/minilm-l6"))).loadBERT()
    let shape = try #require(io.entries["in.input_ids"]?.shape)
    let batch = TextBatch(
      ids: try io.integers("in.input_ids"), count: shape[0], length: shape[1],
      mask: try io.integers("in.attention_mask").map { $0 == 1 })
    let tape = Tape()
    let output = try model(batch, tape)
    let (error, limit) = compare(
      tape[output.last].array, try io.tensor("out.last_hidden_state").array)
    #expect(error <= limit)
  }
}

/// The same model in files of `torch.save`, which `make parity` writes where PyTorch is installed.
@Suite("Parity out of pytorch_model.bin")
struct BERTPickleParityTests {
  @Test(
    .enabled(
      if: ParityFixture.isPresent("bert-zip"), "no files of torch.save; make parity makes them"),
    arguments: ["bert-zip", "bert-plain", "bert-turned", "bert-parameters"])
  func everyWayOfSaving(_ name: String) throws {
    let fixture = try ParityFixture(name)
    let model = try EncoderFolder(fixture.folder).loadBERT()
    let tape = Tape()
    let output = try model(fixture.batch(), tape)
    try fixture.expect(tape[output.last], "out.last_hidden_state")
  }
}
