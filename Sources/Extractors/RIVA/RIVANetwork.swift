import Encoders
import Tensors
import Traces

/// RIVA itself (Sun et al. 2020, Figure 2; MODELS §8): s^G = RGN(text, picture); v^G = s^G ·
/// VCN(text, regions); the language models (VLCN) read v^G in place of `[BOS]` and `[EOS]`, and
/// what they know behind each word is its embedding e^RIVA.
///
/// Without the gate (the paper's −RGN) s^G ≡ 1; of the text alone, both first vectors are learned.
struct RIVANetwork: ParameterContainer {
  var words: WordEncoder
  /// The parts that see the picture; nil of the text alone.
  var sight: Sighted?
  /// Learned first vectors of both readings, 2×D, where no picture gives them.
  private(set) var first: Parameter?
  var languageModels: LanguageModels
  let options: RIVAOptions

  /// The parts that see the picture.
  struct Sighted: ParameterContainer {
    var scaling: RegionScaling
    /// What learns along to see pictures; nil where a frozen network sees them.
    var pictures: TrainedPictures?
    var gate: RelationGate
    var context: VisualContext
    var entry: Linear

    /// Class scores of the gate B×2 and v_c B×C.
    func see(
      _ words: Tape.Variable, regions: Tape.Variable, lengths: [Int], seen: ImageRegion,
      _ tape: Tape, _ probe: Probe?
    ) -> (relation: Tape.Variable, context: Tape.Variable) {
      let sentence = gate.sentence(words, lengths: lengths, tape)
      return (
        gate.logits(sentence: sentence, regions: regions, tape),
        context(sentence: sentence, regions: regions, seen: seen, tape, probe)
      )
    }

    /// v^G as the language models read it.
    func entered(_ visual: Tape.Variable, _ tape: Tape) -> Tape.Variable {
      tape.gelu(entry(visual, tape))
    }

    mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
      scaling.visitParameters(prefix + "regions.", visit)
      gate.visitParameters(prefix + "rgn.", visit)
      context.visitParameters(prefix + "vcn.", visit)
      entry.visitParameters(prefix + "vlcn.entry.", visit)
      pictures?.visitParameters(prefix + TrainedPictures.prefix, visit)
    }
  }

  /// What a pass computes.
  struct Pass {
    /// Class scores of the gate, B×2 (no, yes); nil of the text alone.
    let relation: Tape.Variable?
    /// What the language models know.
    let states: LanguageModels.States
  }

  init(
    _ sizes: TaggerSizes, _ options: RIVAOptions, _ generator: inout SeededGenerator
  ) {
    words = sizes.makeWords(&generator)
    self.options = options
    if options.context == .riva {
      sight = Sighted(
        scaling: RegionScaling(options.size),
        gate: RelationGate(
          words: words.size, size: options.size, fusion: options.fusion, dropout: sizes.dropout,
          &generator),
        context: VisualContext(
          sentence: options.size, regions: options.size, heads: options.heads, &generator),
        entry: Linear(options.size, words.size, &generator))
      sight?.pictures = options.pictureNetwork.map { TrainedPictures($0, &generator) }
    } else {
      first = Parameter.normal([2, words.size], deviation: 0.1, &generator)
    }
    languageModels = LanguageModels(
      words: words.size, hidden: options.hidden, vocabulary: sizes.words, dropout: sizes.dropout,
      &generator)
  }

  /// Reads a batch.
  ///
  /// - Parameter gate: s^G of every post instead of the gate's own; nil: its own.
  func callAsFunction(
    _ batch: TaggerBatch, gate forced: Float? = nil, _ tape: Tape, _ probe: Probe?
  ) -> Pass {
    let embedded = words(batch.words, tape)
    let lengths = batch.words.lengths
    guard let sight else {
      let both = first.map { tape($0) } ?? tape.constant(Tensor([2, words.size]))
      func start(_ row: Int) -> Tape.Variable {
        tape.gather(both, [Int](repeating: row, count: lengths.count), shape: [lengths.count])
      }
      return Pass(
        relation: nil,
        states: languageModels.read(
          embedded, first: (start(0), start(1)), lengths: lengths, tape))
    }
    let regions = sight.pictures.regions(batch, sight.scaling, tape)
    let seen = sight.see(
      embedded, regions: regions, lengths: lengths, seen: batch.seen, tape, probe)
    var visual = seen.context
    if options.gated {
      var s = tape.column(1, of: tape.softmax(seen.relation))
      if !options.letsWordsTeachGate, !tape.watchesInputs { s = tape.constant(tape[s]) }
      if let forced { s = tape.constant(Tensor(tape.shape(s), repeating: forced)) }
      if let probe {
        s = probe.tap(RIVATagger.Shown.gate, s, on: tape) {
          .gate(
            RIVATagger.Shown.gate,
            options.relations == .matching
              ? "relation gate s^G: the picture is the post's own"
              : "relation gate s^G: the picture adds to the text", $0)
        }
      }
      visual = tape.scaleRows(visual, by: s)
    }
    let entered = sight.entered(visual, tape)
    return Pass(
      relation: seen.relation,
      states: languageModels.read(
        embedded, first: (entered, entered), lengths: lengths, tape))
  }

  /// Takes the scale of regions from posts.
  mutating func fit(regions: some Sequence<Tensor>) { sight?.scaling.fit(regions) }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    words.visitParameters(prefix + "embedding.", visit)
    sight?.visitParameters(prefix, visit)
    if var both = first {
      visit(prefix + "vlcn.first", &both)
      first = both
    }
    languageModels.visitParameters(prefix + "vlcn.", visit)
  }
}

extension Signal {
  /// A probability that the picture adds.
  static func gate(_ name: String, _ caption: String, _ value: Tensor) -> Signal {
    Signal(
      name: name, caption: caption,
      kind: .scalar(low: 0, high: 1, threshold: 0.5, percentile: nil), ofPicture: true,
      tensor: Tensor(scalar: value.array[0]))
  }
}
