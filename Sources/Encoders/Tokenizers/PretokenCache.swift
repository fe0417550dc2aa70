/// The pieces of pretokens seen lately. Direct-mapped with one cache line a slot: a pretoken of at
/// most 24 bytes and 8 pieces, so the whole never grows past 1 MB and finding one costs one miss.
struct PretokenCache {
  /// Bytes of the longest pretoken kept.
  static let keyBytes = 24
  /// Pieces kept of a pretoken.
  static let pieces = 8

  private static let slots = 1 << 14
  /// Three words of key, one of sizes (0: free), four of ids.
  private static let slotWords = 8
  private var words: [UInt64] = []

  /// A pretoken's bytes, padded with zeros, and its length.
  struct Key {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    var length: Int

    /// The `length` ≤ 24 bytes at `start`, behind which `Workspace.slack` bytes can be read.
    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, length: Int) {
      let raw = UnsafeRawBufferPointer(bytes)
      func word(_ index: Int) -> UInt64 {
        let kept = length - index * 8
        if kept <= 0 { return 0 }
        let value = UInt64(
          littleEndian: raw.loadUnaligned(fromByteOffset: start + index * 8, as: UInt64.self))
        return kept >= 8 ? value : value & (1 << UInt64(kept * 8) - 1)
      }
      (a, b, c) = (word(0), word(1), word(2))
      self.length = length
    }

    @inline(__always)
    var slot: Int {
      var x = (a ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15
      x = (x ^ (x >> 32) ^ b) &* 0xD6E8_FEB8_6659_FD93
      x = (x ^ (x >> 32) ^ c) &* 0xFF51_AFD7_ED55_8CCD
      return Int(truncatingIfNeeded: (x >> 40)) & (PretokenCache.slots - 1)
    }
  }

  /// Appends the pieces of the pretoken when they are known; false when not.
  @inline(__always)
  func append(_ key: Key, to ids: inout [Int32], _ owners: inout [Int32], word: Int32) -> Bool {
    guard !words.isEmpty else { return false }
    let at = key.slot * Self.slotWords
    let sizes = words[at + 3]
    guard sizes & 0xFF == UInt64(key.length), words[at] == key.a, words[at + 1] == key.b,
      words[at + 2] == key.c
    else { return false }
    for i in 0..<Int(sizes >> 8) {
      let pair = words[at + 4 + i / 2]
      ids.append(Int32(truncatingIfNeeded: i & 1 == 0 ? pair : pair >> 32))
      owners.append(word)
    }
    return true
  }

  /// Keeps the pieces of a pretoken in place of what was in its slot.
  mutating func keep(_ key: Key, _ ids: [Int32]) {
    guard ids.count <= Self.pieces else { return }
    if words.isEmpty { words = [UInt64](repeating: 0, count: Self.slots * Self.slotWords) }
    let at = key.slot * Self.slotWords
    words[at] = key.a
    words[at + 1] = key.b
    words[at + 2] = key.c
    words[at + 3] = UInt64(key.length) | UInt64(ids.count) << 8
    for i in stride(from: 0, to: ids.count, by: 2) {
      let high = i + 1 < ids.count ? UInt64(UInt32(bitPattern: ids[i + 1])) << 32 : 0
      words[at + 4 + i / 2] = UInt64(UInt32(bitPattern: ids[i])) | high
    }
  }
}
