/// How the text of a file is encoded. Everything is read as UTF-8; UTF-16 is converted on reading
/// and back on writing.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable, Codable {
  case utf8 = "UTF-8"
  case utf16LittleEndian = "UTF-16 (little endian)"
  case utf16BigEndian = "UTF-16 (big endian)"

  /// Told by a byte order mark, or by the zero in every second byte of an ASCII beginning.
  init(of bytes: some Collection<UInt8>) {
    let first = Array(bytes.prefix(4))
    self = .utf8
    guard first.count >= 2 else { return }
    if first[0] == 0xFF, first[1] == 0xFE { self = .utf16LittleEndian }
    if first[0] == 0xFE, first[1] == 0xFF { self = .utf16BigEndian }
    guard first.count == 4 else { return }
    if first[0] != 0, first[1] == 0, first[2] != 0, first[3] == 0 { self = .utf16LittleEndian }
    if first[0] == 0, first[1] != 0, first[2] == 0, first[3] != 0 { self = .utf16BigEndian }
  }

  /// The bytes as UTF-8, a byte order mark included; an odd byte or half a pair at the end of a
  /// beginning becomes U+FFFD.
  func utf8(_ bytes: [UInt8]) -> [UInt8] {
    if self == .utf8 { return bytes }
    let (high, low) = self == .utf16BigEndian ? (0, 1) : (1, 0)
    let units = stride(from: 0, to: bytes.count - bytes.count % 2, by: 2).map {
      UInt16(bytes[$0 + high]) << 8 | UInt16(bytes[$0 + low])
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// UTF-8 bytes in this encoding.
  func encoded(_ bytes: [UInt8]) -> [UInt8] {
    if self == .utf8 { return bytes }
    return String(decoding: bytes, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      return self == .utf16BigEndian ? [high, low] : [low, high]
    }
  }
}
