/// The merges of a BPE vocabulary: which two pieces join to which, and how early.
struct MergeTable: Sendable {
  /// What joining a pair gives.
  struct Merge {
    /// Lower is earlier; `none` when the pair does not join.
    var rank: UInt32
    var id: Int32
    static let none = Merge(rank: .max, id: -1)
  }

  private struct Slot {
    var key: UInt64
    var merge: Merge
  }

  private static let free = UInt64.max
  private var slots: [Slot]
  private var mask: Int
  private(set) var count = 0

  /// A table with room for `count` merges.
  init(capacity count: Int = 0) {
    var size = 16
    while size < count * 2 { size *= 2 }
    slots = [Slot](repeating: Slot(key: Self.free, merge: .none), count: size)
    mask = size - 1
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private static func place(_ key: UInt64) -> Int {
    let x = (key ^ (key >> 29)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: x >> 32)
  }

  /// The merge of two neighbours.
  @inline(__always)
  subscript(_ left: Int32, _ right: Int32) -> Merge {
    let key = Self.key(left, right)
    var index = Self.place(key) & mask
    while true {
      let slot = slots[index]
      if slot.key == key { return slot.merge }
      if slot.key == Self.free { return .none }
      index = (index + 1) & mask
    }
  }

  /// Adds a merge; of two for the same pair the later counts, as in the reference.
  mutating func insert(_ left: Int, _ right: Int, rank: Int, id: Int) {
    if (count + 1) * 2 > slots.count { grow() }
    let slot = Slot(
      key: Self.key(Int32(left), Int32(right)), merge: Merge(rank: UInt32(rank), id: Int32(id)))
    if put(slot) { count += 1 }
  }

  /// True when the key is new.
  private mutating func put(_ slot: Slot) -> Bool {
    var index = Self.place(slot.key) & mask
    while slots[index].key != Self.free {
      if slots[index].key == slot.key {
        slots[index] = slot
        return false
      }
      index = (index + 1) & mask
    }
    slots[index] = slot
    return true
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Slot(key: Self.free, merge: .none), count: old.count * 2)
    mask = slots.count - 1
    for slot in old where slot.key != Self.free { _ = put(slot) }
  }
}
