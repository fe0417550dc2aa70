import Corpora

/// Ids as far as they differ: posts of a dataset are numbered, and what stands at the beginning of
/// all of their ids says nothing in a list. What is shown is always the end of an id, so that it
/// can be searched for.
struct ShortIDs: Sendable {
  /// By what stands before the last digits of ids, how many of the digits differ at all.
  private var digits: [Substring: Int] = [:]

  /// - Parameter ids: of all posts.
  init(_ ids: some Collection<Post.ID>) {
    var numbers: [Substring: Shared] = [:]
    for id in ids {
      let (stem, number) = Self.parts(id)
      guard !number.isEmpty else { continue }
      numbers[stem, default: Shared(number)].meet(number)
      // Ids without order are no numbers: shortening them would make riddles.
      guard numbers.count <= 12 else { return }
    }
    digits = numbers.compactMapValues { $0.count > 1 ? $0.differing : nil }
    // `train-7` and `test-7` would both be 7.
    var seen: Set<String> = []
    if digits.count > 1, !ids.allSatisfy({ seen.insert(short($0)).inserted }) { digits = [:] }
  }

  /// An id as short as others allow.
  func short(_ id: Post.ID) -> String {
    let (stem, number) = Self.parts(id)
    return digits[stem].map { String(number.suffix($0)) } ?? id
  }

  /// An id without its last digits, and these.
  private static func parts(_ id: Post.ID) -> (stem: Substring, number: Substring) {
    let utf8 = id.utf8
    var at = utf8.endIndex
    while at > utf8.startIndex {
      let before = utf8.index(before: at)
      guard utf8[before] &- 0x30 < 10 else { break }
      at = before
    }
    return (id[..<at], id[at...])
  }

  /// What numbers have in common.
  private struct Shared {
    let first: Substring
    /// Digits with which all begin; 0 where some have more digits than others.
    var shared: Int
    var longest: Int
    var count = 0

    init(_ number: Substring) {
      first = number
      (shared, longest) = (number.utf8.count, number.utf8.count)
    }

    mutating func meet(_ number: Substring) {
      count += 1
      longest = max(longest, number.utf8.count)
      shared =
        number.utf8.count == first.utf8.count
        ? min(shared, zip(number.utf8, first.utf8).prefix { $0 == $1 }.count) : 0
    }

    var differing: Int { max(1, longest - shared) }
  }
}
