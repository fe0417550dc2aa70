import Tensors
import Testing

@testable import Encoders

@Suite(
  "ViT parity with the reference",
  .enabled(if: ParityFixture.isPresent("vit"), "../shared/fixtures/vit is absent"))
struct ViTParityTests {
  @Test func everyValue() throws {
    let fixture = try ParityFixture("vit")
    let model = try EncoderFolder(fixture.folder).loadViT()
    let (tape, watch) = (Tape(), AttentionWatch())
    let pixels = tape.constant(try fixture.io.tensor("in.pixel_values"))
    let output = try model(pixels, tape, watch)
    try fixture.expect(tape[output.last], "out.last_hidden_state")
    try fixture.expect(tape[#require(output.pooled)], "out.pooler_output")
    try fixture.expect(stacked: watch.weights, "out.attentions")
  }

  @Test func picturesOfAnotherSizeAreRefused() throws {
    let model = try EncoderFolder(ParityFixture("vit").folder).loadViT()
    let tape = Tape()
    let pixels = tape.constant(Tensor([1, 3, 8, 8]))
    #expect(throws: EncoderInputError.self) { try model(pixels, tape) }
  }
}
