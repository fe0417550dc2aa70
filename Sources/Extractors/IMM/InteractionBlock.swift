import Encoders
import Tensors

/// One block of IMM's shared-attention interaction (ISA, MODELS §6.2): attention and norms are the
/// same for both modalities, the feed-forward parts are not. The modalities do not see each other.
struct InteractionBlock {
  /// The text encoder's layer: the shared attention, and the text's feed-forward part.
  let layer: TransformerLayer
  /// The picture's feed-forward part.
  let feedForward: FeedForward
  /// Norms before the sublayers.
  let norms: BlockNorms
  /// Where norms stand: before the sublayers, or behind the sums with the layer's own.
  let norm: TransformerConfiguration.NormPlace

  /// B×T×D → B×T×D.
  func text(_ x: Tape.Variable, _ mask: AttentionMask, _ tape: Tape) -> Tape.Variable {
    block(x, mask, tape) { textForward($0, tape) }
  }

  private func textForward(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    layer.output(layer.configuration.activation(layer.intermediate(x, tape), tape), tape)
  }

  /// B×(N+1)×D → B×(N+1)×D.
  func picture(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    block(x, AttentionMask(), tape) { feedForward($0, tape) }
  }

  /// Both in one attention (MODELS §6.2, `isaJoint`): words and regions see each other.
  ///
  /// - Parameter real: B×T, false where a text has no piece; nil where all have all.
  func joint(
    _ text: Tape.Variable, _ picture: Tape.Variable, real: [Bool]?, _ tape: Tape
  ) -> (text: Tape.Variable, picture: Tape.Variable) {
    let (count, words, width) = (tape.shape(text)[0], tape.shape(text)[1], tape.shape(text)[2])
    let places = tape.shape(picture)[1]
    let length = words + places
    let rows = tape.joinRows(
      tape.reshape(text, [1, count * words, width]),
      tape.reshape(picture, [1, count * places, width]))
    // Each item's words, then its regions.
    var order: [Int] = []
    var keys: [Bool] = []
    for item in 0..<count {
      let own = (item * words)..<((item + 1) * words)
      order += Array(own)
      order += (0..<places).map { count * words + item * places + $0 }
      keys += real.map { Array($0[own]) } ?? [Bool](repeating: true, count: words)
      keys += [Bool](repeating: true, count: places)
    }
    let both = tape.gather(
      tape.reshape(rows, [count * length, width]), order, shape: [count, length])
    let h = tape.reshape(
      attended(both, AttentionMask(keys: keys), tape), [count * length, width])
    func part(_ range: Range<Int>) -> Tape.Variable {
      var places: [Int] = []
      for item in 0..<count { places += range.map { item * length + $0 } }
      return tape.gather(h, places, shape: [count, range.count])
    }
    return (
      finished(part(0..<words), tape) { textForward($0, tape) },
      finished(part(words..<length), tape) { feedForward($0, tape) }
    )
  }

  private func block(
    _ x: Tape.Variable, _ mask: AttentionMask, _ tape: Tape,
    _ feedForward: (Tape.Variable) -> Tape.Variable
  ) -> Tape.Variable {
    finished(attended(x, mask, tape), tape, feedForward)
  }

  /// The first half: attention and sum.
  private func attended(
    _ x: Tape.Variable, _ mask: AttentionMask, _ tape: Tape
  ) -> Tape.Variable {
    let dropout = layer.configuration.hiddenDropout
    switch norm {
    case .pre:
      let attended = layer.attended(norms.attention(x, tape), mask: mask, tape)
      return tape.add(x, tape.dropout(attended, dropout))
    case .post:
      let attended = layer.attended(x, mask: mask, tape)
      return layer.attentionNorm(tape.add(x, tape.dropout(attended, dropout)), tape)
    }
  }

  /// The second half: a feed-forward part and sum.
  private func finished(
    _ h: Tape.Variable, _ tape: Tape, _ feedForward: (Tape.Variable) -> Tape.Variable
  ) -> Tape.Variable {
    let dropout = layer.configuration.hiddenDropout
    switch norm {
    case .pre:
      return tape.add(h, tape.dropout(feedForward(norms.output(h, tape)), dropout))
    case .post:
      return layer.outputNorm(tape.add(h, tape.dropout(feedForward(h), dropout)), tape)
    }
  }
}

/// The two norms of a block.
struct BlockNorms: ParameterContainer {
  /// Before the attention.
  var attention: LayerNorm
  /// Before the feed-forward part.
  var output: LayerNorm

  init(_ sizes: TransformerConfiguration, _ source: inout WeightSource) {
    attention = LayerNorm(sizes.hiddenSize, epsilon: sizes.epsilon, &source)
    output = LayerNorm(sizes.hiddenSize, epsilon: sizes.epsilon, &source)
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    attention.visitParameters(prefix + "attention_norm.", visit)
    output.visitParameters(prefix + "output_norm.", visit)
  }
}

/// A feed-forward part of its own.
struct FeedForward: ParameterContainer {
  var first: Linear
  var second: Linear
  let activation: Activation

  /// The weights of a text layer to begin with; random ones without it.
  init(
    _ sizes: TransformerConfiguration, from layer: TransformerLayer?,
    _ source: inout WeightSource
  ) {
    let (d, inner) = (sizes.hiddenSize, sizes.intermediateSize)
    first = layer?.intermediate ?? Linear(d, inner, deviation: sizes.deviation, &source)
    second = layer?.output ?? Linear(inner, d, deviation: sizes.deviation, &source)
    activation = sizes.activation
  }

  func callAsFunction(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    second(activation(first(x, tape), tape), tape)
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    first.visitParameters(prefix + "first.", visit)
    second.visitParameters(prefix + "second.", visit)
  }
}

extension TransformerLayer {
  /// The layer's attention of a sequence over itself, projected; no sum and no norm.
  func attended(_ x: Tape.Variable, mask: AttentionMask, _ tape: Tape) -> Tape.Variable {
    attentionOutput(
      tape.attention(
        query(x, tape), key(x, tape), value(x, tape), heads: configuration.heads, mask: mask,
        dropout: configuration.attentionDropout
      ).output, tape)
  }

  /// A pre-norm layer in two: what its feed-forward part reads, and the layer's output.
  func halves(
    _ x: Tape.Variable, _ tape: Tape
  ) -> (entered: Tape.Variable, output: Tape.Variable) {
    let dropout = configuration.hiddenDropout
    let attended = attended(attentionNorm(x, tape), mask: AttentionMask(), tape)
    let h = tape.add(x, tape.dropout(attended, dropout))
    let entered = outputNorm(h, tape)
    let inner = configuration.activation(intermediate(entered, tape), tape)
    return (entered, tape.add(h, tape.dropout(output(inner, tape), dropout)))
  }
}
