import Corpora

/// Ids as far as they differ: posts of a dataset are numbered, and what stands in all of their ids
/// says nothing in a list.
struct ShortIDs: Sendable {
  /// By what stands before the last digits of an id: the beginning that tells it from others, and
  /// how many of the digits tell the ids apart.
  private var forms: [Substring: (beginning: Substring, digits: Int)] = [:]

  /// - Parameter ids: of all posts; an id that comes twice is shown whole.
  init(_ ids: some Sequence<Post.ID>) {
    var digits: [Substring: [Substring]] = [:]
    for id in ids {
      let (stem, number) = Self.parts(id)
      if !number.isEmpty { digits[stem, default: []].append(number) }
    }
    // Ids without order are no numbers: shortening them would make riddles.
    guard digits.count <= 12 else { return }
    let stems = Array(digits.keys)
    let beginnings = stems.map { Self.beginning(of: $0, among: stems) }
    // Where one stem goes on from another, digits behind a part of it could be the other's.
    let areApart = stems.count == 1 || beginnings.allSatisfy { $0 != nil }
    for (stem, beginning) in zip(stems, beginnings) {
      guard let count = Self.digits(telling: digits[stem] ?? []) else { continue }
      forms[stem] = (areApart ? beginning ?? "" : stem, count)
    }
  }

  /// An id as short as others allow.
  func short(_ id: Post.ID) -> String {
    let (stem, number) = Self.parts(id)
    guard let form = forms[stem] else { return id }
    return form.beginning + String(number.suffix(form.digits))
  }

  /// An id without its last digits, and these.
  private static func parts(_ id: Post.ID) -> (stem: Substring, number: Substring) {
    let count = id.utf8.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      .count
    let at = id.utf8.index(id.utf8.endIndex, offsetBy: -count)
    return (id[..<at], id[at...])
  }

  /// How many of their last digits tell numbers apart; nil when all of them do not.
  private static func digits(telling numbers: [Substring]) -> Int? {
    let most = numbers.lazy.map(\.utf8.count).max() ?? 0
    let least = String(numbers.count).utf8.count
    guard least <= most else { return nil }
    return (least...most).first { count in
      var seen: Set<Substring> = []
      seen.reserveCapacity(numbers.count)
      return numbers.allSatisfy { seen.insert($0.suffix(count)).inserted }
    }
  }

  /// As much of a stem as tells it from the others; nil where all of it does not.
  private static func beginning(of stem: Substring, among stems: [Substring]) -> Substring? {
    let shared = stems.map { zip($0, stem).prefix { $0 == $1 }.count }.min() ?? 0
    let rest = stem.dropFirst(shared)
    let others = stems.filter { $0 != stem }.map { $0.dropFirst(shared) }
    return rest.indices.lazy.map { rest[...$0] }.first { beginning in
      !others.contains { $0.hasPrefix(beginning) }
    }
  }
}
