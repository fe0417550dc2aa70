/// How fast a tokenizer is over given posts: what `twinlens bench` prints, and what stands beside
/// the times of the reference (`Tools/bench-tokenizers.py`).
package struct TokenizerSpeed: Sendable, Hashable {
  /// Posts of one pass.
  package let posts: Int
  /// Words of one pass.
  package let words: Int
  /// Pieces of one pass, special tokens included.
  package let pieces: Int
  /// Seconds of the very first pass, with empty caches.
  package let first: Double
  /// Seconds of each later pass, in order.
  package let passes: [Double]

  /// The median of the later passes, in seconds.
  package var median: Double {
    let sorted = passes.sorted()
    return sorted.isEmpty ? first : sorted[sorted.count / 2]
  }

  /// Words a second in the median pass.
  package var wordsPerSecond: Double { Double(words) / max(median, 1e-9) }

  /// Pieces a second in the median pass.
  package var piecesPerSecond: Double { Double(pieces) / max(median, 1e-9) }

  /// Encodes every post once and then `passes` times more, on the thread of the caller; each post
  /// by a call of its own, or all by one when `inBatch`.
  package static func measure(
    _ tokenizer: Tokenizer, posts: [[String]], passes: Int = 9, inBatch: Bool = false
  ) -> TokenizerSpeed {
    var pieces = 0
    func pass() -> Double {
      let clock = ContinuousClock()
      var count = 0
      let time = clock.measure {
        if inBatch {
          for encoding in tokenizer.encode(batch: posts) { count += encoding.count }
        } else {
          for post in posts { count += tokenizer.encode(words: post).count }
        }
      }
      pieces = count
      return time / .seconds(1)
    }
    let first = pass()
    let later = (0..<max(1, passes)).map { _ in pass() }
    return TokenizerSpeed(
      posts: posts.count, words: posts.reduce(0) { $0 + $1.count }, pieces: pieces, first: first,
      passes: later)
  }
}
