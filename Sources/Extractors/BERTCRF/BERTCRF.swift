import Corpora
import Encoders
import Tensors

/// The text expert of RDS: a pretrained encoder, dropout, a linear layer and a CRF (MODELS §3.1).
package struct BERTCRF: FineTunable {
  /// The encoder, without a pooler.
  package var encoder: BERTModel
  var head: BERTCRFHead
  let prefix: String

  /// A fresh head on an encoder.
  ///
  /// - Parameter prefix: in front of the encoder's parameters in files.
  package init(
    _ encoder: BERTModel, prefix: String, scheme: TagScheme, labels: LabelScheme,
    _ generator: inout SeededGenerator
  ) {
    self.encoder = encoder
    self.prefix = prefix
    head = BERTCRFHead(
      size: encoder.configuration.stack.hiddenSize, scheme: scheme, labels: labels, &generator)
  }

  /// The CRF's mean negative log-likelihood, one number.
  package func loss(
    _ items: [TaggedPieces], _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let emissions = head(try encoder.states(items, tape), items, tape)
    return head.crf.loss(emissions, tags: items.map(\.states), tape)
  }

  /// Lenient score of the Viterbi paths, with packed weights.
  package func score(_ items: [TaggedPieces]) throws(EncoderInputError) -> EntityScore {
    let engine = BERTEngine(encoder)
    var score = EntityScore()
    for (item, path) in zip(items, try head.paths(items, engine)) {
      score.add(
        predicted: head.scheme.mentions(of: path), gold: head.scheme.mentions(of: item.tags))
    }
    return score
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    encoder.visitParameters(prefix + self.prefix, visit)
    head.visitParameters(prefix + FineTuneNames.head, visit)
  }
}

/// What lies on top of the encoder.
struct BERTCRFHead: ParameterContainer {
  var output: Linear
  var crf: CRF
  let states: TagStates
  static let dropout: Float = 0.1

  var scheme: TagScheme { states.scheme }

  init(size: Int, scheme: TagScheme, labels: LabelScheme, _ generator: inout SeededGenerator) {
    states = TagStates(scheme: scheme, labels: labels)
    output = Linear(
      weight: .normal([states.count, size], deviation: 0.02, &generator),
      bias: .zeros(states.count))
    crf = CRF(tags: states.count, &generator)
  }

  /// B×T×D states of the encoder → B×S×K emissions at the CRF's steps.
  func callAsFunction(_ x: Tape.Variable, _ items: [TaggedPieces], _ tape: Tape) -> Tape.Variable {
    output(tape.dropout(tape.select(x, items.map(\.places)), Self.dropout), tape)
  }

  /// Emissions S×K of each item, in the order of the items; the watch hears of single posts only.
  func emissions(
    _ items: [TaggedPieces], _ engine: BERTEngine, _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> [[Float]] {
    var result = [[Float]](repeating: [], count: items.count)
    for batch in LengthBatches.sorted(lengths: items.map(\.ids.count), batch: 32) {
      let part = batch.map { items[$0] }
      let tape = Tape()
      let text = TextBatch(part.map(\.ids), padding: engine.configuration.padding)
      let states = try engine(text, items.count == 1 ? watch : nil).last
      let e = tape[self(tape.constant(states), part, tape)]
      try EncoderInputError.check(e.array, "the tag scores of bert-crf")
      let (steps, k) = (e.shape[1], e.shape[2])
      for (row, i) in batch.enumerated() {
        let start = row * steps * k
        result[i] = Array(e.array[start..<(start + items[i].places.count * k)])
      }
    }
    return result
  }

  /// The tag of every word, in the order of the items; O where words were cut off.
  func paths(
    _ items: [TaggedPieces], _ engine: BERTEngine
  ) throws(EncoderInputError) -> [[Int]] {
    let (chain, tagOf) = (crf.chain, states.tagOf)
    return zip(items, try emissions(items, engine)).map { item, emissions in
      let path = chain.viterbi(emissions)
      let words = item.words.map { tagOf[path[$0]] }
      return words + [Int](repeating: 0, count: item.tags.count - words.count)
    }
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    output.visitParameters(prefix, visit)
    crf.visitParameters(prefix + "crf.", visit)
  }
}
