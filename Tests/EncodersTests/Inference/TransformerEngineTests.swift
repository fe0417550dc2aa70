import Tensors
import Testing

@testable import Encoders

@Suite("Engines give what the tape gives")
struct TransformerEngineTests {
  func stack(
    _ activation: Activation, _ norm: TransformerConfiguration.NormPlace, names: LayerNames
  ) -> TransformerConfiguration {
    var stack = TransformerConfiguration(
      hiddenSize: 36, layers: 3, heads: 3, intermediateSize: 70, activation: activation,
      norm: norm, epsilon: 1e-6, names: names)
    stack.deviation = 0.3
    return stack
  }

  /// The largest difference, over the positions that are no padding.
  func difference(_ a: Tensor, _ b: Tensor, mask: [Bool]? = nil) -> Float {
    guard a.shape == b.shape else { return .infinity }
    let d = a.shape.last ?? 1
    var worst: Float = 0
    for i in 0..<a.count where mask?[i / d] ?? true {
      // A number that is none must not pass.
      let gap = abs(a.array[i] - b.array[i])
      worst = gap <= worst ? worst : gap.isNaN ? .infinity : gap
    }
    return worst
  }

  @Test(arguments: [Activation.gelu, .geluNew, .quickGELU, .relu])
  func bert(activation: Activation) throws {
    var source = WeightSource.random(seed: 1)
    let configuration = TextConfiguration(
      stack: stack(activation, .post, names: .bert), vocabulary: 50, positions: 40, tokenTypes: 2,
      padding: 0, counting: activation == .relu ? .skippingPadding : .fromZero)
    let model = BERTModel(configuration, &source)
    let engine = BERTEngine(model)
    for lengths in [[1], [17], [5, 33, 1, 20]] {
      let batch = TextBatch(
        lengths.map { n in (0..<n).map { 1 + ($0 * 7 + n) % 49 } }, padding: 0)
      let (tape, watch, taped) = (Tape(), AttentionWatch(), AttentionWatch())
      let expected = try model(batch, tape, taped)
      let found = try engine(batch, watch)
      let pooled = try #require(expected.pooled)
      #expect(difference(found.last, tape[expected.last], mask: batch.mask) < 2e-5)
      #expect(difference(try #require(found.pooled), tape[pooled]) < 2e-5)
      #expect(watch.weights.count == 3)
      // Twice the same, and the same without a watch.
      #expect(try engine(batch).last == found.last)
      guard lengths.count == 1 else { continue }
      for (a, b) in zip(watch.weights, taped.weights) { #expect(difference(a, b) < 1e-5) }
    }
  }

  @Test func paddingChangesNothing() throws {
    var source = WeightSource.random(seed: 2)
    let configuration = TextConfiguration(
      stack: stack(.gelu, .post, names: .bert), vocabulary: 50, positions: 40, tokenTypes: 2,
      padding: 0, counting: .fromZero)
    let engine = BERTEngine(BERTModel(configuration, &source))
    let short = Array(3..<12)
    let alone = try engine(TextBatch([short], padding: 0)).last
    let both = try engine(TextBatch([Array(1..<30), short], padding: 0)).last
    // The same bits, whatever it is computed beside.
    let row = both.array[(29 * 36)..<(29 * 36 + alone.count)]
    #expect(Array(row) == alone.array)
    #expect(both.array[(29 * 36 + alone.count)...].allSatisfy { $0 == 0 })
  }

  @Test func clip() throws {
    var source = WeightSource.random(seed: 3)
    let text = CLIPTextConfiguration(
      stack: stack(.quickGELU, .pre, names: .clip), vocabulary: 60, positions: 30, endOfText: 59)
    let vision = VisionConfiguration(
      stack: stack(.quickGELU, .pre, names: .clip), side: 24, patch: 8)
    let model = CLIPModel(
      CLIPConfiguration(text: text, vision: vision, projection: 20), &source)
    let batch = TextBatch(
      [[58, 3, 4, 59], [58, 9, 8, 7, 6, 5, 4, 3, 59], [58] + Array(1..<28) + [59]], padding: 0)
    let tape = Tape()
    let expected = try model.text(batch, tape)
    let found = try CLIPTextEngine(model.text, projection: model.textProjection)(batch)
    #expect(difference(found.last, tape[expected.last], mask: batch.mask) < 2e-5)
    let pooled = model.textProjection(try #require(expected.pooled), tape)
    #expect(difference(try #require(found.pooled), tape[pooled]) < 2e-5)

    let pixels = Tensor(
      [2, 3, 24, 24], (0..<(2 * 3 * 24 * 24)).map { Float($0 * 37 % 101) / 50 - 1 })
    let seen = try model.vision(tape.constant(pixels), tape)
    let engine = VisionEngine(model.vision, projection: model.visualProjection)
    let output = try engine(pixels)
    #expect(difference(output.last, tape[seen.last]) < 5e-5)
    let image = model.visualProjection(try #require(seen.pooled), tape)
    #expect(difference(try #require(output.pooled), tape[image]) < 5e-5)
    #expect(throws: EncoderInputError.self) { _ = try engine(Tensor([1, 3, 8, 8])) }
  }

  @Test func vit() throws {
    var source = WeightSource.random(seed: 4)
    let model = ViTModel(
      VisionConfiguration(
        stack: stack(.gelu, .pre, names: .vit), side: 20, patch: 4, pooler: true), &source)
    let pixels = Tensor(
      [1, 3, 20, 20], (0..<1200).map { Float($0 * 31 % 97) / 48 - 1 })
    let tape = Tape()
    let expected = try model(tape.constant(pixels), tape)
    let found = try VisionEngine(model)(pixels)
    #expect(difference(found.last, tape[expected.last]) < 2e-5)
    let pooled = try #require(expected.pooled)
    #expect(difference(try #require(found.pooled), tape[pooled]) < 2e-5)
  }
}
