import Encoders
import Tensors

/// One thing that `twinlens bench encoders` measures: a model of published sizes with random
/// weights, and an input.
package struct EncodersShape: Sendable {
  /// As the peers' script knows it.
  package let name: String
  /// Floating-point operations of one run, two for each multiplication with its addition; only
  /// those of products.
  package let operations: Double
  /// Whether its products can be of low precision.
  package var isOfAnyPrecision = true
  package let make: @Sendable (Precision) throws -> Subject

  init(
    name: String, operations: Double,
    make: @escaping @Sendable (Precision) throws -> Subject
  ) {
    (self.name, self.operations, self.make) = (name, operations, make)
  }

  private var onlyFloat32: EncodersShape {
    var shape = self
    shape.isOfAnyPrecision = false
    return shape
  }

  /// A model ready to run.
  package struct Subject {
    /// Bytes of its weights.
    let weights: Int
    /// How many numbers of them the products of a run read; nil where that is not told.
    var read: Int?
    let run: () throws -> Void
  }

  /// All of them, in the order of the manual's table.
  package static let all: [EncodersShape] =
    [text("bert-base 1x64", .bertBase, 1, 64), text("bert-base 16x64", .bertBase, 16, 64)]
    + [text("minilm 1x40", .miniLM, 1, 40), clipImage, clipText]
    + [resNet("resnet-50", .resNet50), resNet("resnet-34", .resNet34)]
    + [lstm.onlyFloat32, training.onlyFloat32]
}

extension TransformerConfiguration {
  fileprivate static func sized(
    _ size: Int, layers: Int, heads: Int, _ activation: Encoders.Activation, _ norm: NormPlace
  ) -> TransformerConfiguration {
    TransformerConfiguration(
      hiddenSize: size, layers: layers, heads: heads, intermediateSize: 4 * size,
      activation: activation, norm: norm, epsilon: 1e-5, names: norm == .post ? .bert : .clip)
  }

  fileprivate static let bertBase = sized(768, layers: 12, heads: 12, .gelu, .post)
  fileprivate static let miniLM = sized(384, layers: 6, heads: 12, .gelu, .post)

  /// Numbers in the matrices of all layers.
  fileprivate var linearWeights: Int {
    layers * (4 * hiddenSize * hiddenSize + 2 * hiddenSize * intermediateSize)
  }

  /// Operations over sequences of one length.
  fileprivate func operations(_ count: Int, _ length: Int) -> Double {
    let d = Double(hiddenSize)
    let rows = Double(count * length)
    let linear = 2 * rows * (4 * d * d + 2 * d * Double(intermediateSize))
    return Double(layers) * (linear + 4 * rows * Double(length) * d)
  }
}

extension ResNet.Configuration {
  fileprivate static let resNet50 = ResNet.Configuration(
    embeddingSize: 64, hiddenSizes: [256, 512, 1024, 2048], depths: [3, 4, 6, 3],
    layerType: .bottleneck)
  fileprivate static let resNet34 = ResNet.Configuration(
    embeddingSize: 64, hiddenSizes: [64, 128, 256, 512], depths: [3, 4, 6, 3], layerType: .basic)

  /// Operations over one picture of 224×224.
  fileprivate var operations: Double {
    var total = 2.0 * 112 * 112 * Double(embeddingSize) * 147
    var (inputs, side) = (Double(embeddingSize), 56.0)
    for (stage, depth) in depths.enumerated() {
      let size = Double(hiddenSizes[stage])
      for layer in 0..<depth {
        let before = side
        if stage > 0, layer == 0 { side /= 2 }
        if inputs != size || before != side { total += 2 * side * side * inputs * size }
        switch layerType {
        case .basic: total += 2 * side * side * 9 * (inputs * size + size * size)
        case .bottleneck:
          let inner = size / 4
          total += 2 * before * before * inputs * inner
          total += 2 * side * side * (9 * inner * inner + inner * size)
        }
        inputs = size
      }
    }
    return total
  }
}

extension ParameterContainer {
  /// Bytes of all parameters.
  fileprivate var byteCount: Int { parameters.reduce(0) { $0 + 4 * $1.value.count } }
}

extension EncodersShape {
  private static func textConfiguration(_ stack: TransformerConfiguration) -> TextConfiguration {
    TextConfiguration(
      stack: stack, vocabulary: 30_522, positions: 512, tokenTypes: 2, padding: 0,
      counting: .fromZero)
  }

  private static func batch(_ count: Int, _ length: Int) -> TextBatch {
    TextBatch(
      ids: (0..<(count * length)).map { 5 + $0 * 7_919 % 29_995 }, count: count, length: length)
  }

  private static let pixels = Tensor(
    [1, 3, 224, 224], (0..<(3 * 224 * 224)).map { Float($0 * 37 % 255) / 127.5 - 1 })

  private static func text(
    _ name: String, _ stack: TransformerConfiguration, _ count: Int, _ length: Int
  ) -> EncodersShape {
    EncodersShape(name: name, operations: stack.operations(count, length)) { precision in
      var source = WeightSource.random(seed: 1)
      let model = BERTModel(textConfiguration(stack), &source)
      let weights = model.byteCount
      let engine = BERTEngine(model, precision: precision)
      let batch = Self.batch(count, length)
      return Subject(weights: weights, read: stack.linearWeights) { _ = try engine(batch) }
    }
  }

  private static let clipStacks = (
    text: TransformerConfiguration.sized(512, layers: 12, heads: 8, .quickGELU, .pre),
    vision: TransformerConfiguration.sized(768, layers: 12, heads: 12, .quickGELU, .pre)
  )

  /// CLIP ViT-B/32 with random weights.
  static func randomCLIP() -> CLIPModel {
    var source = WeightSource.random(seed: 1)
    return CLIPModel(
      CLIPConfiguration(
        text: CLIPTextConfiguration(
          stack: clipStacks.text, vocabulary: 49_408, positions: 77, endOfText: 49_407),
        vision: VisionConfiguration(stack: clipStacks.vision, side: 224, patch: 32),
        projection: 512), &source)
  }

  private static let clipImage = EncodersShape(
    name: "clip-vit-b32 image",
    operations: clipStacks.vision.operations(1, 50) + 2 * 49 * 3072 * 768 + 2 * 768 * 512
  ) { precision in
    var source = WeightSource.random(seed: 1)
    let model = CLIPVisionModel(
      VisionConfiguration(stack: clipStacks.vision, side: 224, patch: 32), &source)
    let projection = Linear(768, 512, bias: false, deviation: 0.02, &source)
    let weights = model.byteCount + projection.byteCount
    let engine = VisionEngine(model, projection: projection, precision: precision)
    let read = clipStacks.vision.linearWeights + 3_072 * 768 + 768 * 512
    return Subject(weights: weights, read: read) { _ = try engine(pixels) }
  }

  private static let clipText = EncodersShape(
    name: "clip-vit-b32 text 1x40",
    operations: clipStacks.text.operations(1, 40) + 2 * 512 * 512
  ) { precision in
    var source = WeightSource.random(seed: 1)
    let model = CLIPTextModel(
      CLIPTextConfiguration(
        stack: clipStacks.text, vocabulary: 49_408, positions: 77, endOfText: 49_407), &source)
    let projection = Linear(512, 512, bias: false, deviation: 0.02, &source)
    let weights = model.byteCount + projection.byteCount
    let engine = CLIPTextEngine(model, projection: projection, precision: precision)
    let batch = Self.batch(1, 40)
    let read = clipStacks.text.linearWeights + 512 * 512
    return Subject(weights: weights, read: read) { _ = try engine(batch) }
  }

  private static func resNet(
    _ name: String, _ configuration: ResNet.Configuration
  ) -> EncodersShape {
    EncodersShape(name: name, operations: configuration.operations) { precision in
      var generator = SeededGenerator(seed: 1)
      let network = ResNet(configuration, &generator)
      let weights = network.byteCount
      let engine = ResNetEngine(network, precision: precision)
      return Subject(weights: weights, read: weights / 4) { _ = try engine(pixels) }
    }
  }

  private static let lstm = EncodersShape(
    name: "bilstm 8x40", operations: 2 * 2 * 320 * 1024 * (400 + 256)
  ) { _ in
    var generator = SeededGenerator(seed: 1)
    let lstm = LSTM(400, hidden: 256, &generator)
    let packed = PackedLSTM(lstm)
    let x = Tensor([8, 40, 400], (0..<128_000).map { Float($0 * 37 % 255) / 127.5 - 1 })
    let lengths = [Int](repeating: 40, count: 8)
    return Subject(weights: lstm.byteCount) { _ = packed(x, lengths: lengths) }
  }

  /// Forward, backward and a step of AdamW, with the dropout that is usual when fine-tuning.
  private static let training = EncodersShape(
    name: "minilm train 16x40",
    operations: 3 * TransformerConfiguration.miniLM.operations(16, 40)
  ) { _ in
    var source = WeightSource.random(seed: 1)
    var stack = TransformerConfiguration.miniLM
    stack.hiddenDropout = 0.1
    stack.attentionDropout = 0.1
    var model = BERTModel(textConfiguration(stack), &source)
    model.indexParameters()
    let weights = model.byteCount
    var optimizer = Optimizer(.adamW(decay: 0.01))
    let batch = Self.batch(16, 40)
    var step: UInt64 = 0
    return Subject(weights: weights) {
      step += 1
      let tape = Tape(recording: true, seed: step)
      let x = try model(batch, tape).last
      let square = tape.sum(tape.multiply(x, x))
      tape.backward(from: tape.scale(square, by: 1 / Float(tape[x].count)))
      optimizer.step(&model, tape) { _ in 1e-5 }
    }
  }
}
