/// Some of the posts of a stretch of a dataset, one bit for each.
package struct PostSet: Sendable, Equatable {
  /// The stretch.
  package let range: Range<Int>
  private var words: [UInt64]

  /// None of the posts of a stretch, or all of them.
  package init(_ range: Range<Int>, all: Bool = false) {
    self.range = range
    words = [UInt64](repeating: all ? .max : 0, count: (range.count + 63) / 64)
    if all, range.count % 64 != 0, let last = words.indices.last {
      words[last] = (1 << UInt64(range.count % 64)) - 1
    }
  }

  /// Whether a post of the stretch is in it.
  package subscript(post: Int) -> Bool {
    let place = post - range.lowerBound
    return words[place / 64] >> UInt64(place % 64) & 1 == 1
  }

  package mutating func insert(_ post: Int) {
    let place = post - range.lowerBound
    words[place / 64] |= 1 << UInt64(place % 64)
  }

  package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Adds the posts of another set of the same stretch.
  package mutating func formUnion(_ other: PostSet) {
    for i in words.indices { words[i] |= other.words[i] }
  }

  /// Takes the posts of another set of the same stretch away.
  package mutating func subtract(_ other: PostSet) {
    for i in words.indices { words[i] &= ~other.words[i] }
  }

  /// Calls `body` with each post, in order.
  package func forEach(_ body: (Int) -> Void) {
    for (i, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        body(range.lowerBound + 64 * i + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
  }
}
