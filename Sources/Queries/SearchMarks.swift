import Corpora

/// Where a query's words and regular expressions stand in a post, to be shown.
///
/// Fields such as `label:` name no text and mark nothing, and neither do terms that must not hold.
package struct SearchMarks {
  /// In lower case, by characters.
  private let words: [[String]]
  private let ids: [[String]]
  private let patterns: [Pattern]

  /// Longer texts are searched but not marked: a hostile post must not slow every frame down.
  private static let longest = 4_000
  /// Steps of regular expressions in one text; what is left then is not marked.
  private static let work = 100_000

  /// Nil when the query names no text.
  package init?(_ query: Query?) {
    guard let query else { return nil }
    let terms = query.positiveConditions
    words = query.words.map(Self.lower)
    ids =
      words + terms.compactMap { if case .id(let text) = $0 { Self.lower(text) } else { nil } }
    patterns = terms.compactMap { if case .pattern(let pattern) = $0 { pattern } else { nil } }
    if ids.isEmpty, patterns.isEmpty { return nil }
  }

  private static func lower(_ text: some StringProtocol) -> [String] {
    text.map { $0.lowercased() }
  }

  /// The ranges of characters of each token that match.
  package func ranges(in tokens: some Collection<Token>) -> [[Range<Int>]] {
    var found = tokens.map { ranges(of: words, in: $0.text) }
    let texts = tokens.map { Array($0.text) }
    let size = tokens.reduce(0) { $0 + $1.text.utf8.count + 1 }
    guard size <= Self.longest else { return found }
    let phrases = words.filter { $0.contains { $0.allSatisfy(\.isWhitespace) } }
    guard !patterns.isEmpty || !phrases.isEmpty else { return found }
    let text = Array(texts.joined(separator: [" "]))
    var starts: [Int] = []
    var start = 0
    for token in texts {
      starts.append(start)
      start += token.count + 1
    }
    var matches = phrases.flatMap { ranges(of: [$0], in: String(text)) }
    var budget = MatchBudget(left: Self.work)
    for pattern in patterns { matches += pattern.matches(in: text, &budget) }
    for match in matches {
      for (i, token) in texts.enumerated() {
        let part = match.clamped(to: starts[i]..<(starts[i] + token.count))
        if !part.isEmpty {
          found[i].append(part.lowerBound - starts[i]..<part.upperBound - starts[i])
        }
      }
    }
    return found
  }

  /// The ranges of characters of an id that match.
  package func ranges(inID id: String) -> [Range<Int>] { ranges(of: ids, in: id) }

  private func ranges(of words: [[String]], in text: String) -> [Range<Int>] {
    guard !words.isEmpty, text.utf8.count <= Self.longest else { return [] }
    let lower = Self.lower(text)
    return words.flatMap { word in
      guard !word.isEmpty, word.count <= lower.count else { return [Range<Int>]() }
      return (0...(lower.count - word.count)).compactMap { start in
        let range = start..<(start + word.count)
        return lower[range].elementsEqual(word) ? range : nil
      }
    }
  }
}
