/// Numbers and texts out of the bytes of a pickle; nil past the end.
struct PickleReader {
  let bytes: [UInt8]
  var at: Int

  mutating func byte() -> UInt8? {
    guard at < bytes.count else { return nil }
    defer { at += 1 }
    return bytes[at]
  }

  /// An unsigned little-endian number of up to 8 bytes; nil also when it does not fit.
  mutating func integer(_ width: Int) -> Int? {
    guard let part = take(width) else { return nil }
    var value: UInt64 = 0
    for (i, byte) in part.enumerated() { value |= UInt64(byte) << UInt64(8 * i) }
    return Int(exactly: value)
  }

  /// A signed little-endian number of 0 to 8 bytes, or a longer one, which is a magic number that
  /// nobody counts with: 0 stands for it.
  mutating func signed(_ width: Int) -> Int? {
    guard let part = take(width) else { return nil }
    guard width <= 8 else { return 0 }
    guard let last = part.last else { return 0 }
    var value: UInt64 = last & 0x80 == 0 ? 0 : .max << UInt64(min(63, 8 * width - 1))
    for (i, byte) in part.enumerated() { value |= UInt64(byte) << UInt64(8 * i) }
    return Int(truncatingIfNeeded: value)
  }

  /// A big-endian double.
  mutating func double() -> Double? {
    guard let part = take(8) else { return nil }
    return Double(bitPattern: part.reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// A text of so many bytes.
  mutating func text(_ length: Int) -> String? {
    take(length).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A text up to the next line feed.
  mutating func line() -> String? {
    guard let end = bytes[at...].prefix(1000).firstIndex(of: 10) else { return nil }
    defer { at = end + 1 }
    return String(decoding: bytes[at..<end], as: UTF8.self)
  }

  private mutating func take(_ length: Int) -> ArraySlice<UInt8>? {
    guard length >= 0, length <= bytes.count - at else { return nil }
    defer { at += length }
    return bytes[at..<(at + length)]
  }
}
