import Encoders
import Tensors

/// RIVA's visual-linguistic contextual network (VLCN; Sun et al. 2020, §3.3; MODELS §8.4): two
/// independent LSTMs of two layers that read a vector of the picture first and then the words, one
/// from the left and one from the right, and tell the next word.
struct LanguageModels: ParameterContainer {
  var forward: LSTM
  var backward: LSTM
  var output: Linear
  let dropout: Float

  /// - Parameter vocabulary: words that can be told.
  init(
    words: Int, hidden: Int, vocabulary: Int, dropout: Float, _ generator: inout SeededGenerator
  ) {
    forward = LSTM(
      words, hidden: hidden, layers: 2, bidirectional: false, dropout: dropout, &generator)
    backward = LSTM(
      words, hidden: hidden, layers: 2, bidirectional: false, dropout: dropout, &generator)
    output = Linear(hidden, vocabulary, &generator)
    self.dropout = dropout
    guard !generator.isHollow else { return }
    // The picture is read first and is wanted at the last word.
    forward.rememberAtFirst()
    backward.rememberAtFirst()
  }

  /// States of both readings.
  struct States {
    /// B×(T+1)×H each, in the order of reading: behind the first vector, behind each word.
    let forward: Tape.Variable
    let backward: Tape.Variable
    let lengths: [Int]
    /// T + 1.
    let steps: Int
  }

  /// Reads words B×T×D behind first vectors B×D, one in place of `[BOS]` and one of `[EOS]`.
  func read(
    _ words: Tape.Variable, first: (forward: Tape.Variable, backward: Tape.Variable),
    lengths: [Int], _ tape: Tape
  ) -> States {
    let shape = tape.shape(words)
    let (b, steps, d) = (shape[0], shape[1] + 1, shape[2])
    func joined(_ first: Tape.Variable) -> Tape.Variable {
      tape.joinRows(tape.reshape(first, [b, 1, d]), words)
    }
    var places = [Int](repeating: -1, count: b * steps)
    for (i, length) in lengths.enumerated() {
      places[i * steps] = i * steps
      for t in 0..<length { places[i * steps + 1 + t] = i * steps + length - t }
    }
    let reversed = tape.gather(
      tape.reshape(joined(first.backward), [b * steps, d]), places, shape: [b, steps])
    let longer = lengths.map { $0 + 1 }
    func states(_ lstm: LSTM, _ x: Tape.Variable) -> Tape.Variable {
      tape.dropout(lstm(tape.dropout(x, dropout), lengths: longer, tape), dropout)
    }
    return States(
      forward: states(forward, joined(first.forward)), backward: states(backward, reversed),
      lengths: lengths, steps: steps)
  }

  /// e^RIVA, B×T×2H: what each reading knows once it has read the word.
  func embeddings(_ states: States, _ tape: Tape) -> Tape.Variable {
    let longest = states.steps - 1
    func taken(_ value: Tape.Variable, _ step: (_ word: Int, _ length: Int) -> Int) -> Tape.Variable
    {
      var places = [Int](repeating: -1, count: states.lengths.count * longest)
      for (i, length) in states.lengths.enumerated() {
        for t in 0..<length { places[i * longest + t] = i * states.steps + step(t, length) }
      }
      return tape.gather(flat(value, tape), places, shape: [states.lengths.count, longest])
    }
    return tape.concatenate([
      taken(states.forward) { word, _ in word + 1 },
      taken(states.backward) { word, length in length - word },
    ])
  }

  /// Scores of all words at the place of each real word, N×V per reading, sentence by sentence:
  /// what comes next, and what came before.
  func logits(
    _ states: States, _ tape: Tape
  ) -> (forward: Tape.Variable, backward: Tape.Variable) {
    func told(_ value: Tape.Variable, _ step: (_ word: Int, _ length: Int) -> Int) -> Tape.Variable
    {
      var places: [Int] = []
      for (i, length) in states.lengths.enumerated() {
        places += (0..<length).map { i * states.steps + step($0, length) }
      }
      return output(tape.gather(flat(value, tape), places, shape: [places.count]), tape)
    }
    return (
      told(states.forward) { word, _ in word },
      told(states.backward) { word, length in length - 1 - word }
    )
  }

  /// Mean loss per told word of each reading, scalars.
  func losses(
    _ states: States, _ batch: WordBatch, _ tape: Tape
  ) -> (forward: Tape.Variable, backward: Tape.Variable) {
    let scores = logits(states, tape)
    let targets = Self.targets(batch)
    return (
      tape.crossEntropy(scores.forward, targets: targets),
      tape.crossEntropy(scores.backward, targets: targets)
    )
  }

  /// The number of each real word, sentence by sentence.
  static func targets(_ batch: WordBatch) -> [Int] {
    let longest = batch.shape[1]
    return batch.lengths.enumerated().flatMap { i, length in
      Array(batch.words[(i * longest)..<(i * longest + length)])
    }
  }

  private func flat(_ value: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    let shape = tape.shape(value)
    return tape.reshape(value, [shape[0] * shape[1], shape[2]])
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    forward.visitParameters(prefix + "forward.", visit)
    backward.visitParameters(prefix + "backward.", visit)
    output.visitParameters(prefix + "output.", visit)
  }
}
