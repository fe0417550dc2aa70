extension Sanitizer {
  /// Whether a scalar on its own shows nothing, steers a terminal, or has no agreed look.
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0x7F { return value < 0x20 }
    if fillers.contains(value) { return true }
    // A skin tone outside a sequence would cling to any sign before it.
    if (0x1F3FB...0x1F3FF).contains(value) { return true }
    switch scalar.properties.generalCategory {
    case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      return true
    case .format:
      // The visible number signs of Arabic and Kaithi are format characters too.
      return TextWidth.columns(of: scalar) == 0 || value == 0xAD
    case .nonspacingMark:
      return (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value)
        || (0x180B...0x180F).contains(value) || value == 0x034F
    default:
      return false
    }
  }

  /// Letters that are drawn as nothing, or as a gap that looks like a space.
  private static let fillers: Set<UInt32> = [
    0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0,
  ]

  /// The mark of a scalar that must not be shown itself.
  func mark(_ scalar: Unicode.Scalar) -> String {
    let value = scalar.value
    // By name: the control pictures (U+2400 and on) are missing in common terminal fonts.
    if value == 0x7F { return bracket("DEL") }
    if value < 0x20 { return bracket(Self.controls[Int(value)]) }
    if let name = Self.names[value] { return bracket(name) }
    let hex = String(value, radix: 16, uppercase: true)
    return bracket("U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex)
  }

  private static let controls = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US",
  ]

  private static let names: [UInt32: String] = [
    0xAD: "SHY", 0x34F: "CGJ", 0x61C: "ALM", 0x200B: "ZWSP", 0x200C: "ZWNJ", 0x200D: "ZWJ",
    0x200E: "LRM", 0x200F: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202A: "LRE", 0x202B: "RLE",
    0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI",
    0x2068: "FSI", 0x2069: "PDI", 0xFE0E: "VS15", 0xFE0F: "VS16", 0xFEFF: "BOM", 0xFFFC: "OBJ",
  ]
}
