import Encoders
import Tensors
import Traces

/// The multimodal expert: RIVA's relation gate and visual context in front of a biLSTM-CRF (Sun et
/// al. 2020; MODELS §8).
///
/// s^G = RGN(text, picture); v^G = s^G · VCN(text, regions); the tagger's biLSTM reads [word;
/// characters; v^G] at every token. Without the gate (`gated: false`, the paper's −RGN) s^G ≡ 1.
package struct RIVATagger: Tagger {
  /// The `system` of its model folders.
  package static let system = "riva"
  /// Word and character vectors.
  package var words: WordEncoder
  var gate: RelationGate
  var context: VisualContext
  var entry: Linear
  var lstm: LSTM
  var output: Linear
  /// Transitions between tags, and the decoding.
  package var crf: CRF
  /// What distinguishes this RIVA from another.
  package let options: RIVAOptions
  let dropout: Float

  /// A tagger with random weights.
  package init(
    _ sizes: TaggerSizes, _ options: RIVAOptions, tags: Int, _ generator: inout SeededGenerator
  ) {
    words = sizes.makeWords(&generator)
    let visual = options.size
    gate = RelationGate(
      words: words.size, size: visual, dropout: sizes.dropout, &generator)
    context = VisualContext(
      sentence: visual, regions: visual, heads: options.heads, &generator)
    entry = Linear(visual, options.entrySize, &generator)
    lstm = LSTM(words.size + options.entrySize, hidden: sizes.hidden, &generator)
    output = Linear(2 * sizes.hidden, tags, &generator)
    crf = CRF(tags: tags, &generator)
    self.options = options
    dropout = sizes.dropout
  }

  /// Everything the loss needs: emissions B×T×K and the gate's class scores B×2.
  func forward(
    _ batch: TaggerBatch, _ tape: Tape, _ probe: Probe?
  ) -> (emissions: Tape.Variable, relation: Tape.Variable) {
    let lengths = batch.words.lengths
    let embedded = words(batch.words, tape)
    let regions = tape.constant(batch.regions)
    let sentence = gate.sentence(embedded, lengths: lengths, tape)
    let relation = gate.logits(sentence: sentence, regions: regions, tape)
    var visual = context(
      sentence: sentence, regions: regions, seen: batch.seen, tape, probe)
    if options.gated {
      var s = tape.column(1, of: tape.softmax(relation))
      if let probe {
        s = probe.tap("rgn/gate", s, on: tape) {
          Signal(
            name: "rgn/gate", caption: "relation gate s^G: the picture adds to the text",
            kind: .scalar(low: 0, high: 1, threshold: 0.5, percentile: nil), ofPicture: true,
            tensor: Tensor(scalar: $0.array[0]))
        }
      }
      visual = tape.scaleRows(visual, by: s)
    }
    let entered = tape.gelu(entry(visual, tape))
    let longest = batch.words.shape[1]
    let x = tape.concatenate([embedded, tape.repeatRows(entered, times: longest)])
    let h = tape.dropout(lstm(tape.dropout(x, dropout), lengths: lengths, tape), dropout)
    return (output(h, tape), relation)
  }

  /// Tag scores before the CRF: B×N×T; the probe hears of gate and attention.
  package func emissions(
    _ batch: TaggerBatch, _ tape: Tape, _ probe: Probe?
  ) -> Tape.Variable {
    forward(batch, tape, probe).emissions
  }

  /// CRF loss, plus the gate's cross-entropy on the posts that say whether their picture adds
  /// (RIVA's L₁).
  package func loss(_ batch: TaggerBatch, _ tape: Tape) -> Tape.Variable {
    let (emissions, relation) = forward(batch, tape, nil)
    let tagging = crf.loss(emissions, tags: batch.tags, tape)
    guard options.gated, batch.imageAdds.contains(where: { $0 >= 0 }) else { return tagging }
    let gating = tape.crossEntropy(relation, targets: batch.imageAdds)
    return tape.add(tagging, tape.scale(gating, by: options.relationWeight))
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    words.visitParameters(prefix + "embedding.", visit)
    gate.visitParameters(prefix + "rgn.", visit)
    context.visitParameters(prefix + "vcn.", visit)
    entry.visitParameters(prefix + "entry.", visit)
    lstm.visitParameters(prefix + "lstm.", visit)
    output.visitParameters(prefix + "output.", visit)
    crf.visitParameters(prefix + "crf.", visit)
  }
}

/// A trained RIVA.
package typealias RIVAModel = WordTaggerModel<RIVATagger>

/// What distinguishes one RIVA from another.
package struct RIVAOptions: WordTaggerOptions {
  /// Where they stand in `config.json`.
  package static let key: String? = "riva"

  /// C of the picture's regions; also d_v, the size of f_t and f_v.
  package var size: Int
  /// Attention heads over the regions.
  package var heads = 8
  /// Size of v^G after its projection, as it enters the tagger.
  package var entrySize = 32
  /// False: s^G ≡ 1 (−RGN).
  package var gated: Bool
  /// Weight of the gate's own loss.
  package var relationWeight: Float = 1

  private enum CodingKeys: String, CodingKey {
    case size = "regionSize"
    case heads, entrySize, gated, relationWeight
  }

  /// The usual ones, for regions of 64 numbers.
  package init() { self.init(regionSize: 64, gated: true) }

  /// Options for regions of a size.
  package init(regionSize: Int, gated: Bool) {
    size = regionSize
    // Eight heads as the paper has them, fewer where they would not divide small regions.
    heads = [8, 4, 2].first { regionSize % $0 == 0 } ?? 1
    self.gated = gated
  }

  /// C of the picture's regions.
  package var regionSize: Int? { size }

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool {
    size > 1 && ModelLimits.regionSize.contains(size) && size % 2 == 0
      && ModelLimits.heads.contains(heads) && size % heads == 0
      && ModelLimits.vector.contains(entrySize)
  }

  /// `gate: off` without the gate.
  package var switches: [String: String] { gated ? [:] : ["gate": "off"] }
}
