import Tensors
import Testing

@testable import Encoders

@Suite("Gradients of whole encoders against finite differences")
struct CLIPGradientTests {
  /// Compares a few numbers of every parameter's gradient with central differences.
  private func check<Model: ParameterContainer>(
    _ model: Model, seed: UInt64, _ forward: (Model, Tape) throws -> Tape.Variable
  ) throws {
    var model = model
    var generator = SeededGenerator(seed: seed)
    // Values that matter everywhere: fresh biases are 0 and fresh norms 1.
    model.visitParameters("") { _, parameter in
      for i in 0..<parameter.value.count { parameter.value.array[i] += 0.3 * generator.normal() }
    }
    model.indexParameters()
    let tape = Tape(recording: true, training: false)
    let output = try forward(model, tape)
    let weights = Tensor(
      tape.shape(output), (0..<tape[output].count).map { _ in generator.normal() })
    func value(_ changed: Model) throws -> Double {
      let tape = Tape()
      let output = tape[try forward(changed, tape)]
      return zip(output.array, weights.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let loss = tape.sum(tape.multiply(output, tape.constant(weights)))
    tape.backward(from: loss)
    let gradients = tape.parameterGradients
    for (slot, (name, parameter)) in model.parameters.enumerated() {
      for _ in 0..<3 {
        let i = generator.index(below: parameter.count)
        let step: Float = 5e-3
        func moved(_ by: Float) -> Model {
          var copy = model
          copy.visitParameters("") { if $0 == name { $1.value.array[i] += by } }
          return copy
        }
        let numeric = (try value(moved(step)) - value(moved(-step))) / Double(2 * step)
        let analytic = Double(gradients[slot]?[i] ?? 0)
        #expect(
          abs(numeric - analytic) < 2e-2 * max(1, abs(numeric)),
          "\(name)[\(i)]: \(numeric) by differences, \(analytic) by the tape; seed \(seed)")
      }
    }
  }

  @Test(arguments: Activation.allCases)
  func textStackWithEveryActivation(_ activation: Activation) throws {
    var source = WeightSource.random(seed: 1)
    let stack = TransformerConfiguration(
      hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 6, activation: activation,
      norm: .post, epsilon: 1e-5, names: .bert)
    let model = BERTModel(
      TextConfiguration(
        stack: stack, vocabulary: 7, positions: 9, tokenTypes: 2, padding: 1,
        counting: .skippingPadding), &source)
    let batch = TextBatch([[2, 3, 4], [5, 6]], padding: 1)
    // A corner of relu can fall between the two differences: another seed is no remedy, a fixed
    // one is.
    try check(model, seed: 11) { model, tape in
      try model(batch, tape).pooled ?? tape.constant(Tensor([1]))
    }
  }

  @Test func bothTowersOfCLIP() throws {
    var source = WeightSource.random(seed: 2)
    let stack = TransformerConfiguration(
      hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 6, activation: .quickGELU, norm: .pre,
      epsilon: 1e-5, names: .clip)
    let model = CLIPModel(
      CLIPConfiguration(
        text: CLIPTextConfiguration(stack: stack, vocabulary: 9, positions: 6, endOfText: 8),
        vision: VisionConfiguration(stack: stack, side: 8, patch: 4), projection: 5),
      &source)
    let batch = TextBatch([[2, 3, 8], [5, 8]], padding: 8)
    var generator = SeededGenerator(seed: 3)
    let pixels = Tensor([2, 3, 8, 8], (0..<384).map { _ in generator.normal() })
    try check(model, seed: 12) { model, tape in
      let text = try model.text(batch, tape).pooled
      let picture = try model.vision(tape.constant(pixels), tape).pooled
      guard let text, let picture else { return tape.constant(Tensor([1])) }
      return model.logits(
        pictures: model.pictureVectors(picture, tape), texts: model.textVectors(text, tape), tape)
    }
  }

  @Test func patchesOfViT() throws {
    var source = WeightSource.random(seed: 4)
    let stack = TransformerConfiguration(
      hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 6, activation: .gelu, norm: .pre,
      epsilon: 1e-5, names: .vit)
    let model = ViTModel(
      VisionConfiguration(stack: stack, side: 8, patch: 4, pooler: true), &source)
    var generator = SeededGenerator(seed: 5)
    let pixels = Tensor([2, 3, 8, 8], (0..<384).map { _ in generator.normal() })
    try check(model, seed: 13) { model, tape in
      try model(tape.constant(pixels), tape).pooled ?? tape.constant(Tensor([1]))
    }
  }

  /// Gradient × input of both towers is the slope along the input itself.
  @Test func gradientTimesInputOfCLIP() throws {
    var source = WeightSource.random(seed: 6)
    let stack = TransformerConfiguration(
      hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 6, activation: .quickGELU, norm: .pre,
      epsilon: 1e-5, names: .clip)
    var model = CLIPModel(
      CLIPConfiguration(
        text: CLIPTextConfiguration(stack: stack, vocabulary: 9, positions: 6, endOfText: 8),
        vision: VisionConfiguration(stack: stack, side: 8, patch: 4), projection: 5),
      &source)
    var generator = SeededGenerator(seed: 8)
    model.visitParameters("") { _, parameter in
      for i in 0..<parameter.value.count { parameter.value.array[i] += 0.3 * generator.normal() }
    }
    model.indexParameters()
    let direction: [Float] = [0.7, -0.2, 0.4, 0.1, -0.9]
    let pieces = [2, 5, 3, 8]
    let values = try model.gradientTimesInput(pieces: pieces, toward: direction)
    func along(_ vectors: [Float]) -> Double {
      zip(vectors, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    func text(_ piece: Int, _ share: Float) throws -> Double {
      var copy = model
      for i in (piece * 8)..<((piece + 1) * 8) {
        copy.text.words.weight.value.array[i] *= 1 + share
      }
      let tape = Tape()
      let pooled = try #require(try copy.text(TextBatch([pieces], padding: 0), tape).pooled)
      return along(tape[copy.textVectors(pooled, tape)].array)
    }
    let step: Float = 5e-3
    for (place, piece) in pieces.enumerated() {
      let difference = (try text(piece, step) - text(piece, -step)) / Double(2 * step)
      #expect(abs(difference - Double(values[place])) < 2e-3, "piece \(place)")
    }
    let pixels = Tensor([1, 3, 8, 8], (0..<192).map { _ in generator.normal() })
    let places = try model.gradientTimesInput(pixels: pixels, toward: direction)
    #expect(places.count == 64)
    let means = pixels.array.channelMeans(3)
    func picture(_ place: Int, _ share: Float) throws -> Double {
      var changed = pixels
      for i in stride(from: place, to: 192, by: 64) {
        changed.array[i] += share * (changed.array[i] - means[i])
      }
      let tape = Tape()
      let pooled = try #require(try model.vision(tape.constant(changed), tape).pooled)
      return along(tape[model.pictureVectors(pooled, tape)].array)
    }
    for place in [0, 9, 35, 63] {
      let difference = (try picture(place, step) - picture(place, -step)) / Double(2 * step)
      #expect(abs(difference - Double(places[place])) < 2e-3, "pixel \(place)")
    }
  }
}
