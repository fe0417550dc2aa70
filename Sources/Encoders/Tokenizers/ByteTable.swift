/// Numbers by byte strings: open addressing over a hash that can be had of any part of a text
/// whose prefixes were hashed once, so that longest-match search hashes no byte twice.
struct ByteTable: Sendable {
  /// hash(b₀…bₙ) = Σ (bᵢ + 1)·baseⁿ⁻ⁱ modulo 2⁶⁴.
  static let base: UInt64 = 0x9E37_79B9_7F4A_7C15

  private struct Entry {
    var start: UInt32
    var length: UInt32
    var value: Int32
  }

  /// Tag of the hash in the high half, entry + 1 in the low half; 0 where free.
  private var slots: [UInt64]
  private var mask: Int
  private var entries: [Entry] = []
  private var arena: [UInt8] = []
  /// Bytes of the longest key.
  private(set) var longest = 0

  /// An empty table with room for `count` keys.
  init(capacity count: Int = 0) {
    var size = 16
    while size < count * 2 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
    mask = size - 1
    entries.reserveCapacity(count)
  }

  /// Keys held.
  var count: Int { entries.count }

  /// The hash of the bytes after `hash` has one more byte.
  @inline(__always)
  static func extended(_ hash: UInt64, by byte: UInt8) -> UInt64 {
    hash &* base &+ UInt64(byte) &+ 1
  }

  static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    bytes.reduce(0) { extended($0, by: $1) }
  }

  @inline(__always)
  private static func mixed(_ hash: UInt64) -> UInt64 {
    // The polynomial's low bits are weak.
    let x = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return x ^ (x >> 32)
  }

  /// The number of a key whose hash is known; -1 when it is not there.
  @inline(__always)
  func value(_ key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int32 {
    let mixed = Self.mixed(hash)
    let tag = mixed >> 32
    var index = Int(truncatingIfNeeded: mixed) & mask
    while true {
      let slot = slots[index]
      if slot == 0 { return -1 }
      if slot >> 32 == tag {
        let entry = entries[Int(slot & 0xFFFF_FFFF) - 1]
        if matches(entry, key) { return entry.value }
      }
      index = (index + 1) & mask
    }
  }

  @inline(__always)
  private func matches(_ entry: Entry, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    guard Int(entry.length) == key.count else { return false }
    return arena.withUnsafeBufferPointer { bytes in
      let start = Int(entry.start)
      for i in 0..<key.count where bytes[start + i] != key[i] { return false }
      return true
    }
  }

  /// The number of a text; nil when it is not there.
  func value(_ text: some StringProtocol) -> Int? {
    let found = Self.withBytes(text) { value($0, hash: Self.hash($0)) }
    return found < 0 ? nil : Int(found)
  }

  /// Adds a key; false, and nothing happens, when it is there already.
  mutating func insert(_ text: some StringProtocol, _ value: Int) -> Bool {
    Self.withBytes(text) { insert($0, value) }
  }

  mutating func insert(_ key: UnsafeBufferPointer<UInt8>, _ value: Int) -> Bool {
    let hash = Self.hash(key)
    if self.value(key, hash: hash) >= 0 { return false }
    if (entries.count + 1) * 2 > slots.count { grow() }
    entries.append(
      Entry(start: UInt32(arena.count), length: UInt32(key.count), value: Int32(value)))
    arena.append(contentsOf: key)
    longest = max(longest, key.count)
    place(hash, entries.count)
    return true
  }

  private mutating func place(_ hash: UInt64, _ entry: Int) {
    let mixed = Self.mixed(hash)
    var index = Int(truncatingIfNeeded: mixed) & mask
    while slots[index] != 0 { index = (index + 1) & mask }
    slots[index] = (mixed & ~0xFFFF_FFFF) | UInt64(entry)
  }

  private mutating func grow() {
    let size = slots.count * 2
    slots = [UInt64](repeating: 0, count: size)
    mask = size - 1
    for (i, entry) in entries.enumerated() {
      let range = Int(entry.start)..<Int(entry.start + entry.length)
      let hash = arena[range].reduce(UInt64(0)) { Self.extended($0, by: $1) }
      place(hash, i + 1)
    }
  }

  static func withBytes<Result>(
    _ text: some StringProtocol, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    text.utf8.withContiguousStorageIfAvailable(body)
      ?? Array(text.utf8).withUnsafeBufferPointer(body)
  }
}
