/// What Tab offers for the last word of a line, and which of it is shown.
struct Completion: Sendable, Equatable {
  /// What stands before the word.
  private let stem: String
  let candidates: [String]
  private var chosen = 0

  /// Nil when there is nothing to offer.
  init?(_ line: String, _ candidates: (_ word: String) -> [String]) {
    stem = line.lastIndex(of: " ").map { String(line[...$0]) } ?? ""
    self.candidates = candidates(String(line.dropFirst(stem.count)))
    if self.candidates.isEmpty { return nil }
  }

  /// The line with what is shown.
  var line: String { stem + candidates[chosen] }

  /// The same with the next candidate, or the one before.
  func next(forward: Bool) -> Completion {
    var result = self
    result.chosen = (chosen + (forward ? 1 : candidates.count - 1)) % candidates.count
    return result
  }

  /// The candidates, the chosen one in brackets.
  var words: String {
    let start = max(0, chosen - 3)
    return candidates.enumerated().dropFirst(start)
      .map { $0 == chosen ? "[\($1)]" : $1 }.joined(separator: " ")
  }
}
