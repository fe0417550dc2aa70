/// Sentences made ready for a word-and-character encoder: numbers, padded to the longest of the
/// batch.
package struct WordBatch: Sendable {
  /// B×T word numbers, row-major, 0 past the end.
  package let words: [Int]
  /// Character numbers of every word that occurs, each once.
  let characters: [[Int]]
  /// B×T places in `characters`, −1 past the end.
  let spelling: [Int]
  /// Tokens of each sentence.
  package let lengths: [Int]

  /// Numbers of sentences; every sentence has at least one token.
  package init(_ sentences: [[String]], words: Vocabulary, characters: Vocabulary) {
    lengths = sentences.map(\.count)
    let longest = lengths.max() ?? 0
    var numbers = [Int](repeating: Vocabulary.padding, count: sentences.count * longest)
    var spelled: [[Int]] = []
    var spelling = [Int](repeating: -1, count: sentences.count * longest)
    var known: [String: Int] = [:]
    for (i, sentence) in sentences.enumerated() {
      for (t, token) in sentence.enumerated() {
        numbers[i * longest + t] = words[WordForms.word(token)]
        if known[token] == nil {
          known[token] = spelled.count
          let letters = WordForms.characters(token).map { characters[$0] }
          spelled.append(letters.isEmpty ? [Vocabulary.unknown] : letters)
        }
        spelling[i * longest + t] = known[token] ?? -1
      }
    }
    self.words = numbers
    self.characters = spelled
    self.spelling = spelling
  }

  /// B and T.
  package var shape: [Int] { [lengths.count, lengths.max() ?? 0] }
}
