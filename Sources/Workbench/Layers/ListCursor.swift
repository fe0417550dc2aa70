import Screen

/// Where somebody stands in a list of rows.
struct ListCursor: Sendable, Equatable {
  /// Counted from 0; 0 in an empty list.
  private(set) var place = 0

  /// Stays within a list that may have become shorter.
  mutating func stay(within count: Int) { place = min(place, max(0, count - 1)) }

  /// Goes to a row.
  mutating func go(to place: Int) { self.place = place }

  /// Arrows, vim's keys, pages, ends and the wheel; false for any other key.
  mutating func move(_ key: Key, within count: Int, page: Int) -> Bool {
    let last = max(0, count - 1)
    switch key {
    case .up, .character("k"): place = max(0, place - 1)
    case .down, .character("j"): place = min(last, place + 1)
    case .pageUp: place = max(0, place - page)
    case .pageDown: place = min(last, place + page)
    case .home: place = 0
    case .end: place = last
    case .scroll(_, let up): place = max(0, min(last, place + (up ? -1 : 1)))
    default: return false
    }
    return true
  }
}
