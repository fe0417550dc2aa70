import Encoders
import Tensors

/// Sizes that all word-based taggers share; what a model folder's `config.json` holds.
public struct TaggerSizes: Sendable, Hashable, Codable {
  /// Rows of the word table.
  public var words: Int
  /// Rows of the character table.
  public var characters: Int
  /// Size of a word's own vector.
  public var wordSize = 64
  /// Size of a character's vector.
  public var characterSize = 16
  /// Hidden size of the character biLSTM, per direction.
  public var characterHidden = 16
  /// Hidden size of the tagger's biLSTM, per direction.
  public var hidden = 64
  /// Share of the biLSTM's inputs and outputs dropped in training.
  public var dropout: Float = 0.3

  /// Sizes for vocabularies.
  public init(words: Int, characters: Int) {
    self.words = words
    self.characters = characters
  }

  func makeWords(_ generator: inout SeededGenerator) -> WordEncoder {
    WordEncoder(
      words: words, wordSize: wordSize, characters: characters, characterSize: characterSize,
      characterHidden: characterHidden, &generator)
  }
}
