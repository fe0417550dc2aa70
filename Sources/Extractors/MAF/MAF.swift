import Encoders
import Tensors
import Traces

/// MAF (Xu et al. 2022; MODELS §3.3): a matching tells whether text and picture belong together and
/// scales what words take from regions; an alignment pulls the vectors of texts and their pictures
/// together.
package typealias MAF = PictureTagger<MAFHead>

/// What lies on top of MAF's encoder.
///
/// The encoders here have no pooler: the text's vector is made by one that belongs to the head,
/// tanh(W h_[CLS] + b).
package struct MAFHead: PictureTaggerHead {
  /// The `system` of MAF's model folders.
  package static let system = "maf"
  static let dropout: Float = 0.1
  /// The last posts of a batch get exchanged pictures, whatever their length.
  package static let readsPlaces = true
  /// Flattened matching has weights for positions behind the text, too.
  package var paddedLength: Int? {
    guard options.matches, case .flattened(let length) = options.matching else { return nil }
    return length
  }

  /// What it was made for.
  package let sizes: PictureTaggerSizes
  /// Its switches.
  package let options: MAFOptions
  /// C → D.
  var wordRegions: Linear
  var wordsOverRegions: TransformerLayer
  /// L·2D or 2D → no, yes.
  var matching: Linear
  var gateText: Linear
  var gatePicture: Linear
  var alignment: Alignment
  var output: Linear
  /// The field over the tags.
  package var crf: CRF

  /// Random weights.
  package init(
    _ sizes: PictureTaggerSizes, _ options: MAFOptions, _ generator: inout SeededGenerator
  ) {
    self.sizes = sizes
    self.options = options
    let (d, c) = (sizes.stack.hiddenSize, sizes.regionSize)
    let length = if case .flattened(let length) = options.matching { length } else { 1 }
    var source = WeightSource(generator: generator)
    wordRegions = sizes.linear(c, d, &source)
    wordsOverRegions = TransformerLayer(sizes.layer, &source)
    matching = sizes.linear(length * 2 * d, 2, &source)
    gateText = sizes.linear(d, d, &source)
    gatePicture = sizes.linear(d, d, &source)
    alignment = Alignment(sizes, &source)
    output = sizes.linear(2 * d, sizes.states.count, &source)
    if let after = source.generator { generator = after }
    crf = CRF(tags: sizes.states.count, &generator)
  }

  /// What one pass gives.
  struct Pass {
    /// B×S×K.
    let emissions: Tape.Variable
    /// B×2, no and yes; nil without matching.
    let match: Tape.Variable?
    /// Unit vectors B×D of texts and pictures; nil where nobody asks.
    let vectors: (text: Tape.Variable, picture: Tape.Variable)?
  }

  /// - Parameter swaps: item i sees the picture of item `swaps[i]`; alignment keeps its own.
  func forward(
    _ batch: PictureBatch, swaps: [Int]?, _ tape: Tape, _ probe: Probe?
  ) -> Pass {
    let h = tape.dropout(batch.states, Self.dropout)
    let vectors = options.aligns ? alignment.vectors(batch, tape) : nil
    if let vectors, let probe { probe.show(cosine(vectors, tape)) }
    let watch = probe.map { AttentionWatch($0, "maf/attention") }
    let seen = swaps.map { batch.exchangingRegions($0, tape) } ?? batch
    var p = wordsOverRegions(
      h, over: wordRegions(seen.regions, tape), mask: AttentionMask(), tape, watch)
    if let weights = watch?.weights.first, let item = batch.items.first {
      probe?.show(
        PictureSignals.attention(
          "maf/attention", "attention of each word over the picture", weights, item))
    }
    var match: Tape.Variable?
    if options.matches {
      let logits = matchLogits(h, p, batch, tape)
      match = logits
      p = scaled(p, logits, tape, probe)
    }
    let taken = gated(h, p, batch, tape, probe)
    let emissions = output(batch.steps(tape.concatenate([h, taken]), tape), tape)
    return Pass(emissions: emissions, match: match, vectors: vectors)
  }

  /// The first post's cosine.
  private func cosine(
    _ vectors: (text: Tape.Variable, picture: Tape.Variable), _ tape: Tape
  ) -> Signal {
    let width = sizes.stack.hiddenSize
    let (t, v) = (tape[vectors.text].array, tape[vectors.picture].array)
    return Signal(
      name: "maf/cosine", caption: "cosine of the text's and the picture's vectors",
      kind: .scalar(low: -1, high: 1, threshold: nil, percentile: nil), ofPicture: true,
      tensor: Tensor(scalar: (0..<width).reduce(Float(0)) { $0 + t[$1] * v[$1] }))
  }

  /// B×2: whether text and picture belong together.
  private func matchLogits(
    _ h: Tape.Variable, _ p: Tape.Variable, _ batch: PictureBatch, _ tape: Tape
  ) -> Tape.Variable {
    let both = tape.concatenate([h, p])
    switch options.matching {
    case .pooled: return matching(tape.meanOverRows(both, real: batch.mask), tape)
    case .flattened(let length):
      // The states of padding stand there, as in the reference.
      let places = batch.items.map { _ in (0..<length).map { $0 < batch.length ? $0 : -1 } }
      let width = 2 * sizes.stack.hiddenSize
      return matching(
        tape.reshape(tape.select(both, places), [batch.items.count, length * width]), tape)
    }
  }

  /// p′ = s·p.
  private func scaled(
    _ p: Tape.Variable, _ logits: Tape.Variable, _ tape: Tape, _ probe: Probe?
  ) -> Tape.Variable {
    var s = tape.column(1, of: tape.softmax(logits))
    if let probe {
      s = probe.tap("maf/match", s, on: tape) {
        Signal(
          name: "maf/match", caption: "match s: text and picture belong together",
          kind: .scalar(low: 0, high: 1, threshold: 0.5, percentile: nil), ofPicture: true,
          tensor: Tensor(scalar: $0.array[0]))
      }
    }
    return tape.scaleRows(p, by: s)
  }

  /// g ⊙ p′.
  private func gated(
    _ h: Tape.Variable, _ p: Tape.Variable, _ batch: PictureBatch, _ tape: Tape, _ probe: Probe?
  ) -> Tape.Variable {
    guard options.gated else { return p }
    var g = tape.sigmoid(tape.add(gateText(h, tape), gatePicture(p, tape)))
    if let probe, let item = batch.items.first {
      g = probe.tap("maf/gate", g, on: tape) {
        PictureSignals.words("maf/gate", "gate g: how much each word takes", $0, item)
      }
    }
    return tape.multiply(g, p)
  }

  /// Tag scores, showing `maf/match`, `maf/gate`, `maf/cosine` and `maf/attention`.
  package func emissions(_ batch: PictureBatch, _ tape: Tape, _ probe: Probe?) -> Tape.Variable {
    forward(batch, swaps: nil, tape, probe).emissions
  }

  /// Which item's picture each item sees in training: the last 2k exchange theirs in pairs k apart,
  /// a quarter of the batch as in the reference (k = 8 of 64); nil when the batch is too small.
  func swaps(_ count: Int) -> [Int]? {
    let k = min(options.negatives, count / MAFOptions.leastBatch)
    guard options.matches, options.usesPicture, k > 0 else { return nil }
    let first = count - 2 * k
    return (0..<count).map { $0 < first ? $0 : $0 < first + k ? $0 + k : $0 - k }
  }

  /// λ · tagging + (1 − λ)(matching + alignment). Mixed-up items also tag with the wrong picture.
  package func loss(_ batch: PictureBatch, _ tape: Tape) -> Tape.Variable {
    let swaps = swaps(batch.items.count)
    let pass = forward(batch, swaps: swaps, tape, nil)
    var loss = tape.scale(
      crf.loss(pass.emissions, tags: batch.items.map(\.text.states), tape), by: options.tagging)
    func add(_ part: Tape.Variable) {
      loss = tape.add(loss, tape.scale(part, by: 1 - options.tagging))
    }
    if let match = pass.match {
      let targets = batch.items.indices.map { (swaps?[$0] ?? $0) == $0 ? 1 : 0 }
      add(tape.crossEntropy(match, targets: targets))
    }
    if let (text, picture) = pass.vectors {
      add(
        Alignment.loss(
          text: text, picture: picture, temperature: options.temperature,
          textShare: options.textShare, tape))
    }
    return loss
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    wordRegions.visitParameters(prefix + "word_regions.", visit)
    wordsOverRegions.visitParameters(prefix + "words_over_regions.", visit)
    matching.visitParameters(prefix + "matching.", visit)
    gateText.visitParameters(prefix + "gate_text.", visit)
    gatePicture.visitParameters(prefix + "gate_picture.", visit)
    alignment.visitParameters(prefix + "alignment.", visit)
    output.visitParameters(prefix + "output.", visit)
    crf.visitParameters(prefix + "crf.", visit)
  }
}
