import Encoders
import Tensors
import Traces

/// UMT-BERT-CRF (Yu et al. 2020; MODELS §3.2): words look at regions, regions at words, and a gate
/// decides how much of the picture each word takes; a second task, finding mentions without their
/// types, helps the first.
package typealias UMT = PictureTagger<UMTHead>

/// Switches of UMT; each false is one of the paper's ablations.
package struct UMTOptions: PictureTaggerOptions {
  /// False: all regions are zeros.
  package var usesPicture = true
  /// False: no auxiliary task, e* = e.
  package var spanTask = true
  /// False: the visual gate stands open, g ≡ 1.
  package var gated = true
  /// Weight of the auxiliary loss.
  package var spanWeight: Float = 0.5

  /// The reference's.
  package init() {}

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool { (0...100).contains(spanWeight) }

  /// The parts that are left out.
  package var switches: [String: String] {
    ["image": usesPicture, "spans": spanTask, "gate": gated].filter { !$0.value }
      .mapValues { _ in "off" }
  }
}

/// A trained UMT.
package typealias UMTModel = PictureTaggerModel<UMTHead>

/// What lies on top of UMT's encoder. All layers are full post-norm layers of the encoder's own
/// sizes.
package struct UMTHead: PictureTaggerHead {
  /// The `system` of UMT's model folders.
  package static let system = "umt"
  static let dropout: Float = 0.1

  /// What it was made for.
  package let sizes: PictureTaggerSizes
  /// Its switches.
  package let options: UMTOptions
  var spanLayer: TransformerLayer
  var spanOutput: Linear
  var spanCRF: CRF
  var wordLayer: TransformerLayer
  /// C → D, for words that look at regions.
  var wordRegions: Linear
  /// C → D, for regions that look at words.
  var regionWords: Linear
  var wordsOverRegions: TransformerLayer
  var regionsOverWords: TransformerLayer
  var wordsOverImage: TransformerLayer
  var gate: Linear
  var output: Linear
  /// The field over the tags.
  package var crf: CRF

  /// Random weights.
  package init(
    _ sizes: PictureTaggerSizes, _ options: UMTOptions, _ generator: inout SeededGenerator
  ) {
    self.sizes = sizes
    self.options = options
    let (d, c, layer) = (sizes.stack.hiddenSize, sizes.regionSize, sizes.layer)
    let spans = SpanStates(states: sizes.states)
    var source = WeightSource(generator: generator)
    spanLayer = TransformerLayer(layer, &source)
    spanOutput = sizes.linear(d, spans.count, &source)
    wordLayer = TransformerLayer(layer, &source)
    wordRegions = sizes.linear(c, d, &source)
    regionWords = sizes.linear(c, d, &source)
    wordsOverRegions = TransformerLayer(layer, &source)
    regionsOverWords = TransformerLayer(layer, &source)
    wordsOverImage = TransformerLayer(layer, &source)
    gate = sizes.linear(2 * d, d, &source)
    output = sizes.linear(2 * d, sizes.states.count, &source)
    if let after = source.generator { generator = after }
    spanCRF = CRF(tags: spans.count, &generator)
    crf = CRF(tags: sizes.states.count, &generator)
  }

  /// e* B×S×K, and e′ B×S×K′ where there is an auxiliary task.
  func forward(
    _ batch: PictureBatch, _ tape: Tape, _ probe: Probe?
  ) -> (emissions: Tape.Variable, spans: Tape.Variable?) {
    let h = tape.dropout(batch.states, Self.dropout)
    let text = AttentionMask(keys: batch.mask)
    let c = wordLayer(h, mask: text, tape)
    let watch = probe.map { AttentionWatch($0, "umt/attention") }
    let p = wordsOverRegions(
      c, over: wordRegions(batch.regions, tape), mask: AttentionMask(), tape, watch)
    let q = regionsOverWords(regionWords(batch.regions, tape), over: c, mask: text, tape)
    let r = wordsOverImage(c, over: q, mask: AttentionMask(), tape)
    if let weights = watch?.weights.first, let item = batch.items.first {
      probe?.show(
        PictureSignals.attention(
          "umt/attention", "attention of each word over the picture", weights, item))
    }
    let taken = gated(p, r, batch, tape, probe)
    let e = output(batch.steps(tape.concatenate([r, taken]), tape), tape)
    guard options.spanTask else { return (e, nil) }
    let spans = SpanStates(states: sizes.states)
    let aside = spanOutput(batch.steps(spanLayer(h, mask: text, tape), tape), tape)
    // e′·M; the linear operation takes its weights transposed.
    let table = tape.transpose(tape.constant(spans.conversion))
    let t = tape.linear(aside, weight: table)
    show(tape[aside], batch, probe)
    return (tape.scale(tape.add(e, t), by: 0.5), aside)
  }

  /// g ⊙ p.
  private func gated(
    _ p: Tape.Variable, _ r: Tape.Variable, _ batch: PictureBatch, _ tape: Tape, _ probe: Probe?
  ) -> Tape.Variable {
    guard options.gated else { return p }
    var g = tape.sigmoid(gate(tape.concatenate([r, p]), tape))
    if let probe, let item = batch.items.first {
      g = probe.tap("umt/gate", g, on: tape) {
        PictureSignals.words("umt/gate", "visual gate g: how much each word takes", $0, item)
      }
    }
    return tape.multiply(g, p)
  }

  /// The auxiliary task's probabilities of O, B and I at each word.
  private func show(_ aside: Tensor, _ batch: PictureBatch, _ probe: Probe?) {
    guard let probe, let item = batch.items.first else { return }
    let spans = SpanStates(states: sizes.states)
    let k = spans.count
    let chain = spanCRF.chain
    let emissions = Array(aside.array[0..<(item.text.places.count * k)])
    guard !emissions.isEmpty else { return }
    let flat = chain.marginals(emissions, chain.sums(emissions))
    // Of words that were not read nothing is known.
    let read = min(item.wordCount, item.text.words.count)
    var rows = [Float](repeating: 0, count: 3 * read)
    rows += [Float](repeating: .nan, count: 3 * (item.wordCount - read))
    for word in 0..<read {
      for (state, kind) in spans.shown.enumerated() {
        rows[3 * word + kind] += Float(flat[item.text.words[word] * k + state])
      }
    }
    probe.show(
      Signal(
        name: "umt/spans", caption: "auxiliary task: where mentions begin and go on",
        kind: .wordDistributions(labels: ["O", "B", "I"]),
        tensor: Tensor([item.wordCount, 3], rows)))
  }

  /// e*, showing `umt/gate`, `umt/attention` and `umt/spans`.
  package func emissions(_ batch: PictureBatch, _ tape: Tape, _ probe: Probe?) -> Tape.Variable {
    forward(batch, tape, probe).emissions
  }

  /// The CRF's loss and, weighted, the auxiliary field's.
  package func loss(_ batch: PictureBatch, _ tape: Tape) -> Tape.Variable {
    let (emissions, aside) = forward(batch, tape, nil)
    let tagging = crf.loss(emissions, tags: batch.items.map(\.text.states), tape)
    guard let aside else { return tagging }
    let spans = SpanStates(states: sizes.states)
    let gold = batch.items.map { $0.text.states.map { spans.span(of: $0) } }
    return tape.add(
      tagging, tape.scale(spanCRF.loss(aside, tags: gold, tape), by: options.spanWeight))
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    spanLayer.visitParameters(prefix + "span_layer.", visit)
    spanOutput.visitParameters(prefix + "span_output.", visit)
    spanCRF.visitParameters(prefix + "span_crf.", visit)
    wordLayer.visitParameters(prefix + "word_layer.", visit)
    wordRegions.visitParameters(prefix + "word_regions.", visit)
    regionWords.visitParameters(prefix + "region_words.", visit)
    wordsOverRegions.visitParameters(prefix + "words_over_regions.", visit)
    regionsOverWords.visitParameters(prefix + "regions_over_words.", visit)
    wordsOverImage.visitParameters(prefix + "words_over_image.", visit)
    gate.visitParameters(prefix + "gate.", visit)
    output.visitParameters(prefix + "output.", visit)
    crf.visitParameters(prefix + "crf.", visit)
  }
}
