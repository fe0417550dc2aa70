import Tensors

/// Word vector ⊕ character biLSTM (Lample et al. 2016; RIVA §3.1, MODELS §8.1).
package struct WordEncoder: ParameterContainer {
  var wordTable: Embedding
  var characterTable: Embedding
  var characterLSTM: LSTM
  /// Width of a token's vector: word size + 2 × character hidden size.
  package let size: Int

  /// Random tables.
  package init(
    words: Int, wordSize: Int, characters: Int, characterSize: Int, characterHidden: Int,
    _ generator: inout SeededGenerator
  ) {
    wordTable = Embedding(words, wordSize, deviation: 0.1, &generator)
    characterTable = Embedding(characters, characterSize, deviation: 0.1, &generator)
    characterLSTM = LSTM(characterSize, hidden: characterHidden, &generator)
    size = wordSize + 2 * characterHidden
  }

  /// Replaces the vector of the word of a number.
  package mutating func set(_ word: Int, _ vector: [Float]) {
    let width = wordTable.weight.value.shape[1]
    precondition(vector.count == width, "a vector of \(vector.count) among those of \(width)")
    wordTable.weight.value.array.replaceSubrange(
      (word * width)..<((word + 1) * width), with: vector)
  }

  /// B×T×size, with zeros in the character part past each length.
  package func callAsFunction(_ batch: WordBatch, _ tape: Tape) -> Tape.Variable {
    let shape = batch.shape
    let words = wordTable(batch.words, shape: shape, tape)
    // The characters of each word run once, then go to all its places.
    let longest = batch.characters.reduce(1) { max($0, $1.count) }
    var numbers = [Int](repeating: -1, count: batch.characters.count * longest)
    for (i, letters) in batch.characters.enumerated() {
      for (k, number) in letters.enumerated() { numbers[i * longest + k] = number }
    }
    let embedded = characterTable(numbers, shape: [batch.characters.count, longest], tape)
    let lengths = batch.characters.map(\.count)
    let states = characterLSTM(embedded, lengths: lengths, tape)
    let spelled = tape.endStates(states, lengths: lengths)
    let both = tape.concatenate([words, tape.gather(spelled, batch.spelling, shape: shape)])
    return tape.reading(.words, both)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    wordTable.visitParameters(prefix + "words.", visit)
    characterTable.visitParameters(prefix + "characters.", visit)
    characterLSTM.visitParameters(prefix + "character_lstm.", visit)
  }
}
