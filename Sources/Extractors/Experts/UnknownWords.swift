import Encoders
import Foundation

/// How many words of some posts a model does not know: of those it sees only the letters, or
/// nothing, so that its answers there say little.
package struct UnknownWords: Sendable, Hashable {
  /// The model folder's name.
  package let model: String
  /// Words that are not in its vocabulary or, where it reads pieces, that hold a character in no
  /// piece.
  package let unknown: Int
  /// All words: tokens with a letter or digit but links and users' names (`WordForms.isWord`).
  package let words: Int

  /// Counts by their parts.
  package init(model: String, unknown: Int, words: Int) {
    self.model = model
    self.unknown = unknown
    self.words = words
  }

  /// 0 … 1; 0 without words.
  package var share: Float { words == 0 ? 0 : Float(unknown) / Float(words) }
}

/// A model that can say which words it does not know.
package protocol WordReading: Sendable {
  /// The model folder's name.
  var name: String { get }
  /// How many of a post's words it does not know.
  func unknownCount(of words: [String]) -> Int
}

extension WordReading {
  /// The same over many posts.
  package func unknownWords(in posts: some Sequence<[String]>) -> UnknownWords {
    var (unknown, all) = (0, 0)
    for tokens in posts {
      let words = tokens.filter(WordForms.isWord)
      unknown += unknownCount(of: words)
      all += words.count
    }
    return UnknownWords(model: name, unknown: unknown, words: all)
  }
}

extension DualEncoderModel {
  /// Words without a vector.
  package func unknownCount(of words: [String]) -> Int { self.words.unknownCount(of: words) }
}

extension CLIPEmbedder {
  /// Words with an unknown piece.
  package func unknownCount(of words: [String]) -> Int { tokenizer.unknownCount(of: words) }
}

extension Vocabulary {
  /// Words whose form (`WordForms.word`) is not listed.
  func unknownCount(of words: [String]) -> Int {
    words.count { self[WordForms.word($0)] == Self.unknown }
  }
}

extension Tokenizer {
  /// Words of which some piece is the unknown one.
  func unknownCount(of words: [String]) -> Int {
    guard let unknown = special.unknown else { return 0 }
    let encoding = encode(words: words, options: EncodingOptions(emptyWords: .unknown))
    var places = Set<Int>()
    for (id, word) in zip(encoding.ids, encoding.wordIndices) where id == unknown {
      if let word { places.insert(word) }
    }
    return places.count
  }
}
