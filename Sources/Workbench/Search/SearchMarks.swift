import Corpora

/// Where a query's words and regular expression stand in a post, to be shown.
///
/// Filters such as `label:` name no text and mark nothing. Not kept: a compiled regex is not
/// `Sendable`.
struct SearchMarks {
  /// In lower case, by characters.
  private let words: [[String]]
  private let ids: [[String]]
  private let regex: Regex<AnyRegexOutput>?

  /// Longer texts are searched but not marked: a hostile post must not slow every frame down.
  private static let longest = 4_000

  /// Nil when the query names no text.
  init?(_ query: Query?) {
    guard let query else { return nil }
    words = query.words.map(Self.lower)
    ids =
      words
      + query.filters.compactMap { if case .id(let text) = $0 { Self.lower(text) } else { nil } }
    regex = query.regex.flatMap { try? Regex($0) }
    if ids.isEmpty, regex == nil { return nil }
  }

  private static func lower(_ text: some StringProtocol) -> [String] {
    text.map { $0.lowercased() }
  }

  /// The ranges of characters of each token that match.
  func ranges(in tokens: some Collection<Token>) -> [[Range<Int>]] {
    var found = tokens.map { ranges(of: words, in: $0.text) }
    guard let regex else { return found }
    let text = tokens.map(\.text).joined(separator: " ")
    guard text.utf8.count <= Self.longest else { return found }
    var start = 0
    let starts = tokens.map { token in
      defer { start += token.text.count + 1 }
      return start
    }
    for match in text.matches(of: regex) where !match.range.isEmpty {
      let low = text.distance(from: text.startIndex, to: match.range.lowerBound)
      let high = low + text.distance(from: match.range.lowerBound, to: match.range.upperBound)
      for (i, token) in tokens.enumerated() {
        let part = (low..<high).clamped(to: starts[i]..<(starts[i] + token.text.count))
        if !part.isEmpty {
          found[i].append(part.lowerBound - starts[i]..<part.upperBound - starts[i])
        }
      }
    }
    return found
  }

  /// The ranges of characters of an id that match.
  func ranges(inID id: String) -> [Range<Int>] { ranges(of: ids, in: id) }

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

extension WorkbenchState {
  /// What is searched for on this screen: the query being typed, else the one that made the list.
  var shownQuery: Query? {
    if let job = searchJob { return job.query }
    return queue.query.flatMap { try? Query.parse($0) }
  }
}
