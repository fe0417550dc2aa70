import Encoders
import Tensors
import Traces

/// RIVA's relation gating network (RGN; Sun et al. 2020, §3.2; MODELS §8.2): from the sentence and
/// the mean of the picture's regions it tells the probability s^G that the picture adds to the
/// text.
struct RelationGate: ParameterContainer {
  var lstm: LSTM
  var hidden: Linear
  var output: Linear
  let dropout: Float

  /// `size` is d_v, which the sentence vector f_t must equal: the biLSTM has size/2 per direction.
  init(words: Int, size: Int, dropout: Float, _ generator: inout SeededGenerator) {
    lstm = LSTM(words, hidden: size / 2, &generator)
    hidden = Linear(size, size, &generator)
    output = Linear(size, 2, &generator)
    self.dropout = dropout
  }

  /// f_t, B×d_v: last forward and first backward state.
  func sentence(_ words: Tape.Variable, lengths: [Int], _ tape: Tape) -> Tape.Variable {
    tape.endStates(lstm(tape.dropout(words, dropout), lengths: lengths, tape), lengths: lengths)
  }

  /// Class scores B×2 (no, yes) of f_t ⊙ f_v.
  func logits(
    sentence: Tape.Variable, regions: Tape.Variable, _ tape: Tape
  ) -> Tape.Variable {
    let f = tape.multiply(sentence, tape.meanOverMiddle(regions))
    return output(tape.dropout(tape.gelu(hidden(f, tape)), dropout), tape)
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    lstm.visitParameters(prefix + "lstm.", visit)
    hidden.visitParameters(prefix + "hidden.", visit)
    output.visitParameters(prefix + "output.", visit)
  }
}
