import Foundation

/// Learns a cased WordPiece vocabulary from words: the pair of neighbouring pieces that occurs most
/// often becomes one piece, again and again, as Hugging Face's trainer does.
///
/// For small encoders on small corpora; every step looks at all pairs.
package struct WordPieceLearner: Sendable {
  /// What every vocabulary begins with, `[PAD]` as number 0.
  package static let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
  /// Longer parts of words are not learned from; BERT's tokenizer calls them unknown.
  static let longestPart = 100
  /// The most frequent parts of words that are learned from.
  static let mostParts = 200_000

  private var symbols: [String] = []
  private var numbers: [String: Int] = [:]
  private var words: [[Int]] = []
  private var counts: [Int] = []
  private var pairs: [Pair: Int] = [:]
  private var places: [Pair: Set<Int>] = [:]

  private struct Pair: Hashable {
    let left: Int
    let right: Int
  }

  /// A vocabulary of at most `size` pieces, special ones first, then characters, then merges in
  /// their order. The same words give the same vocabulary.
  ///
  /// - Parameter minimum: characters and pairs that occur less often are left out.
  package static func vocabulary(
    of words: some Sequence<String>, size: Int, minimum: Int = 2
  ) -> [String] {
    var learner = WordPieceLearner(words, minimum: minimum)
    return learner.learn(size: size, minimum: minimum)
  }

  private init(_ source: some Sequence<String>, minimum: Int) {
    var parts: [String: Int] = [:]
    for word in source { for part in Self.parts(of: word) { parts[part, default: 0] += 1 } }
    let frequent = parts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostParts)
    var characters: [String: Int] = [:]
    for (part, count) in frequent {
      for piece in Self.pieces(of: part) { characters[piece, default: 0] += count }
    }
    for piece in characters.keys.sorted() where characters[piece, default: 0] >= minimum {
      _ = number(of: piece)
    }
    for (part, count) in frequent {
      let spelled = Self.pieces(of: part).compactMap { numbers[$0] }
      // A part with a rare character would be unknown whole.
      guard spelled.count == part.unicodeScalars.count else { continue }
      counts.append(count)
      words.append(spelled)
      note(words.count - 1, by: 1)
    }
  }

  /// A word between its punctuation marks, which are parts of their own, as BERT splits.
  static func parts(of word: String) -> [String] {
    var result: [String] = []
    var open = String.UnicodeScalarView()
    func close() {
      if !open.isEmpty, open.count <= longestPart { result.append(String(open)) }
      open = String.UnicodeScalarView()
    }
    for scalar in word.unicodeScalars {
      if scalar.properties.isWhitespace {
        close()
      } else if isPunctuation(scalar) {
        close()
        result.append(String(scalar))
      } else {
        open.append(scalar)
      }
    }
    close()
    return result
  }

  private static func isPunctuation(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 33...47, 58...64, 91...96, 123...126: true
    default:
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        true
      default: false
      }
    }
  }

  private static func pieces(of part: String) -> [String] {
    part.unicodeScalars.enumerated().map { $0 == 0 ? String($1) : "##" + String($1) }
  }

  private mutating func number(of symbol: String) -> Int {
    if let known = numbers[symbol] { return known }
    numbers[symbol] = symbols.count
    symbols.append(symbol)
    return symbols.count - 1
  }

  /// Adds the pairs of a word, or takes them away.
  private mutating func note(_ word: Int, by sign: Int) {
    let pieces = words[word]
    for i in pieces.indices.dropLast() {
      let pair = Pair(left: pieces[i], right: pieces[i + 1])
      let count = pairs[pair, default: 0] + sign * counts[word]
      pairs[pair] = count > 0 ? count : nil
      if sign > 0 {
        places[pair, default: []].insert(word)
      } else if count <= 0 {
        places[pair] = nil
      }
    }
  }

  private mutating func learn(size: Int, minimum: Int) -> [String] {
    let room = max(0, size - Self.special.count)
    while symbols.count < room, let best = best(minimum) { merge(best) }
    return Self.special + symbols.prefix(room)
  }

  /// The most frequent pair; of equals the one whose pieces came first.
  private func best(_ minimum: Int) -> Pair? {
    let found = pairs.max { a, b in
      (a.value, b.key.left, b.key.right) < (b.value, a.key.left, a.key.right)
    }
    return found.flatMap { $0.value >= minimum ? $0.key : nil }
  }

  private mutating func merge(_ pair: Pair) {
    let joined = number(of: symbols[pair.left] + symbols[pair.right].dropFirst(2))
    for word in places[pair] ?? [] {
      note(word, by: -1)
      var merged: [Int] = []
      for piece in words[word] {
        if piece == pair.right, merged.last == pair.left {
          merged[merged.count - 1] = joined
        } else {
          merged.append(piece)
        }
      }
      words[word] = merged
      note(word, by: 1)
    }
    pairs[pair] = nil
    places[pair] = nil
  }
}
