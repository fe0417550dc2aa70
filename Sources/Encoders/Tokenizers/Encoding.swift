/// A text as a model reads it: the ids of its pieces with the special tokens around them, and the
/// word that each piece comes from.
package struct Encoding: Sendable, Hashable {
  /// The pieces, T of them.
  package internal(set) var ids: [Int]
  /// The word of each piece, counted from 0 in each sequence; nil for special tokens, markers and
  /// padding. Words of a list have the list's places; those of a plain text are the parts that
  /// the tokenizer splits it into, as the reference counts them.
  package internal(set) var wordIndices: [Int?]
  /// Where the second sequence's pieces stand; nil when there is one sequence.
  package internal(set) var second: Range<Int>?
  /// Pieces that were cut off to keep the length.
  package internal(set) var cutCount = 0
  /// Padding at the end.
  package internal(set) var paddingCount = 0
  /// Runs of equal type ids in order; empty when all are 0.
  var typeRuns: [TypeRun] = []

  struct TypeRun: Sendable, Hashable {
    var type: Int
    var count: Int
  }

  /// Pieces with special tokens and padding: T.
  package var count: Int { ids.count }

  /// T segment ids: 0 and 1 in BERT's pairs, else 0.
  package var typeIDs: [Int] {
    if typeRuns.isEmpty { return [Int](repeating: 0, count: ids.count) }
    return typeRuns.flatMap { repeatElement($0.type, count: $0.count) }
  }

  /// T values: 1 for what counts, 0 for padding.
  package var attentionMask: [Int] {
    (0..<ids.count).map { $0 < ids.count - paddingCount ? 1 : 0 }
  }

  /// What a position holds, for label layouts (MODELS §2.2): a word's first piece carries its
  /// label, the others X, special tokens their own.
  package enum Role: Sendable, Hashable {
    case special, firstPiece, laterPiece, padding
  }

  /// T roles.
  package var roles: [Role] {
    var last: Int?
    return wordIndices.indices.map { i in
      if i >= ids.count - paddingCount { return .padding }
      guard let word = wordIndices[i] else { return .special }
      // A second sequence counts its words from 0 again.
      defer { last = word }
      return word == last && i != second?.lowerBound ? .laterPiece : .firstPiece
    }
  }

  /// The position of the first piece of each of the first sequence's `words` words; nil for words
  /// that gave no piece (only invisible characters) or were cut off.
  package func firstPieces(ofWords words: Int) -> [Int?] {
    var result = [Int?](repeating: nil, count: max(0, words))
    for (position, word) in wordIndices.enumerated() {
      if let second, position >= second.lowerBound { break }
      if let word, word < words, result[word] == nil { result[word] = position }
    }
    return result
  }

  /// The positions of the pieces of each of the first sequence's `words` words; empty for words
  /// without pieces.
  package func pieces(ofWords words: Int) -> [Range<Int>] {
    var result = [Range<Int>](repeating: 0..<0, count: max(0, words))
    for (position, word) in wordIndices.enumerated() {
      if let second, position >= second.lowerBound { break }
      guard let word, word < words else { continue }
      let start = result[word].isEmpty ? position : result[word].lowerBound
      result[word] = start..<(position + 1)
    }
    return result
  }

  /// Adds padding up to `length` positions; nothing when it is that long already.
  package mutating func pad(to length: Int, id: Int) {
    let missing = length - ids.count
    guard missing > 0 else { return }
    if !typeRuns.isEmpty { typeRuns.append(TypeRun(type: 0, count: missing)) }
    ids.append(contentsOf: repeatElement(id, count: missing))
    wordIndices.append(contentsOf: repeatElement(nil, count: missing))
    paddingCount += missing
  }
}
