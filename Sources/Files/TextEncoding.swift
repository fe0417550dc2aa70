import Foundation

/// How the text of a file is encoded. Everything is read as UTF-8; other encodings are converted on
/// reading and back on writing. UTF-16 is told by its bytes; GB18030 and Latin-1 look alike, so a
/// person names them (`--encoding`, `encoding` in dataset.toml).
package enum TextEncoding: String, Sendable, Hashable, CaseIterable, Codable {
  case utf8 = "UTF-8"
  case utf16LittleEndian = "UTF-16 (little endian)"
  case utf16BigEndian = "UTF-16 (big endian)"
  case gb18030 = "GB18030"
  /// As the WHATWG Encoding Standard reads this name: windows-1252, whose quotation marks and
  /// dashes stand where ISO 8859-1 has control characters.
  case latin1 = "Latin-1"

  /// The names that people give, in the order in which they are listed.
  package static let names = ["utf-8", "gb18030", "latin-1"]
  /// What to do about bytes that are not UTF-8.
  package static let advice =
    "if the whole file is in another encoding, name it: --encoding gb18030 or latin-1"

  /// The encoding of a name, in any case, with or without hyphens; nil for a name that is not
  /// known.
  package init?(name: String) {
    switch name.lowercased().filter({ $0.isLetter || $0.isNumber }) {
    case "utf8": self = .utf8
    case "gb18030", "gbk", "gb2312": self = .gb18030
    case "latin1", "iso88591", "windows1252", "cp1252": self = .latin1
    default: return nil
    }
  }

  /// Told by a byte order mark, or by the zero in every second byte of an ASCII beginning; else the
  /// named one where UTF-8 fails throughout.
  package init(of bytes: [UInt8], named: TextEncoding? = nil) {
    self = .utf8
    let first = bytes.prefix(4)
    guard first.count >= 2 else { return }
    if first[0] == 0xFF, first[1] == 0xFE { self = .utf16LittleEndian }
    if first[0] == 0xFE, first[1] == 0xFF { self = .utf16BigEndian }
    if first.count == 4 {
      if first[0] != 0, first[1] == 0, first[2] != 0, first[3] == 0 { self = .utf16LittleEndian }
      if first[0] == 0, first[1] != 0, first[2] == 0, first[3] != 0 { self = .utf16BigEndian }
    }
    if self == .utf8, let named, Self.failsThroughout(bytes) { self = named }
  }

  /// Whether most lines that are not ASCII are not UTF-8 either: a file with one damaged line stays
  /// what it is, and so does one in which a line of another encoding happens to be valid.
  private static func failsThroughout(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { all in
      var (valid, invalid) = (0, 0)
      forEachLine(all) { line, _ in
        let part = UnsafeBufferPointer(rebasing: all[line])
        guard part.contains(where: { $0 >= 0x80 }) else { return }
        if String(validating: part, as: UTF8.self) == nil { invalid += 1 } else { valid += 1 }
      }
      return invalid > valid
    }
  }

  /// The bytes as UTF-8, a byte order mark included; an odd byte or half a character at the end of
  /// a beginning becomes U+FFFD. Nil where the bytes are not in this encoding.
  package func utf8(_ bytes: [UInt8]) -> [UInt8]? {
    switch self {
    case .utf8: return bytes
    case .utf16LittleEndian, .utf16BigEndian:
      let (high, low) = self == .utf16BigEndian ? (0, 1) : (1, 0)
      let units = stride(from: 0, to: bytes.count - bytes.count % 2, by: 2).map {
        UInt16(bytes[$0 + high]) << 8 | UInt16(bytes[$0 + low])
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    case .gb18030: return Self.converted(bytes, from: "GB18030", to: "UTF-8")
    case .latin1:
      var text = String.UnicodeScalarView()
      for byte in bytes {
        text.append(
          (0x80..<0xA0).contains(byte) ? Self.windows1252[Int(byte) - 0x80] : Unicode.Scalar(byte))
      }
      return Array(String(text).utf8)
    }
  }

  /// UTF-8 bytes in this encoding; nil where it lacks one of the characters.
  package func encoded(_ bytes: [UInt8]) -> [UInt8]? {
    switch self {
    case .utf8: return bytes
    case .utf16LittleEndian, .utf16BigEndian:
      return String(decoding: bytes, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
        let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
        return self == .utf16BigEndian ? [high, low] : [low, high]
      }
    case .gb18030: return Self.converted(bytes, from: "UTF-8", to: "GB18030")
    case .latin1:
      var result: [UInt8] = []
      result.reserveCapacity(bytes.count)
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        if let place = Self.windows1252.firstIndex(of: scalar) {
          result.append(UInt8(0x80 + place))
        } else if scalar.value < 0x80 || (0xA0...0xFF).contains(scalar.value) {
          result.append(UInt8(scalar.value))
        } else {
          return nil
        }
      }
      return result
    }
  }

  /// What windows-1252 has from 0x80 to 0x9F; its five free places are the control characters
  /// there.
  private static let windows1252: [Unicode.Scalar] = [
    "€", "\u{81}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{8D}", "Ž", "\u{8F}",
    "\u{90}", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\u{9D}", "ž", "Ÿ",
  ]

  /// By the C library; nil where it cannot read the bytes or lacks the encoding. Half a character
  /// at the end becomes U+FFFD in UTF-8.
  private static func converted(_ bytes: [UInt8], from: String, to: String) -> [UInt8]? {
    let converter = iconv_open(to, from)
    // (iconv_t)-1 is the C library's way to say no.
    guard Int(bitPattern: converter) != -1 else { return nil }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: 4 * input.count + 4)
    let capacity = output.count
    var isCut = false
    let used: Int? = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var read = source.baseAddress
        var readLeft = source.count
        var written = target.baseAddress
        var writtenLeft = target.count
        if iconv(converter, &read, &readLeft, &written, &writtenLeft) == -1 {
          guard errno == EINVAL, readLeft < 4 else { return nil }
          isCut = true
        }
        return capacity - writtenLeft
      }
    }
    guard let used else { return nil }
    return output[..<used].map { UInt8(bitPattern: $0) } + (isCut ? Array("\u{FFFD}".utf8) : [])
  }
}
