import Encoders
import Tensors

/// The relation classifier with entity markers (Baldini Soares et al. 2019, as OpenNRE has it; no
/// pre-training by matching blanks): the encoder's states at the two start markers, a linear layer,
/// dropout ½, a classifier (MODELS §3.4).
package struct MTB: FineTunable {
  /// The encoder with the markers in its table, without a pooler.
  package var encoder: BERTModel
  var head: MTBHead
  let prefix: String

  /// A fresh head on an encoder that knows the markers.
  ///
  /// - Parameter prefix: in front of the encoder's parameters in files.
  package init(
    _ encoder: BERTModel, prefix: String, scheme: RelationScheme,
    _ generator: inout SeededGenerator
  ) {
    self.encoder = encoder
    self.prefix = prefix
    head = MTBHead(
      size: encoder.configuration.stack.hiddenSize, scheme: scheme, &generator)
  }

  /// Mean cross-entropy of the pairs that have a label, one number.
  package func loss(
    _ items: [MarkedPair], _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let logits = head(try encoder.states(items, tape), items, tape)
    return tape.crossEntropy(logits, targets: items.map(\.label))
  }

  /// Scores over the pairs that have a label, with packed weights.
  package func score(_ items: [MarkedPair]) throws(EncoderInputError) -> RelationScore {
    RelationScore(
      try head.logits(items, BERTEngine(encoder)), gold: items.map(\.label), head.scheme)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    encoder.visitParameters(prefix + self.prefix, visit)
    head.visitParameters(prefix + FineTuneNames.head, visit)
  }
}

/// What lies on top of the encoder.
struct MTBHead: ParameterContainer {
  /// 2D → 2D.
  var pair: Linear
  /// 2D → labels.
  var output: Linear
  let scheme: RelationScheme
  static let dropout: Float = 0.5

  init(size: Int, scheme: RelationScheme, _ generator: inout SeededGenerator) {
    pair = Linear(2 * size, 2 * size, &generator)
    output = Linear(2 * size, scheme.labels.count, &generator)
    self.scheme = scheme
  }

  /// B×T×D states of the encoder → B×labels.
  func callAsFunction(_ x: Tape.Variable, _ items: [MarkedPair], _ tape: Tape) -> Tape.Variable {
    let size = tape.shape(x)[2]
    let both = tape.reshape(
      tape.select(x, items.map { [$0.head, $0.tail] }), [items.count, 2 * size])
    return output(tape.dropout(pair(both, tape), Self.dropout), tape)
  }

  /// One score per label for each item, in the order of the items.
  func logits(
    _ items: [MarkedPair], _ engine: BERTEngine
  ) throws(EncoderInputError) -> [[Float]] {
    var result = [[Float]](repeating: [], count: items.count)
    let count = scheme.labels.count
    for batch in LengthBatches.sorted(lengths: items.map(\.ids.count), batch: 32) {
      let part = batch.map { items[$0] }
      let tape = Tape()
      let scores = tape[self(tape.constant(try engine.states(part)), part, tape)].array
      try EncoderInputError.check(scores, "the relation scores of \(MTBModel.system)")
      for (row, i) in batch.enumerated() {
        result[i] = Array(scores[(row * count)..<((row + 1) * count)])
      }
    }
    return result
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    pair.visitParameters(prefix + "pair.", visit)
    output.visitParameters(prefix, visit)
  }
}
