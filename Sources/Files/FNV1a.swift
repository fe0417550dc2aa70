/// The hash of Fowler, Noll and Vo, 64 bits, over words or bytes: tells contents apart that are
/// likely to stand in each other's place. Against mistakes, not against forgers.
package struct FNV1a: Sendable, Hashable {
  /// The hash of everything that was added.
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of nothing.
  package init() {}

  /// Adds a word.
  package mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x0000_0100_0000_01B3 }

  /// Adds bytes, one after the other.
  package mutating func add(bytes: some Sequence<UInt8>) { for byte in bytes { add(UInt64(byte)) } }

  /// Adds bytes that lie in memory, one after the other.
  package mutating func add(bytes: UnsafeBufferPointer<UInt8>) {
    for byte in bytes { add(UInt64(byte)) }
  }

  /// Sixteen digits at most, in hexadecimal.
  package var digits: String { String(value, radix: 16) }
}
