import Tensors

/// The sizes of a transformer over picture patches.
package struct VisionConfiguration: Sendable, Hashable {
  /// Sizes of the layers.
  package var stack: TransformerConfiguration
  /// Side of the square pictures, in pixels; a multiple of `patch`.
  package var side: Int
  /// Side of a patch, in pixels.
  package var patch: Int
  /// Whether there is a pooler (a linear layer and an activation over the class position).
  package var pooler: Bool
  /// Outputs of the pooler.
  package var poolerSize: Int

  /// A model's sizes; `pooler` only counts for ViT.
  package init(
    stack: TransformerConfiguration, side: Int, patch: Int, pooler: Bool = false,
    poolerSize: Int? = nil
  ) {
    self.stack = stack
    self.side = side
    self.patch = patch
    self.pooler = pooler
    self.poolerSize = poolerSize ?? stack.hiddenSize
  }

  /// Patches along one side.
  package var grid: Int { side / patch }
  /// Positions: all patches row by row, after the class position.
  package var positions: Int { grid * grid + 1 }
}

/// Patches of a picture as vectors, behind a learned class vector, with positions added.
///
/// CLIP and ViT differ in the tensors' names and shapes and in the bias; `classToken` has D numbers
/// and `positions` P·D in either.
package struct PatchEmbedding: ParameterContainer {
  /// D×3×p×p.
  package var projection: Parameter
  /// D; CLIP has none.
  package var projectionBias: Parameter?
  /// The class vector: D (CLIP) or 1×1×D (ViT).
  package var classToken: Parameter
  /// P×D (CLIP) or 1×P×D (ViT).
  package var positions: Parameter
  let names: Names

  /// How a family names the four tensors.
  enum Names: Sendable { case clip, vit }

  init(_ configuration: VisionConfiguration, names: Names, _ source: inout WeightSource) {
    let (d, patch) = (configuration.stack.hiddenSize, configuration.patch)
    let deviation = configuration.stack.deviation
    let leading = names == .vit ? [1] : []
    projection = source.normal([d, 3, patch, patch], deviation: deviation)
    projectionBias = names == .vit ? source.constant([d], 0) : nil
    classToken = source.normal(leading + leading + [d], deviation: deviation)
    positions = source.normal(leading + [configuration.positions, d], deviation: deviation)
    self.names = names
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    switch names {
    case .clip:
      visit(prefix + "class_embedding", &classToken)
      visit(prefix + "patch_embedding.weight", &projection)
      visit(prefix + "position_embedding.weight", &positions)
    case .vit:
      visit(prefix + "cls_token", &classToken)
      visit(prefix + "position_embeddings", &positions)
      visit(prefix + "patch_embeddings.projection.weight", &projection)
      if var bias = projectionBias {
        visit(prefix + "patch_embeddings.projection.bias", &bias)
        projectionBias = bias
      }
    }
  }
}

/// ViT (Dosovitskiy et al. 2021); weights are named as Hugging Face's `ViTModel` names them.
package struct ViTModel: ParameterContainer {
  /// What turns the input into vectors.
  package var embeddings: PatchEmbedding
  /// The layers in a row.
  package var encoder: TransformerStack
  /// Over all positions, after the last layer.
  package var norm: LayerNorm
  /// Over the class position; followed by tanh.
  package var pooler: Linear?
  /// Sizes and switches.
  package let configuration: VisionConfiguration

  /// A model of the given sizes.
  package init(_ configuration: VisionConfiguration, _ source: inout WeightSource) {
    let stack = configuration.stack
    embeddings = PatchEmbedding(configuration, names: .vit, &source)
    encoder = TransformerStack(stack, &source)
    norm = LayerNorm(stack.hiddenSize, epsilon: stack.epsilon, &source)
    pooler =
      configuration.pooler
      ? Linear(stack.hiddenSize, configuration.poolerSize, deviation: stack.deviation, &source)
      : nil
    self.configuration = configuration
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    embeddings.visitParameters(prefix + "embeddings.", visit)
    encoder.visitParameters(prefix, visit)
    norm.visitParameters(prefix + "layernorm.", visit)
    if var layer = pooler {
      layer.visitParameters(prefix + "pooler.dense.", visit)
      pooler = layer
    }
  }
}
