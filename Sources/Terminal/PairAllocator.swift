/// Gives out a terminal's colour pairs, of which there may be as few as 64.
///
/// A pair that is used in the current frame is never taken away, because terminals repaint cells
/// when their pair changes. When a frame needs more than there are, its later cells fall back to
/// the terminal's own colours: plain, but never invisible.
struct PairAllocator {
  struct Colors: Hashable {
    var foreground: Int
    var background: Int
  }

  /// Pairs 1 ..< `capacity` can be given out; 0 is the terminal's own.
  let capacity: Int
  private var pairs: [Colors: Int] = [:]
  private var owner: [Int: Colors] = [:]
  private var lastUse: [Int: Int] = [:]
  private var frame = 0

  /// An allocator over `capacity` pairs, the terminal's own included.
  init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Begins a new frame: pairs of older frames may be taken again.
  mutating func beginFrame() { frame += 1 }

  /// The pair for two colours and whether it must be defined anew.
  mutating func pair(_ colors: Colors) -> (pair: Int, isNew: Bool) {
    if colors.foreground < 0, colors.background < 0 { return (0, false) }
    if let known = pairs[colors] {
      lastUse[known] = frame
      return (known, false)
    }
    var pair = pairs.count + 1
    if pair >= capacity {
      guard let oldest = lastUse.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
        oldest.value < frame
      else { return (0, false) }
      pair = oldest.key
      if let former = owner[pair] { pairs[former] = nil }
    }
    pairs[colors] = pair
    owner[pair] = colors
    lastUse[pair] = frame
    return (pair, true)
  }
}
