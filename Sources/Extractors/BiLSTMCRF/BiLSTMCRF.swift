import Encoders
import Tensors
import Traces

/// The text expert: word ⊕ character vectors, a biLSTM, a linear layer and a CRF (Lample et al.
/// 2016; RIVA's tagger, MODELS §8.7). Knows nothing of pictures.
package struct BiLSTMCRF: Tagger {
  /// The `system` of its model folders.
  package static let system = "bilstm-crf"
  /// Word and character vectors.
  package var words: WordEncoder
  var lstm: LSTM
  var output: Linear
  /// Transitions between tags, and the decoding.
  package var crf: CRF
  let dropout: Float

  /// A tagger with random weights.
  package init(
    _ sizes: TaggerSizes, _ options: NoTaggerOptions, tags: Int,
    _ generator: inout SeededGenerator
  ) {
    words = sizes.makeWords(&generator)
    lstm = LSTM(words.size, hidden: sizes.hidden, &generator)
    output = Linear(2 * sizes.hidden, tags, &generator)
    crf = CRF(tags: tags, &generator)
    dropout = sizes.dropout
  }

  /// Tag scores before the CRF: B×N×T, in the order of the tag scheme.
  package func emissions(
    _ batch: TaggerBatch, _ tape: Tape, _ probe: Probe?
  ) -> Tape.Variable {
    let x = tape.dropout(words(batch.words, tape), dropout)
    let h = tape.dropout(lstm(x, lengths: batch.words.lengths, tape), dropout)
    return output(h, tape)
  }

  /// The CRF's negative log-likelihood of the batch's tags, one number.
  package func loss(_ batch: TaggerBatch, _ tape: Tape) -> Tape.Variable {
    crf.loss(emissions(batch, tape, nil), tags: batch.tags, tape)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    words.visitParameters(prefix + "embedding.", visit)
    lstm.visitParameters(prefix + "lstm.", visit)
    output.visitParameters(prefix + "output.", visit)
    crf.visitParameters(prefix + "crf.", visit)
  }
}

/// A trained biLSTM-CRF.
package typealias BiLSTMCRFModel = WordTaggerModel<BiLSTMCRF>
