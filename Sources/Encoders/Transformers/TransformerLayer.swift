import Tensors

/// One transformer layer (Vaswani et al. 2017): attention of all positions over all, then a
/// feed-forward part on each, both with a residual sum and a layer norm.
///
/// The same type serves BERT (norm after the sum) and CLIP and ViT (norm before the sublayer); the
/// names of its parameters follow the checkpoint's family.
package struct TransformerLayer: ParameterContainer {
  /// d → d, all heads side by side.
  package var query: Linear
  /// d → d, all heads side by side.
  package var key: Linear
  /// d → d, all heads side by side.
  package var value: Linear
  /// d → d, over what the heads gathered.
  package var attentionOutput: Linear
  /// After the attention's sum (post), or before the attention (pre).
  package var attentionNorm: LayerNorm
  /// d → inner size.
  package var intermediate: Linear
  /// Inner size → d.
  package var output: Linear
  /// After the feed-forward sum (post), or before the feed-forward part (pre).
  package var outputNorm: LayerNorm
  /// Sizes and switches.
  package let configuration: TransformerConfiguration

  /// A layer of the stack's sizes.
  package init(_ configuration: TransformerConfiguration, _ source: inout WeightSource) {
    let (d, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    let (bias, deviation) = (configuration.attentionBias, configuration.deviation)
    query = Linear(d, d, bias: bias, deviation: deviation, &source)
    key = Linear(d, d, bias: bias, deviation: deviation, &source)
    value = Linear(d, d, bias: bias, deviation: deviation, &source)
    attentionOutput = Linear(d, d, deviation: deviation, &source)
    attentionNorm = LayerNorm(d, epsilon: configuration.epsilon, &source)
    intermediate = Linear(d, inner, deviation: deviation, &source)
    output = Linear(inner, d, deviation: deviation, &source)
    outputNorm = LayerNorm(d, epsilon: configuration.epsilon, &source)
    self.configuration = configuration
  }

  /// The weights of another layer in its own configuration; nil where their sizes differ.
  package func taking(over other: TransformerLayer) -> TransformerLayer? {
    let (own, others) = (configuration, other.configuration)
    guard own.hiddenSize == others.hiddenSize, own.heads == others.heads,
      own.intermediateSize == others.intermediateSize, own.attentionBias == others.attentionBias
    else { return nil }
    var result = self
    (result.query, result.key, result.value) = (other.query, other.key, other.value)
    (result.attentionOutput, result.attentionNorm) = (other.attentionOutput, other.attentionNorm)
    (result.intermediate, result.output) = (other.intermediate, other.output)
    result.outputNorm = other.outputNorm
    return result
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    let names = configuration.names
    query.visitParameters(prefix + names.query, visit)
    key.visitParameters(prefix + names.key, visit)
    value.visitParameters(prefix + names.value, visit)
    attentionOutput.visitParameters(prefix + names.attentionOutput, visit)
    attentionNorm.visitParameters(prefix + names.attentionNorm, visit)
    intermediate.visitParameters(prefix + names.intermediate, visit)
    output.visitParameters(prefix + names.output, visit)
    outputNorm.visitParameters(prefix + names.outputNorm, visit)
  }
}

/// Transformer layers in a row.
package struct TransformerStack: ParameterContainer {
  /// The first layer first.
  package var layers: [TransformerLayer]
  /// Sizes and switches.
  package let configuration: TransformerConfiguration

  /// A stack of the given sizes.
  package init(_ configuration: TransformerConfiguration, _ source: inout WeightSource) {
    layers = (0..<configuration.layers).map { _ in TransformerLayer(configuration, &source) }
    self.configuration = configuration
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    for i in layers.indices {
      layers[i].visitParameters(prefix + configuration.names.layers + "\(i).", visit)
    }
  }
}
