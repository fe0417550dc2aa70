/// The sizes and options of a stack of transformer layers.
package struct TransformerConfiguration: Sendable, Hashable {
  /// D, the size of each vector; a multiple of `heads`.
  package var hiddenSize: Int
  /// Number of layers.
  package var layers: Int
  /// Attention heads per layer.
  package var heads: Int
  /// Size between the two linear layers of each feed-forward part.
  package var intermediateSize: Int
  /// Between the two feed-forward products.
  package var activation: Activation
  /// Before the sublayers or after the sums.
  package var norm: NormPlace
  /// Added to the variance in each layer norm.
  package var epsilon: Float
  /// Of the output of each sublayer, while training.
  package var hiddenDropout: Float
  /// Of the attention weights, while training.
  package var attentionDropout: Float
  /// Whether queries, keys and values have biases.
  package var attentionBias = true
  /// How the checkpoint names the parts of a layer.
  package var names: LayerNames
  /// Standard deviation of fresh weights.
  package var deviation: Float = 0.02

  /// A stack's sizes.
  package init(
    hiddenSize: Int, layers: Int, heads: Int, intermediateSize: Int, activation: Activation,
    norm: NormPlace, epsilon: Float, hiddenDropout: Float = 0, attentionDropout: Float = 0,
    names: LayerNames
  ) {
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.heads = heads
    self.intermediateSize = intermediateSize
    self.activation = activation
    self.norm = norm
    self.epsilon = epsilon
    self.hiddenDropout = hiddenDropout
    self.attentionDropout = attentionDropout
    self.names = names
  }

  /// Where the layer norms stand.
  package enum NormPlace: Sendable, Hashable {
    /// After each sum of input and sublayer: BERT, RoBERTa.
    case post
    /// Before each sublayer: CLIP, ViT.
    case pre
  }
}

/// The function between the two linear layers, by its name in `config.json`.
package enum Activation: String, Sendable, Hashable, CaseIterable {
  /// x Φ(x), the exact erf form.
  case gelu
  /// The tanh form: ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
  case geluNew = "gelu_new"
  /// CLIP's: x · σ(1.702x).
  case quickGELU = "quick_gelu"
  case relu

  /// The activation of a name, other spellings of it included.
  package init?(name: String) {
    switch name {
    case "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh": self = .geluNew
    case "gelu_python": self = .gelu
    default: self.init(rawValue: name)
    }
  }
}

/// How a family of checkpoints names the parts of one layer. Every part's path ends in a dot.
package struct LayerNames: Sendable, Hashable {
  /// Between the stack's prefix and the layer's number.
  let layers: String
  let query: String
  let key: String
  let value: String
  let attentionOutput: String
  let attentionNorm: String
  let intermediate: String
  let output: String
  let outputNorm: String

  /// BERT and RoBERTa.
  package static let bert = LayerNames(
    layers: "encoder.layer.", query: "attention.self.query.", key: "attention.self.key.",
    value: "attention.self.value.", attentionOutput: "attention.output.dense.",
    attentionNorm: "attention.output.LayerNorm.", intermediate: "intermediate.dense.",
    output: "output.dense.", outputNorm: "output.LayerNorm.")

  /// Both towers of CLIP.
  package static let clip = LayerNames(
    layers: "encoder.layers.", query: "self_attn.q_proj.", key: "self_attn.k_proj.",
    value: "self_attn.v_proj.", attentionOutput: "self_attn.out_proj.",
    attentionNorm: "layer_norm1.", intermediate: "mlp.fc1.", output: "mlp.fc2.",
    outputNorm: "layer_norm2.")

  /// ViT.
  package static let vit = LayerNames(
    layers: "encoder.layer.", query: "attention.attention.query.",
    key: "attention.attention.key.", value: "attention.attention.value.",
    attentionOutput: "attention.output.dense.", attentionNorm: "layernorm_before.",
    intermediate: "intermediate.dense.", output: "output.dense.",
    outputNorm: "layernorm_after.")
}
