/// How many cells a text takes, by grapheme cluster, from an own table of Unicode data.
///
/// The rules: an emoji sequence (variation selector 16, joined family, flag, skin tone, keycap)
/// takes 2; marks that combine take none of their own; spacing marks count. Control characters take
/// none, because they are never sent: `Sanitizer` turns them into visible marks. What scripts join
/// without being emoji (Devanagari conjuncts, Hangul letters) takes what its scalars take, as
/// terminals draw it. Terminals disagree about some clusters, so a terminal must place what follows
/// a doubtful one by an explicit cursor move.
package enum TextWidth {
  /// The cells of one grapheme cluster: 0, 1 or 2, and more for a conjunct of several letters.
  package static func columns(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if first.value < 0x7F, scalars.count == 1 { return first.value < 0x20 ? 0 : 1 }
    var sum = 0
    for scalar in scalars {
      if scalar.value == 0x20E3 { return 2 }
      if scalar.value == 0xFE0F, first.properties.isEmoji, first.value > 0x7F { return 2 }
      sum += columns(of: scalar)
    }
    return sum > 2 && first.value > 0x7F && first.properties.isEmoji ? 2 : sum
  }

  /// The parts of a cluster that fit into one or two cells each, in order. Only conjuncts of three
  /// or more cells have several.
  static func pieces(of character: Character) -> [(text: String, columns: Int)] {
    let whole = columns(of: character)
    if whole <= 2 { return [(String(character), whole)] }
    var pieces: [(text: String, columns: Int)] = []
    for scalar in character.unicodeScalars {
      let width = columns(of: scalar)
      if let last = pieces.last, last.columns + width <= 2 {
        pieces[pieces.count - 1].text.unicodeScalars.append(scalar)
        pieces[pieces.count - 1].columns += width
      } else {
        pieces.append((String(scalar), width))
      }
    }
    return pieces
  }

  /// The cells of one scalar on its own: 0, 1 or 2.
  package static func columns(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) ? 0 : 1 }
    if contains(zero, value) { return 0 }
    return contains(wide, value) ? 2 : 1
  }

  /// The cells of a text; 0 for an empty one.
  package static func columns(of text: some StringProtocol) -> Int {
    var sum = 0
    for character in text { sum += columns(of: character) }
    return sum
  }

  /// The longest beginning of `text` that takes at most `limit` cells.
  package static func prefix(_ text: String, columns limit: Int) -> Substring {
    var sum = 0
    var end = text.startIndex
    for index in text.indices {
      sum += columns(of: text[index])
      if sum > limit { break }
      end = text.index(after: index)
    }
    return text[text.startIndex..<end]
  }

  /// `text` cut to `limit` cells with `ellipsis` at its end when something had to go.
  package static func fitted(_ text: String, columns limit: Int, ellipsis: String = "…") -> String {
    if columns(of: text) <= limit { return text }
    let mark = columns(of: ellipsis)
    if limit < mark { return String(prefix(text, columns: max(0, limit))) }
    return prefix(text, columns: limit - mark) + ellipsis
  }

  /// `text` with spaces added up to `limit` cells, cut when it is longer.
  package static func padded(_ text: String, columns limit: Int, ellipsis: String = "…") -> String {
    let cut = fitted(text, columns: limit, ellipsis: ellipsis)
    return cut + String(repeating: " ", count: max(0, limit - columns(of: cut)))
  }

  /// Binary search in sorted, disjoint ranges.
  private static func contains(_ ranges: [ClosedRange<UInt32>], _ value: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= value
  }
}
