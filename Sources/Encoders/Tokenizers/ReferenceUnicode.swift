/// Character classes as Hugging Face's `tokenizers` (0.23) sees them.
///
/// Its two sources of Unicode data are older than Swift's: BERT's classes come from Unicode 8, the
/// splitting patterns from Unicode 16. A character is therefore taken for what it is today when it
/// is old enough, and otherwise for unassigned; the few that changed category since are listed.
/// Checked over all scalars against the reference.
enum ReferenceUnicode {
  /// What the splitting patterns of GPT-2 and CLIP tell apart.
  enum Kind: UInt8 {
    case letter, number, space, other
  }

  /// `\p{L}`, `\p{N}`, `\s` or none of them.
  static func kind(_ scalar: UnicodeScalar) -> Kind {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return isAssigned(scalar, by: 16) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      return isAssigned(scalar, by: 16) ? .number : .other
    default:
      return properties.isWhitespace ? .space : .other
    }
  }

  /// True for what BERT's cleaning removes: NUL, U+FFFD, and control, format and private-use
  /// characters except tab and line breaks.
  static func isRemoved(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 0x9, 0xA, 0xD: return false
    case 0xFFFD: return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .privateUse: return true
    case .format: return isAssigned(scalar, by: 8)
    default: return false
    }
  }

  /// White space as BERT splits at it.
  static func isSpace(_ scalar: UnicodeScalar) -> Bool { scalar.properties.isWhitespace }

  /// Punctuation as BERT splits at it: every visible ASCII character that is no letter or digit,
  /// and categories P*.
  static func isPunctuation(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0..<0x80: return false
    // Po in Unicode 8; today a symbol and a mark.
    case 0x166D, 0x111C9: return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return isAssigned(scalar, by: 8)
    default: return false
    }
  }

  /// Nonspacing marks, which stripping accents removes.
  static func isAccent(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 0..<0x300: return false
    // Mn in Unicode 8, Mc today; and the other way round.
    case 0x1734: return true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9, 0x1171E: return false
    default:
      return scalar.properties.generalCategory == .nonspacingMark && isAssigned(scalar, by: 8)
    }
  }

  /// The blocks that BERT's reference calls Chinese characters.
  static func isChinese(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }

  /// True when neither composition nor decomposition ever touches the character: most of what
  /// posts hold beside ASCII (punctuation, emoji, ideographs). False is the safe answer.
  static func isInert(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 0..<0xC0, 0x200B...0x2027, 0x2030...0x205E, 0x20A0...0x20BF, 0x2500...0x27FF,
      0x4E00...0x9FFF, 0xFE00...0xFE0F, 0x1F000...0x1FAFF:
      return true
    default: return false
    }
  }

  private static func isAssigned(_ scalar: UnicodeScalar, by version: Int) -> Bool {
    // Latin and Greek were complete before Unicode 8.
    if scalar.value < 0x400 { return true }
    guard let age = scalar.properties.age else { return false }
    return age.major <= version
  }
}
