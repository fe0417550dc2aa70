extension Sanitizer {
  /// Whether a cluster is an emoji, alone or as a well-formed sequence.
  func isEmojiSequence(_ scalars: [Unicode.Scalar]) -> Bool {
    guard let first = scalars.first else { return false }
    if isRegional(first) {
      return scalars.count == 2 && isRegional(scalars[1])
    }
    let keycap = first.value < 0x7F
    if keycap {
      guard first.properties.isEmoji, scalars.last?.value == 0x20E3, scalars.count <= 3 else {
        return false
      }
      return scalars.count == 2 || scalars[1].value == 0xFE0F
    }
    guard first.properties.isEmoji, !Self.isHidden(first) else { return false }
    if scalars.count == 1 { return first.properties.isEmojiPresentation }
    if isTagged(scalars) { return true }
    return isJoined(scalars)
  }

  private func isRegional(_ scalar: Unicode.Scalar) -> Bool {
    (0x1F1E6...0x1F1FF).contains(scalar.value)
  }

  /// A flag of a part of a country: black flag, up to seven tags, end tag.
  private func isTagged(_ scalars: [Unicode.Scalar]) -> Bool {
    guard scalars[0].value == 0x1F3F4, scalars.count >= 3, scalars.count <= 9,
      scalars.last?.value == 0xE007F
    else { return false }
    return scalars[1..<(scalars.count - 1)].allSatisfy { (0xE0030...0xE007A).contains($0.value) }
  }

  /// Emoji, each with at most a skin tone and a variation selector, joined by single joiners.
  private func isJoined(_ scalars: [Unicode.Scalar]) -> Bool {
    guard scalars.count <= 16 else { return false }
    var expectsEmoji = true
    var dressed = 0
    for scalar in scalars {
      switch scalar.value {
      case 0x200D:
        if expectsEmoji { return false }
        expectsEmoji = true
      case 0xFE0E, 0xFE0F:
        dressed += 1
        if expectsEmoji || dressed > 2 { return false }
      case 0x1F3FB...0x1F3FF where !expectsEmoji:
        dressed += 1
        if dressed > 2 { return false }
      default:
        if !expectsEmoji || !scalar.properties.isEmoji { return false }
        expectsEmoji = false
        dressed = 0
      }
    }
    return !expectsEmoji
  }

  func appendEmoji(_ character: Character, _ scalars: [Unicode.Scalar], to out: inout String) {
    let first = scalars[0]
    switch ascii ? .name : emoji {
    case .show:
      out.append(character)
    case .base:
      if isRegional(first) {
        out += letters(scalars)
      } else {
        out.unicodeScalars.append(first)
      }
    case .name:
      if isRegional(first) {
        out += ":flag \(letters(scalars)):"
      } else if first.value < 0x7F {
        out += ":keycap \(Character(first)):"
      } else {
        let name = first.properties.name?.lowercased()
        out += ":\(name ?? "u+" + String(first.value, radix: 16)):"
      }
    }
  }

  /// The country letters of a flag.
  private func letters(_ scalars: [Unicode.Scalar]) -> String {
    var text = ""
    for scalar in scalars {
      if let letter = Unicode.Scalar(scalar.value - 0x1F1E6 + 0x41) {
        text.unicodeScalars.append(letter)
      }
    }
    return text
  }
}
