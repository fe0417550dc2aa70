import Tensors

/// CLIP's text tower: causal, norm first, read at the end-of-text piece.
package struct CLIPTextModel: ParameterContainer {
  /// One vector per vocabulary entry.
  package var words: Embedding
  /// One vector per position.
  package var positions: Embedding
  /// The layers in a row.
  package var encoder: TransformerStack
  /// Over all positions, after the last layer.
  package var finalNorm: LayerNorm
  /// Sizes and switches.
  package let configuration: CLIPTextConfiguration

  /// A tower of the given sizes.
  package init(_ configuration: CLIPTextConfiguration, _ source: inout WeightSource) {
    let stack = configuration.stack
    let (d, deviation) = (stack.hiddenSize, stack.deviation)
    words = Embedding(configuration.vocabulary, d, deviation: deviation, &source)
    positions = Embedding(configuration.positions, d, deviation: deviation, &source)
    encoder = TransformerStack(stack, &source)
    finalNorm = LayerNorm(d, epsilon: stack.epsilon, &source)
    self.configuration = configuration
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    words.visitParameters(prefix + "embeddings.token_embedding.", visit)
    positions.visitParameters(prefix + "embeddings.position_embedding.", visit)
    encoder.visitParameters(prefix, visit)
    finalNorm.visitParameters(prefix + "final_layer_norm.", visit)
  }
}

/// The sizes of CLIP's text tower.
package struct CLIPTextConfiguration: Sendable, Hashable {
  /// Sizes of the layers.
  package var stack: TransformerConfiguration
  /// Rows of the word piece table.
  package var vocabulary: Int
  /// The longest sequence, in pieces.
  package var positions: Int
  /// The id whose first occurrence is read; 2 marks old folders, where the largest id is read.
  package var endOfText: Int

  /// A tower's sizes.
  package init(stack: TransformerConfiguration, vocabulary: Int, positions: Int, endOfText: Int) {
    self.stack = stack
    self.vocabulary = vocabulary
    self.positions = positions
    self.endOfText = endOfText
  }
}

/// CLIP's picture tower: norm first, read at the class position.
package struct CLIPVisionModel: ParameterContainer {
  /// What turns the input into vectors.
  package var embeddings: PatchEmbedding
  /// Before the first layer; the reference spells it `pre_layrnorm`.
  package var preNorm: LayerNorm
  /// The layers in a row.
  package var encoder: TransformerStack
  /// Over the class position, after the last layer.
  package var postNorm: LayerNorm
  /// Sizes and switches.
  package let configuration: VisionConfiguration

  /// A tower of the given sizes.
  package init(_ configuration: VisionConfiguration, _ source: inout WeightSource) {
    let stack = configuration.stack
    embeddings = PatchEmbedding(configuration, names: .clip, &source)
    preNorm = LayerNorm(stack.hiddenSize, epsilon: stack.epsilon, &source)
    encoder = TransformerStack(stack, &source)
    postNorm = LayerNorm(stack.hiddenSize, epsilon: stack.epsilon, &source)
    self.configuration = configuration
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    embeddings.visitParameters(prefix + "embeddings.", visit)
    preNorm.visitParameters(prefix + "pre_layrnorm.", visit)
    encoder.visitParameters(prefix, visit)
    postNorm.visitParameters(prefix + "post_layernorm.", visit)
  }
}

/// The sizes of a CLIP.
package struct CLIPConfiguration: Sendable, Hashable {
  /// The text tower.
  package var text: CLIPTextConfiguration
  /// The picture tower.
  package var vision: VisionConfiguration
  /// Size of the space in which sentences and pictures meet.
  package var projection: Int

  /// A model's sizes.
  package init(text: CLIPTextConfiguration, vision: VisionConfiguration, projection: Int) {
    self.text = text
    self.vision = vision
    self.projection = projection
  }
}

/// CLIP (Radford et al. 2021); weights are named as Hugging Face's `CLIPModel` names them.
package struct CLIPModel: ParameterContainer {
  /// The text tower.
  package var text: CLIPTextModel
  /// The picture tower.
  package var vision: CLIPVisionModel
  /// From the text tower into the common space.
  package var textProjection: Linear
  /// From the picture tower into the common space.
  package var visualProjection: Linear
  /// Logarithm of the factor on the cosines; a scalar.
  package var logitScale: Parameter
  /// Sizes and switches.
  package let configuration: CLIPConfiguration

  /// A model of the given sizes; the factor starts at CLIP's 1/0.07.
  package init(_ configuration: CLIPConfiguration, _ source: inout WeightSource) {
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

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    text.visitParameters(prefix + "text_model.", visit)
    vision.visitParameters(prefix + "vision_model.", visit)
    textProjection.visitParameters(prefix + "text_projection.", visit)
    visualProjection.visitParameters(prefix + "visual_projection.", visit)
    visit(prefix + "logit_scale", &logitScale)
  }
}
