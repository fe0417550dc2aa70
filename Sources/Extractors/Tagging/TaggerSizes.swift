import Encoders
import Tensors

/// Sizes that all word-based taggers share; what a model folder's `config.json` holds.
package struct TaggerSizes: Sendable, Hashable, Codable {
  /// Rows of the word table.
  package var words: Int
  /// Rows of the character table.
  package var characters: Int
  /// Size of a word's own vector.
  package var wordSize = 64
  /// Size of a character's vector.
  package var characterSize = 16
  /// Hidden size of the character biLSTM, per direction.
  package var characterHidden = 16
  /// Hidden size of the tagger's biLSTM, per direction.
  package var hidden = 64
  /// Share of the biLSTM's inputs and outputs dropped in training.
  package var dropout: Float = 0.3

  /// Sizes for vocabularies.
  package init(words: Int, characters: Int) {
    self.words = words
    self.characters = characters
  }

  /// RIVA's and its tagger's published sizes (Sun et al. 2020, Table 2; MODELS §8).
  ///
  /// - Parameter hidden: of the tagger's biLSTM, per direction.
  mutating func becomePublished(hidden: Int) {
    (wordSize, characterSize, characterHidden) = (100, 25, 25)
    (self.hidden, dropout) = (hidden, 0.5)
  }

  /// The value of `choice` for the published sizes.
  static let published = "published"
  /// The choice between sizes.
  static let choice = Switch.choice(
    "sizes", ["small", published], "sizes of all layers: small, or those of the paper's Table 2")

  func makeWords(_ generator: inout SeededGenerator) -> WordEncoder {
    WordEncoder(
      words: words, wordSize: wordSize, characters: characters, characterSize: characterSize,
      characterHidden: characterHidden, &generator)
  }
}
