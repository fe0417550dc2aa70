/// GPT-2's spelling of bytes as visible characters: printable Latin-1 stands for itself, the other
/// 68 bytes are U+0100… in order. Vocabularies of byte-level BPE are written in it.
enum ByteAlphabet {
  /// The character of each byte.
  static let characters: [UnicodeScalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return UnicodeScalar(UInt8(byte))
      default:
        defer { next += 1 }
        return UnicodeScalar(next) ?? "\u{FFFD}"
      }
    }
  }()

  private static let bytes: [UnicodeScalar: UInt8] = Dictionary(
    characters.enumerated().map { ($0.element, UInt8($0.offset)) }, uniquingKeysWith: { a, _ in a })

  /// What a piece stands for; nil when some character is not of the alphabet.
  static func text(of piece: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in piece.unicodeScalars {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }
}
