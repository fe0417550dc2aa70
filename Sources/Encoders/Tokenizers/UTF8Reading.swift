/// Scalars out of UTF-8 that is known to be valid.
enum UTF8Reading {
  /// The scalar at `position`, and how many bytes it takes. Bytes past `bytes` are read as 0, so
  /// even broken input stays inside.
  @inline(__always)
  static func scalar(
    _ bytes: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> (scalar: UnicodeScalar, length: Int) {
    func next(_ offset: Int) -> UInt32 {
      position + offset < bytes.count ? UInt32(bytes[position + offset] & 0x3F) : 0
    }
    let first = UInt32(bytes[position])
    let value: UInt32
    let length: Int
    switch first {
    case 0..<0x80: return (UnicodeScalar(UInt8(first)), 1)
    case 0x80..<0xE0:
      (value, length) = ((first & 0x1F) << 6 | next(1), 2)
    case 0xE0..<0xF0:
      (value, length) = ((first & 0x0F) << 12 | next(1) << 6 | next(2), 3)
    default:
      (value, length) = ((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4)
    }
    return (UnicodeScalar(value) ?? "\u{FFFD}", min(length, bytes.count - position))
  }
}
