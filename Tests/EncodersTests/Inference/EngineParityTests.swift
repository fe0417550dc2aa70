import Tensors
import Testing

@testable import Encoders

@Suite("Engines' parity with the reference")
struct EngineParityTests {
  /// Compares the positions that are no padding; the others are not computed.
  func expect(
    _ found: Tensor, _ fixture: ParityFixture, _ name: String, mask: [Bool]?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var wanted = try fixture.io.tensor(name)
    #expect(found.shape == wanted.shape, "\(name)", sourceLocation: sourceLocation)
    let d = wanted.shape.last ?? 1
    for i in 0..<wanted.count where mask?[i / d] == false { wanted.array[i] = 0 }
    let (error, limit) = compare(found.array, wanted.array)
    #expect(error <= limit, "\(name)", sourceLocation: sourceLocation)
  }

  @Test(
    .enabled(if: ParityFixture.isPresent("bert"), "../shared/fixtures/bert is absent"),
    arguments: ["bert", "roberta"])
  func text(_ name: String) throws {
    let fixture = try ParityFixture(name)
    let batch = try fixture.batch()
    let output = try EncoderFolder(fixture.folder).loadBERTEngine()(batch)
    try expect(output.last, fixture, "out.last_hidden_state", mask: batch.mask)
    if let pooled = output.pooled, name == "bert" {
      try fixture.expect(pooled, "out.pooler_output")
    }
  }

  @Test(.enabled(if: ParityFixture.isPresent("clip"), "../shared/fixtures/clip is absent"))
  func clip() throws {
    let fixture = try ParityFixture("clip")
    let engines = try EncoderFolder(fixture.folder).loadCLIPEngines()
    let batch = try fixture.batch()
    let text = try engines.text(batch)
    let picture = try engines.vision(fixture.io.tensor("in.pixel_values"))
    try expect(text.last, fixture, "out.text_last_hidden_state", mask: batch.mask)
    try fixture.expect(picture.last, "out.vision_last_hidden_state")
    let tape = Tape()
    for (pooled, name) in [(text.pooled, "out.text_embeds"), (picture.pooled, "out.image_embeds")] {
      let unit = tape.normalizeRows(tape.constant(try #require(pooled)))
      try fixture.expect(tape[unit], name)
    }
  }

  @Test(.enabled(if: ParityFixture.isPresent("vit"), "../shared/fixtures/vit is absent"))
  func vit() throws {
    let fixture = try ParityFixture("vit")
    let engine = try EncoderFolder(fixture.folder).loadViTEngine()
    let output = try engine(fixture.io.tensor("in.pixel_values"))
    try fixture.expect(output.last, "out.last_hidden_state")
    try fixture.expect(#require(output.pooled), "out.pooler_output")
  }

  @Test(
    .enabled(
      if: ParityFixture.isPresent("resnet-basic"), "../shared/fixtures/resnet-basic is absent"),
    arguments: ["resnet-basic", "resnet-bottleneck"])
  func resNet(_ name: String) throws {
    let fixture = try ParityFixture(name)
    let engine = try EncoderFolder(fixture.folder).loadResNetEngine()
    let regions = try engine(fixture.io.tensor("in.pixel_values"))
    let wanted = try fixture.io.tensor("out.last_hidden_state")
    let (batch, channels) = (wanted.shape[0], wanted.shape[1])
    let area = wanted.shape[2] * wanted.shape[3]
    var found = Tensor(wanted.shape)
    for i in 0..<batch {
      for p in 0..<area {
        for c in 0..<channels {
          found.array[(i * channels + c) * area + p] = regions.array[(i * area + p) * channels + c]
        }
      }
    }
    try fixture.expect(found, "out.last_hidden_state")
  }
}
