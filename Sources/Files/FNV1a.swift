/// The hash of Fowler, Noll and Vo, 64 bits, over words or bytes: tells contents apart that are
/// likely to stand in each other's place. Against mistakes, not against forgers.
public struct FNV1a: Sendable, Hashable {
  /// The hash of everything that was added.
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of nothing.
  public init() {}

  /// Adds a word.
  public mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x0000_0100_0000_01B3 }

  /// Adds bytes, one after the other.
  public mutating func add(bytes: some Sequence<UInt8>) { for byte in bytes { add(UInt64(byte)) } }

  /// Sixteen digits at most, in hexadecimal.
  public var digits: String { String(value, radix: 16) }
}
