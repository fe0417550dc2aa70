import Encoders
import Foundation
import Tensors
import Testing
import Traces

@testable import Extractors

/// What networks make of a CLIP's picture tower that is trained along (MODELS §3.7, §6.1, §7.4):
/// a norm in front of the layers, one behind them that nobody reads, and quick-GELU between.
@Suite("Layers of a CLIP's picture tower")
struct CLIPTowerLayerTests {
  private typealias Plain = PlainNumbers
  private var generator = SeededGenerator(seed: 21)

  /// A CLIP of two layers whose norms are not those of a fresh model: one that was left out, or
  /// stands elsewhere, is seen.
  private func clip() -> CLIPVisionModel {
    var stack = TinyText.stack(layers: 2)
    (stack.activation, stack.norm, stack.names) = (.quickGELU, .pre, .clip)
    stack.epsilon = 1e-5
    var source = WeightSource.random(seed: 8)
    var model = CLIPVisionModel(VisionConfiguration(stack: stack, side: 16, patch: 8), &source)
    var generator = SeededGenerator(seed: 9)
    for path in [\CLIPVisionModel.preNorm, \CLIPVisionModel.postNorm] {
      for i in 0..<8 {
        model[keyPath: path].weight.value.array[i] = generator.uniform(0.5, 2)
        model[keyPath: path].bias.value.array[i] = generator.uniform(-1, 1)
      }
    }
    return model
  }

  private mutating func pixels(_ count: Int, side: Int) -> Tensor {
    TinyText.random([count, 3, side, side], &generator)
  }

  private func sizes(_ tower: PictureTower) -> MultimodalSizes {
    MultimodalSizes(
      stack: TinyText.stack(layers: 2), task: .relations, regions: tower.shape, features: 0,
      hasTower: true)
  }

  private func distance(_ a: Tensor, _ b: Tensor) -> Double {
    Plain.distance(a.array, b.array.map { Double($0) })
  }

  /// FocalMRE reads what the last layer gives, before the norm behind it; so do packed weights.
  @Test mutating func placesComeBeforeTheLastNorm() throws {
    let model = clip()
    let tower = PictureTower(model)
    let pixels = pixels(2, side: 16)
    let tape = Tape()
    // The class in front of four patches, positions, the opening norm, the layers.
    let patches = model.embeddings.projected(tape.constant(pixels), patch: 8, tape)
    var x = tape.add(
      tape.prepend(tape(model.embeddings.classToken), to: patches),
      tape(model.embeddings.positions))
    x = model.preNorm(x, tape)
    for layer in model.encoder.layers { x = layer(x, mask: AttentionMask(), tape) }
    let places = tape[try tower(tape.constant(pixels), tape)]
    #expect(places.shape == [2, 5, 8] && tower.shape == [5, 8])
    #expect(distance(places, tape[x]) < 1e-5)
    #expect(distance(places, tape[model.postNorm(x, tape)]) > 1e-2)
    let packed = Tape()
    let reader = TowerReader.packed(tower.engine)
    #expect(distance(packed[try reader.places(pixels, packed)], places) < 1e-4)
  }

  /// Between the two products of a feed-forward part that was taken over stands x σ(1.702 x).
  @Test mutating func takenOverPartsHaveQuickGELU() throws {
    let tower = PictureTower(clip())
    let bert = TinyText.encoder(layers: 2)
    let imm = IMM(sizes(tower), IMMOptions { _ in "" }, text: bert, tower: tower, &generator)
    let part = try #require(imm.pictureParts.first)
    #expect(part.first.weight.value == tower.layers[0].intermediate.weight.value)
    #expect(part.second.weight.value == tower.layers[0].output.weight.value)
    let tape = Tape()
    let x = TinyText.random([3, 8], &generator)
    let wanted = Plain.rows(x).flatMap { row in
      Plain.apply(
        part.second, Plain.apply(part.first, row).map { $0 * Plain.sigmoid(1.702 * $0) })
    }
    #expect(Plain.distance(tape[part(tape.constant(x), tape)].array, wanted) < 1e-5)
    let other = Plain.rows(x).flatMap { row in
      Plain.apply(part.second, Plain.apply(part.first, row).map(Plain.gelu))
    }
    #expect(zip(wanted, other).contains { abs($0 - $1) > 1e-3 }, "the two are told apart")
    let lockStep = MKGformer(
      sizes(tower), MKGformerOptions { _ in "" }, text: bert, tower: tower, &generator)
    for (layer, own) in zip(lockStep.layers, tower.layers) {
      #expect(layer.configuration.activation == .quickGELU)
      #expect(layer.query.weight.value == own.query.weight.value)
      #expect(layer.output.weight.value == own.output.weight.value)
      #expect(layer.attentionNorm.epsilon == 1e-5 && layer.outputNorm.epsilon == 1e-5)
    }
    // IA's stream goes on where ISA's feed-forward parts end.
    let stream = try #require(imm.stream.first)
    #expect(imm.stream.count == 1 && stream.configuration.activation == .quickGELU)
    #expect(stream.query.weight.value == tower.layers[1].query.weight.value)
    #expect(stream.attentionNorm.epsilon == 1e-5)
  }

  /// What IMM's first block reads is what CLIP's first layer reads, and what kind it is of.
  @Test mutating func immReadsBehindTheOpeningNorm() throws {
    let model = clip()
    let tower = PictureTower(model)
    let bert = TinyText.encoder(layers: 2)
    let imm = IMM(sizes(tower), IMMOptions { _ in "" }, text: bert, tower: tower, &generator)
    #expect(imm.patches == nil && imm.scaling == nil)
    #expect(imm.opening?.weight.value == model.preNorm.weight.value)
    #expect(imm.opening?.bias.value == model.preNorm.bias.value)
    let pixels = pixels(1, side: 16)
    var item = TinyText.pair([PictureRegions.pending(.whole, notice: nil)])
    item.towerPixels = { _ in pixels.reshaped([3, 16, 16]) }
    let batch = MultimodalBatch(
      [item], padding: 0, showsPictures: true, tower: .plain(tower.withoutLayers))
    let tape = Tape()
    let shown = tape[try imm.interact(batch, bert, tape).picture]
    let first = try model(tape.constant(pixels), tape).hidden[0]
    let block = InteractionBlock(
      layer: bert.encoder.layers[0], feedForward: imm.pictureParts[0], norms: imm.norms[0],
      norm: .pre)
    let wanted = tape[block.picture(tape.add(first, tape(imm.kind)), tape)]
    #expect(shown.shape == [1, 5, 8] && distance(shown, wanted) < 1e-5)
    var without = imm
    without.opening = nil
    #expect(distance(tape[try without.interact(batch, bert, tape).picture], wanted) > 1e-2)
  }

  /// MKGformer's picture layers see the class and the patches of all crops behind the opening
  /// norm; what its last text layer takes of them is computed once more.
  @Test mutating func mkgformerReadsBehindTheOpeningNorm() throws {
    let model = clip()
    let tower = PictureTower(model)
    let bert = TinyText.encoder(layers: 2)
    let network = MKGformer(
      sizes(tower), MKGformerOptions { _ in "" }, text: bert, tower: tower, &generator)
    #expect(network.patches == nil && network.fusions.count == 1)
    #expect(network.opening?.weight.value == model.preNorm.weight.value)
    let sum = zip(
      model.embeddings.classToken.value.array, model.embeddings.positions.value.array
    ).map { $0 + $1 }
    #expect(network.classToken.value.array == sum)
    // Every crop has pixels of its own, by its rectangle.
    var made: [PictureView: Tensor] = [:]
    let views = (0..<6).map { number in
      PictureView.crop(
        ImageRegion(left: 0.1 * Double(number), top: 0, width: 0.2, height: 0.2),
        cells: number < 3 ? 4 : 2)
    }
    for (number, view) in views.enumerated() {
      made[view] = pixels(1, side: number < 3 ? 32 : 16)
    }
    var item = TinyText.pair(
      views.map { PictureRegions.pending($0, notice: nil).framing($0.region) })
    let pictures = made
    item.towerPixels = { seen in
      let pixels = seen.view.flatMap { pictures[$0] } ?? Tensor([1, 3, 8, 8])
      return pixels.reshaped(Array(pixels.shape.dropFirst()))
    }
    let batch = MultimodalBatch(
      [item], padding: 0, showsPictures: true, tower: .plain(tower.withoutLayers))
    let (tape, probe) = (Tape(), Probe())
    _ = try network.states(batch, .plain(bert), tape, probe)
    let places =
      network.groundingPositions.value.array + network.detectedPositions.value.array
    var cells: [Float] = []
    for view in views {
      let seen = tape.constant(made[view] ?? Tensor([1, 3, 8, 8]))
      cells += tape[model.embeddings.projected(seen, patch: 8, tape)].array
    }
    #expect(cells.count == 60 * 8 && places.count == 60 * 8)
    let entered = Tensor([1, 61, 8], sum + zip(cells, places).map { $0 + $1 })
    var vision = model.preNorm(tape.constant(entered), tape)
    vision = network.layers[0](vision, mask: AttentionMask(), tape)
    // The last picture layer sees the first text layer's keys and values in front of its own.
    let text = try bert.embed(batch.text, tape)
    let (below, above) = (bert.encoder.layers[0], bert.encoder.layers[1])
    vision = network.layers[1](
      vision, mask: AttentionMask(),
      prefix: AttentionPrefix(keys: below.key(text, tape), values: below.value(text, tape)), tape)
    let words = below(text, mask: AttentionMask(), tape)
    let context = Plain.rows(
      tape[
        tape.attention(
          above.query(words, tape), above.key(words, tape), above.value(words, tape), heads: 2,
          mask: AttentionMask(), dropout: 0
        ).output])
    let seen = Plain.rows(tape[vision])
    let wanted = [1, 5].flatMap { piece -> [Double] in
      let weights = Plain.softmax(seen.map { Plain.dot(context[piece], $0) })
      let starts = [0, 1, 17, 33, 49, 53, 57, 61]
      return zip(starts, starts.dropFirst()).map { weights[$0..<$1].reduce(0, +) }
    }
    let attention = try #require(probe.trace["mkgformer/attention"])
    #expect(Plain.distance(attention.values, wanted) < 1e-4)
  }

  /// With a width of its own the tower gives patches alone, and no norm of it is taken over.
  @Test mutating func anotherWidthIsProjected() {
    let tower = PictureTower(clip())
    var stack = TinyText.stack(layers: 2)
    (stack.hiddenSize, stack.intermediateSize) = (12, 20)
    var source = WeightSource.random(seed: 4)
    let text = BERTModel(
      TextConfiguration(
        stack: stack, vocabulary: 12, positions: 16, tokenTypes: 1, padding: 0,
        counting: .fromZero, pooler: false), &source)
    var sizes = sizes(tower)
    sizes.stack = stack
    let imm = IMM(sizes, IMMOptions { _ in "" }, text: text, tower: tower, &generator)
    #expect(imm.opening == nil && imm.patches?.weight.value.shape == [12, 8])
    #expect(imm.positions.value.shape == [5, 12])
    let lockStep = MKGformer(
      sizes, MKGformerOptions { _ in "" }, text: text, tower: tower, &generator)
    #expect(lockStep.opening == nil && lockStep.patches?.weight.value.shape == [12, 8])
  }
}
