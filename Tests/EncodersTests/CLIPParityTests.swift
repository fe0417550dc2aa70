import Foundation
import Tensors
import Testing

@testable import Encoders

@Suite(
  "CLIP parity with the reference",
  .enabled(if: ParityFixture.isPresent("clip"), "../shared/fixtures/clip is absent"))
struct CLIPParityTests {
  @Test func everyValue() throws {
    let fixture = try ParityFixture("clip")
    let model = try EncoderFolder(fixture.folder).loadCLIP()
    let tape = Tape()
    let (textWatch, pictureWatch) = (AttentionWatch(), AttentionWatch())
    let text = try model.text(fixture.batch(), tape, textWatch)
    let pixels = tape.constant(try fixture.io.tensor("in.pixel_values"))
    let picture = try model.vision(pixels, tape, pictureWatch)
    try fixture.expect(tape[text.last], "out.text_last_hidden_state")
    try fixture.expect(tape[picture.last], "out.vision_last_hidden_state")
    try fixture.expect(stacked: textWatch.weights, "out.text_attentions")
    try fixture.expect(stacked: pictureWatch.weights, "out.vision_attentions")
    let textVectors = model.textVectors(try #require(text.pooled), tape)
    let pictureVectors = model.pictureVectors(try #require(picture.pooled), tape)
    try fixture.expect(tape[textVectors], "out.text_embeds")
    try fixture.expect(tape[pictureVectors], "out.image_embeds")
    let logits = model.logits(pictures: pictureVectors, texts: textVectors, tape)
    try fixture.expect(tape[logits], "out.logits_per_image")
  }

  @Test func oneTowerAlone() throws {
    let fixture = try ParityFixture("clip")
    let folder = try EncoderFolder(fixture.folder)
    let tape = Tape()
    let text = try folder.loadCLIPText()(fixture.batch(), tape)
    try fixture.expect(tape[text.last], "out.text_last_hidden_state")
    let pixels = tape.constant(try fixture.io.tensor("in.pixel_values"))
    let picture = try folder.loadCLIPVision()(pixels, tape)
    try fixture.expect(tape[picture.last], "out.vision_last_hidden_state")
  }

  @Test func oldFoldersAreReadAtTheLargestId() {
    var sizes = CLIPTextConfiguration(
      stack: TransformerConfiguration(
        hiddenSize: 4, layers: 1, heads: 1, intermediateSize: 4, activation: .quickGELU,
        norm: .pre, epsilon: 1e-5, names: .clip),
      vocabulary: 50, positions: 8, endOfText: 2)
    let batch = TextBatch([[48, 2, 7, 49], [48, 49, 49]], padding: 49)
    #expect(sizes.readPositions(batch) == [3, 1])
    sizes.endOfText = 7
    #expect(sizes.readPositions(batch) == [2, 0])
  }
}
