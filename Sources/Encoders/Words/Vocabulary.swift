/// Strings by number: 0 is padding, 1 is unknown, the rest in order of falling frequency, then by
/// name.
package struct Vocabulary: Sendable, Hashable {
  /// The known strings; entry i has number i + 2.
  package let entries: [String]
  private let numbers: [String: Int]

  /// The index that fills short sequences.
  package static let padding = 0
  /// The index of every word that is not listed.
  package static let unknown = 1

  /// A vocabulary with a fixed order.
  package init(_ entries: [String]) {
    self.entries = entries
    var numbers: [String: Int] = [:]
    for (i, entry) in entries.enumerated() where numbers[entry] == nil { numbers[entry] = i + 2 }
    self.numbers = numbers
  }

  /// All strings that occur at least `minimum` times, most frequent first.
  package init(counting strings: some Sequence<String>, minimum: Int = 1, limit: Int = .max) {
    var counts: [String: Int] = [:]
    for string in strings { counts[string, default: 0] += 1 }
    let kept = counts.filter { $0.value >= minimum }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .prefix(limit)
    self.init(kept.map(\.key))
  }

  /// Rows that a table for this vocabulary needs.
  package var size: Int { entries.count + 2 }

  /// The number of a string; 1 when it is unknown.
  package subscript(_ string: String) -> Int { numbers[string] ?? Self.unknown }
}
