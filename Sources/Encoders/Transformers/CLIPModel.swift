import Tensors

/// CLIP's text tower: causal, norm first, read at the end-of-text piece.
public struct CLIPTextModel: ParameterContainer {
  /// One vector per vocabulary entry.
  public var words: Embedding
  /// One vector per position.
  public var positions: Embedding
  /// The layers in a row.
  public var encoder: TransformerStack
  /// Over all positions, after the last layer.
  public var finalNorm: LayerNorm
  /// Sizes and switches.
  public let configuration: CLIPTextConfiguration

  /// A tower of the given sizes.
  public init(_ configuration: CLIPTextConfiguration, _ source: inout WeightSource) {
    let stack = configuration.stack
    let (d, deviation) = (stack.hiddenSize, stack.deviation)
    words = Embedding(configuration.vocabulary, d, deviation: deviation, &source)
    positions = Embedding(configuration.positions, d, deviation: deviation, &source)
    encoder = TransformerStack(stack, &source)
    finalNorm = LayerNorm(d, epsilon: stack.epsilon, &source)
    self.configuration = configuration
  }

  public mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    words.visitParameters(prefix + "embeddings.token_embedding.", visit)
    positions.visitParameters(prefix + "embeddings.position_embedding.", visit)
    encoder.visitParameters(prefix, visit)
    finalNorm.visitParameters(prefix + "final_layer_norm.", visit)
  }
}

/// The sizes of CLIP's text tower.
public struct CLIPTextConfiguration: Sendable, Hashable {
  /// Sizes of the layers.
  public var stack: TransformerConfiguration
  /// Rows of the word piece table.
  public var vocabulary: Int
  /// The longest sequence, in pieces.
  public var positions: Int
  /// The id whose first occurrence is read; 2 marks old folders, where the largest id is read.
  public var endOfText: Int

  /// A tower's sizes.
  public init(stack: TransformerConfiguration, vocabulary: Int, positions: Int, endOfText: Int) {
    self.stack = stack
    self.vocabulary = vocabulary
    self.positions = positions
    self.endOfText = endOfText
  }
}

/// CLIP's picture tower: norm first, read at the class position.
public struct CLIPVisionModel: ParameterContainer {
  /// What turns the input into vectors.
  public var embeddings: PatchEmbedding
  /// Before the first layer; the reference spells it `pre_layrnorm`.
  public var preNorm: LayerNorm
  /// The layers in a row.
  public var encoder: TransformerStack
  /// Over the class position, after the last layer.
  public var postNorm: LayerNorm
  /// Sizes and switches.
  public let configuration: VisionConfiguration

  /// A tower of the given sizes.
  public init(_ configuration: VisionConfiguration, _ source: inout WeightSource) {
    let stack = configuration.stack
    embeddings = PatchEmbedding(configuration, names: .clip, &source)
    preNorm = LayerNorm(stack.hiddenSize, epsilon: stack.epsilon, &source)
    encoder = TransformerStack(stack, &source)
    postNorm = LayerNorm(stack.hiddenSize, epsilon: stack.epsilon, &source)
    self.configuration = configuration
  }

  public mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    embeddings.visitParameters(prefix + "embeddings.", visit)
    preNorm.visitParameters(prefix + "pre_layrnorm.", visit)
    encoder.visitParameters(prefix, visit)
    postNorm.visitParameters(prefix + "post_layernorm.", visit)
  }
}

/// The sizes of a CLIP.
public struct CLIPConfiguration: Sendable, Hashable {
  /// The text tower.
  public var text: CLIPTextConfiguration
  /// The picture tower.
  public var vision: VisionConfiguration
  /// Size of the space in which sentences and pictures meet.
  public var projection: Int

  /// A model's sizes.
  public init(text: CLIPTextConfiguration, vision: VisionConfiguration, projection: Int) {
    self.text = text
    self.vision = vision
    self.projection = projection
  }
}

/// CLIP (Radford et al. 2021); weights are named as Hugging Face's `CLIPModel` names them.
public struct CLIPModel: ParameterContainer {
  /// The text tower.
  public var text: CLIPTextModel
  /// The picture tower.
  public var vision: CLIPVisionModel
  /// From the text tower into the common space.
  public var textProjection: Linear
  /// From the picture tower into the common space.
  public var visualProjection: Linear
  /// Logarithm of the factor on the cosines; a scalar.
  public var logitScale: Parameter
  /// Sizes and switches.
  public let configuration: CLIPConfiguration

  /// A model of the given sizes; the factor starts at CLIP's 1/0.07.
  public init(_ configuration: CLIPConfiguration, _ source: inout WeightSource) {
    text = CLIPTextModel(configuration.text, &source)
    vision = CLIPVisionModel(configuration.vision, &source)
    textProjection = Linear(
      configuration.text.stack.hiddenSize, configuration.projection, bias: false,
      deviation: 0.02, &source)
    visualProjection = Linear(
      configuration.vision.stack.hiddenSize, configuration.projection, bias: false,
      deviation: 0.02, &source)
    logitScale = source.constant([], 2.659_26)
    self.configuration = configuration
  }

  public mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    text.visitParameters(prefix + "text_model.", visit)
    vision.visitParameters(prefix + "vision_model.", visit)
    textProjection.visitParameters(prefix + "text_projection.", visit)
    visualProjection.visitParameters(prefix + "visual_projection.", visit)
    visit(prefix + "logit_scale", &logitScale)
  }
}
