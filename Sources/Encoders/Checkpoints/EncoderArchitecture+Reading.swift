extension ConfigReader {
  mutating func take(_ more: [String]) { for problem in more { require(false, problem) } }

  private mutating func stack(
    _ standard: TransformerConfiguration, layers: ClosedRange<Int> = ModelLimits.layers
  ) -> TransformerConfiguration {
    var result = standard
    result.hiddenSize = integer("hidden_size", standard.hiddenSize, ModelLimits.hidden)
    result.layers = integer("num_hidden_layers", standard.layers, layers)
    result.heads = integer("num_attention_heads", standard.heads, ModelLimits.heads)
    result.intermediateSize = integer(
      "intermediate_size", standard.intermediateSize, ModelLimits.intermediate)
    result.activation = activation("hidden_act", standard.activation)
    result.epsilon = number("layer_norm_eps", standard.epsilon, 0...1)
    result.deviation = number("initializer_range", 0.02, 0...10)
    require(
      result.hiddenSize % result.heads == 0,
      "hidden_size \(result.hiddenSize) is not a multiple of num_attention_heads \(result.heads)")
    return result
  }

  mutating func text(
    _ counting: TextConfiguration.PositionCounting, hasPooler: Bool
  ) -> TextConfiguration {
    let roberta = counting == .skippingPadding
    var stack = stack(
      TransformerConfiguration(
        hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072, activation: .gelu,
        norm: .post, epsilon: 1e-12, names: .bert))
    stack.hiddenDropout = number("hidden_dropout_prob", 0.1, 0...0.99)
    stack.attentionDropout = number("attention_probs_dropout_prob", 0.1, 0...0.99)
    let vocabulary = integer("vocab_size", roberta ? 50265 : 30522, ModelLimits.vocabulary)
    let padding = integer("pad_token_id", roberta ? 1 : 0, 0...1_999_999)
    let positions = integer("max_position_embeddings", 512, ModelLimits.positions)
    require(
      word("position_embedding_type", "absolute") == "absolute",
      "position_embedding_type is not absolute; other kinds are not computed here")
    require(!flag("is_decoder", false), "is_decoder is true; decoders are not computed here")
    require(padding < vocabulary, "pad_token_id \(padding) is not below vocab_size \(vocabulary)")
    require(
      !roberta || positions > padding + 1,
      "max_position_embeddings \(positions) leaves no position after pad_token_id \(padding)")
    return TextConfiguration(
      stack: stack, vocabulary: vocabulary, positions: positions,
      tokenTypes: integer("type_vocab_size", 2, 1...1000), padding: padding, counting: counting,
      pooler: hasPooler)
  }

  mutating func clipText() -> CLIPTextConfiguration {
    var stack = stack(
      TransformerConfiguration(
        hiddenSize: 512, layers: 12, heads: 8, intermediateSize: 2048, activation: .quickGELU,
        norm: .pre, epsilon: 1e-5, names: .clip))
    stack.attentionDropout = number("attention_dropout", 0, 0...0.99)
    return CLIPTextConfiguration(
      stack: stack, vocabulary: integer("vocab_size", 49408, ModelLimits.vocabulary),
      positions: integer("max_position_embeddings", 77, ModelLimits.positions),
      endOfText: integer("eos_token_id", 49407, 0...1_999_999))
  }

  mutating func clipVision() -> VisionConfiguration {
    var stack = stack(
      TransformerConfiguration(
        hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072, activation: .quickGELU,
        norm: .pre, epsilon: 1e-5, names: .clip), layers: ModelLimits.pictureLayers)
    stack.attentionDropout = number("attention_dropout", 0, 0...0.99)
    let (side, patch) = patches(32, heads: stack.heads)
    return VisionConfiguration(stack: stack, side: side, patch: patch)
  }

  mutating func vit(hasPooler: Bool) -> VisionConfiguration {
    var stack = stack(
      TransformerConfiguration(
        hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072, activation: .gelu,
        norm: .pre, epsilon: 1e-12, names: .vit), layers: ModelLimits.pictureLayers)
    stack.hiddenDropout = number("hidden_dropout_prob", 0, 0...0.99)
    stack.attentionDropout = number("attention_probs_dropout_prob", 0, 0...0.99)
    stack.attentionBias = flag("qkv_bias", true)
    require(word("pooler_act", "tanh") == "tanh", "pooler_act is not tanh")
    let (side, patch) = patches(16, heads: stack.heads)
    return VisionConfiguration(
      stack: stack, side: side, patch: patch, pooler: hasPooler,
      poolerSize: integer("pooler_output_size", stack.hiddenSize, ModelLimits.hidden))
  }

  private mutating func patches(_ standard: Int, heads: Int) -> (side: Int, patch: Int) {
    let side = integer("image_size", 224, ModelLimits.side)
    let patch = integer("patch_size", standard, ModelLimits.side)
    let count = (side / max(1, patch)) * (side / max(1, patch)) + 1
    require(
      count <= ModelLimits.pieces(heads: heads),
      "image_size \(side) in patches of \(patch) makes \(count) of them, more than are attended "
        + "to with \(heads) heads")
    require(integer("num_channels", 3, 1...1000) == 3, "num_channels is not 3")
    require(patch <= side, "patch_size \(patch) is larger than image_size \(side)")
    return (side, min(patch, side))
  }

  mutating func resnet() -> ResNet.Configuration {
    let hidden = integers(
      "hidden_sizes", [256, 512, 1024, 2048], count: ModelLimits.stages, ModelLimits.channels)
    let depths = integers("depths", [3, 4, 6, 3], count: ModelLimits.stages, ModelLimits.layers)
    require(
      hidden.count == depths.count,
      "hidden_sizes has \(hidden.count) stages, depths \(depths.count)")
    let kind = word("layer_type", "bottleneck")
    let type = ResNet.Configuration.LayerType(rawValue: kind)
    require(type != nil, "layer_type \(kind.prefix(40).debugDescription) is not computed here")
    require(word("hidden_act", "relu") == "relu", "hidden_act is not relu")
    require(integer("num_channels", 3, 1...1000) == 3, "num_channels is not 3")
    var result = ResNet.Configuration(
      embeddingSize: integer("embedding_size", 64, ModelLimits.hidden), hiddenSizes: hidden,
      depths: depths, layerType: type ?? .bottleneck)
    result.downsamplesFirstStage = flag("downsample_in_first_stage", false)
    result.downsamplesInBottleneck = flag("downsample_in_bottleneck", false)
    return result
  }
}
