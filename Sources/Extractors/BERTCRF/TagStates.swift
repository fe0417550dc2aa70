import Corpora
import Encoders

/// How words' tags become the CRF's states (MODELS §2.2).
package enum LabelScheme: String, Sendable, Hashable, Codable, CaseIterable {
  /// The CRF runs over words, each read at its first piece; its states are the tags.
  case firstPieceOnly = "first-piece"
  /// The CRF runs over all pieces, `[CLS]` and `[SEP]` included; later pieces are X. States: PAD,
  /// the tags, X, `[CLS]`, `[SEP]`.
  case withX = "with-x"
}

/// The CRF's states of a tag scheme.
struct TagStates: Sendable, Hashable {
  let scheme: TagScheme
  let labels: LabelScheme

  /// K.
  var count: Int { labels == .withX ? scheme.count + 4 : scheme.count }

  /// The tag that each state stands for; O for the states that are no tags.
  var tagOf: [Int] {
    switch labels {
    case .firstPieceOnly: Array(0..<scheme.count)
    case .withX: [0] + Array(0..<scheme.count) + [0, 0, 0]
    }
  }

  private func state(ofTag tag: Int) -> Int { labels == .withX ? 1 + tag : tag }
  private var laterPiece: Int { scheme.count + 1 }

  /// Where the CRF runs over an encoding, and the gold states there.
  ///
  /// - Parameter tags: gold tags of the words.
  func layOut(_ encoding: Encoding, tags: [Int]) -> TaggedPieces {
    // Truncation cuts the end: what is left of the words are the first of them.
    let firsts = encoding.firstPieces(ofWords: tags.count).prefix { $0 != nil }.compactMap(\.self)
    switch labels {
    case .firstPieceOnly:
      return TaggedPieces(
        ids: encoding.ids, places: firsts, words: Array(firsts.indices),
        states: firsts.indices.map { tags[$0] }, tags: tags)
    case .withX:
      var states = [Int](repeating: laterPiece, count: encoding.count)
      for (place, word) in encoding.wordIndices.enumerated() where word == nil {
        states[place] = laterPiece + (place == 0 ? 1 : 2)
      }
      for (word, place) in firsts.enumerated() { states[place] = state(ofTag: tags[word]) }
      return TaggedPieces(
        ids: encoding.ids, places: Array(0..<encoding.count), words: firsts, states: states,
        tags: tags)
    }
  }
}

/// A post as BERT-CRF reads it.
package struct TaggedPieces: PieceSequence, Hashable {
  /// T piece ids with the special tokens.
  package let ids: [Int]
  /// The piece at which each of the CRF's steps reads.
  package let places: [Int]
  /// The step of each word; words that were cut off have none.
  package let words: [Int]
  /// The gold state of each step.
  package let states: [Int]
  /// Gold tags of all words.
  package let tags: [Int]
}
