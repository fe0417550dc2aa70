import Tensors

/// Vectors of word pieces, positions and segments, summed and normalised: the first layer of BERT
/// and RoBERTa.
package struct EmbeddingParameters: ParameterContainer {
  /// One vector per vocabulary entry.
  package var words: Embedding
  /// One vector per position.
  package var positions: Embedding
  /// One vector per segment.
  package var tokenTypes: Embedding
  /// Over the sum of the three.
  package var norm: LayerNorm

  /// Tables of the configuration's sizes.
  package init(_ configuration: TextConfiguration, _ source: inout WeightSource) {
    let stack = configuration.stack
    let (d, deviation) = (stack.hiddenSize, stack.deviation)
    words = Embedding(configuration.vocabulary, d, deviation: deviation, &source)
    positions = Embedding(configuration.positions, d, deviation: deviation, &source)
    tokenTypes = Embedding(configuration.tokenTypes, d, deviation: deviation, &source)
    norm = LayerNorm(d, epsilon: stack.epsilon, &source)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    words.visitParameters(prefix + "word_embeddings.", visit)
    positions.visitParameters(prefix + "position_embeddings.", visit)
    tokenTypes.visitParameters(prefix + "token_type_embeddings.", visit)
    norm.visitParameters(prefix + "LayerNorm.", visit)
  }
}

/// The sizes of a BERT or RoBERTa.
package struct TextConfiguration: Sendable, Hashable {
  /// Sizes of the layers.
  package var stack: TransformerConfiguration
  /// Rows of the word piece table.
  package var vocabulary: Int
  /// Rows of the position table; RoBERTa uses `padding + 1` rows less.
  package var positions: Int
  /// Rows of the segment table.
  package var tokenTypes: Int
  /// The id of padding.
  package var padding: Int
  /// How positions are counted.
  package var counting: PositionCounting
  /// Whether there is a pooler (a linear layer and tanh over the first position).
  package var pooler: Bool

  /// A model's sizes.
  package init(
    stack: TransformerConfiguration, vocabulary: Int, positions: Int, tokenTypes: Int,
    padding: Int, counting: PositionCounting, pooler: Bool = true
  ) {
    self.stack = stack
    self.vocabulary = vocabulary
    self.positions = positions
    self.tokenTypes = tokenTypes
    self.padding = padding
    self.counting = counting
    self.pooler = pooler
  }

  /// Which row of the position table belongs to a piece.
  package enum PositionCounting: Sendable, Hashable {
    /// 0, 1, 2 …: BERT.
    case fromZero
    /// The n-th piece that is not padding has position n + padding (n from 1); padding has
    /// `padding`: RoBERTa.
    case skippingPadding
  }

  /// The longest sequence, in pieces: what there are positions for, as far as its attention can be
  /// held.
  package var longest: Int {
    min(
      counting == .fromZero ? positions : positions - padding - 1,
      ModelLimits.pieces(heads: stack.heads))
  }
}

/// BERT (Devlin et al. 2019) and, with `counting: .skippingPadding`, RoBERTa (Liu et al. 2019);
/// weights are named as Hugging Face's `BertModel` and `RobertaModel` name them.
package struct BERTModel: ParameterContainer {
  /// What turns the input into vectors.
  package var embeddings: EmbeddingParameters
  /// The layers in a row.
  package var encoder: TransformerStack
  /// Over the first position; followed by tanh.
  package var pooler: Linear?
  /// Sizes and switches.
  package let configuration: TextConfiguration

  /// A model of the given sizes.
  package init(_ configuration: TextConfiguration, _ source: inout WeightSource) {
    let d = configuration.stack.hiddenSize
    embeddings = EmbeddingParameters(configuration, &source)
    encoder = TransformerStack(configuration.stack, &source)
    pooler =
      configuration.pooler
      ? Linear(d, d, deviation: configuration.stack.deviation, &source) : nil
    self.configuration = configuration
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    embeddings.visitParameters(prefix + "embeddings.", visit)
    encoder.visitParameters(prefix, visit)
    if var layer = pooler {
      layer.visitParameters(prefix + "pooler.dense.", visit)
      pooler = layer
    }
  }
}
