import Encoders
import Tensors
import Traces

/// RIVA's relation gating network (RGN; Sun et al. 2020, §3.1; MODELS §8.2): from the sentence and
/// the mean of the picture's regions it tells the probability s^G that the picture adds to the
/// text.
struct RelationGate: ParameterContainer {
  var lstm: LSTM
  var hidden: Linear
  var output: Linear
  let fusion: RIVAOptions.Fusion
  let dropout: Float

  /// `size` is d_v, which the sentence vector f_t must equal: the biLSTM of two layers has size/2
  /// per direction.
  init(
    words: Int, size: Int, fusion: RIVAOptions.Fusion, dropout: Float,
    _ generator: inout SeededGenerator
  ) {
    lstm = LSTM(words, hidden: size / 2, layers: 2, dropout: dropout, &generator)
    hidden = Linear(fusion == .product ? size : 2 * size, size, &generator)
    output = Linear(size, 2, &generator)
    self.fusion = fusion
    self.dropout = dropout
  }

  /// f_t, B×d_v: last forward and first backward state.
  func sentence(_ words: Tape.Variable, lengths: [Int], _ tape: Tape) -> Tape.Variable {
    tape.endStates(lstm(tape.dropout(words, dropout), lengths: lengths, tape), lengths: lengths)
  }

  /// Class scores B×2 (no, yes) of f_t ⊙ f_v, or of both side by side.
  func logits(
    sentence: Tape.Variable, regions: Tape.Variable, _ tape: Tape
  ) -> Tape.Variable {
    let picture = tape.meanOverMiddle(regions)
    let f =
      fusion == .product
      ? tape.multiply(sentence, picture) : tape.concatenate([sentence, picture])
    return output(tape.dropout(tape.gelu(hidden(f, tape)), dropout), tape)
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    lstm.visitParameters(prefix + "lstm.", visit)
    hidden.visitParameters(prefix + "hidden.", visit)
    output.visitParameters(prefix + "output.", visit)
  }
}

/// A relation gate with word vectors of its own: the teacher (MODELS §8.5), whose architecture is
/// the gate's.
struct RelationClassifier: ParameterContainer {
  var words: WordEncoder
  var gate: RelationGate
  /// What learns along to see pictures; nil where a frozen network sees them.
  var pictures: TrainedPictures?

  init(
    _ sizes: TaggerSizes, _ options: RIVAOptions, _ generator: inout SeededGenerator
  ) {
    words = sizes.makeWords(&generator)
    gate = RelationGate(
      words: words.size, size: options.size, fusion: options.fusion, dropout: sizes.dropout,
      &generator)
    pictures = options.pictureNetwork.map { TrainedPictures($0, &generator) }
  }

  /// Class scores B×2.
  func logits(_ batch: TaggerBatch, _ scaling: RegionScaling, _ tape: Tape) -> Tape.Variable {
    gate.logits(
      sentence: gate.sentence(words(batch.words, tape), lengths: batch.words.lengths, tape),
      regions: pictures.regions(batch, scaling, tape), tape)
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    words.visitParameters(prefix + "embedding.", visit)
    gate.visitParameters(prefix + "rgn.", visit)
    pictures?.visitParameters(prefix + TrainedPictures.prefix, visit)
  }
}
