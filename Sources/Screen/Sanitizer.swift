import Foundation

/// Turns text from posts into text that may be shown: every sign is visible, nothing in it can
/// steer a terminal, and what a reader would not see (controls, bidirectional overrides, joiners
/// on their own, tags, private and unassigned scalars) becomes a short mark.
package struct Sanitizer: Sendable, Hashable {
  /// How emoji sequences are shown.
  package enum EmojiMode: String, Sendable, Hashable, CaseIterable {
    /// As they are; right only where the terminal knows grapheme clusters.
    case show
    /// The first scalar only, flags as their two letters; right everywhere.
    case base
    /// The Unicode name between colons.
    case name
  }

  /// How emoji sequences are shown.
  package var emoji: EmojiMode
  /// Whether only ASCII may be shown.
  package var ascii: Bool

  /// A sanitizer; `base` is the safe way with emoji.
  package init(emoji: EmojiMode = .base, ascii: Bool = false) {
    self.emoji = emoji
    self.ascii = ascii
  }

  /// Keeps emoji whole: the last guard before a frame.
  package static let emojiShown = Sanitizer(emoji: .show)

  /// Most combining marks shown on one sign; terminals keep no more in a cell.
  static let mostMarks = 4

  /// Whether a text is printable ASCII only, so that there is nothing to do.
  package static func isPlain(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  /// The text as it may be shown. Applying it twice changes nothing more (emoji shown, Unicode).
  package func visible(_ text: some StringProtocol) -> String {
    if Self.isPlain(text) { return String(text) }
    var out = ""
    for character in text { append(character, to: &out) }
    return out
  }

  private func append(_ character: Character, to out: inout String) {
    let view = character.unicodeScalars
    if let only = view.first, view.index(after: view.startIndex) == view.endIndex,
      append(alone: only, to: &out)
    {
      return
    }
    let scalars = Array(view)
    if isEmojiSequence(scalars) {
      appendEmoji(character, scalars, to: &out)
      return
    }
    var marks = 0
    // What the next mark would cling to; nil where nothing is, or only a mark of ours.
    var base: Unicode.Scalar?
    for (index, scalar) in scalars.enumerated() {
      let isZero = TextWidth.columns(of: scalar) == 0
      if Self.isHidden(scalar) {
        let before = index > 0 ? scalars[index - 1] : nil
        if isOrthographic(scalar, after: before, on: base) {
          out.unicodeScalars.append(scalar)
        } else {
          out += mark(scalar)
          base = nil
        }
      } else if isZero, base == nil, scalar.properties.generalCategory == .otherLetter {
        // A Hangul vowel without its consonant does not combine with anything.
        out += mark(scalar)
      } else if isZero {
        marks += 1
        if marks > Self.mostMarks { continue }
        if base == nil {
          base = "\u{25CC}"
          out += ascii ? "" : "\u{25CC}"
        }
        if ascii { out += mark(scalar) } else { out.unicodeScalars.append(scalar) }
      } else {
        base = scalar
        if ascii { out += asciiForm(scalar) } else { out.unicodeScalars.append(scalar) }
      }
    }
    if marks > Self.mostMarks { out += bracket("+\(marks - Self.mostMarks)") }
  }

  /// Most signs are one scalar and show themselves: told without looking for sequences.
  /// - Returns: false where there is more to look at, and nothing was appended.
  private func append(alone scalar: Unicode.Scalar, to out: inout String) -> Bool {
    let value = scalar.value
    if value < 0x7F, value >= 0x20 {
      out.unicodeScalars.append(scalar)
      return true
    }
    // Named emoji and ASCII have forms of their own.
    if ascii || emoji == .name || TextWidth.columns(of: scalar) == 0 || Self.isHidden(scalar) {
      return false
    }
    out.unicodeScalars.append(scalar)
    return true
  }

  /// Joiners inside words of the scripts that need them.
  private func isOrthographic(
    _ scalar: Unicode.Scalar, after before: Unicode.Scalar?, on base: Unicode.Scalar?
  ) -> Bool {
    guard scalar.value == 0x200C || scalar.value == 0x200D, !ascii, let base, let before else {
      return false
    }
    return base.value >= 0x590 && base.properties.isAlphabetic
      && before.value != 0x200C && before.value != 0x200D
  }

  private func asciiForm(_ scalar: Unicode.Scalar) -> String {
    if scalar.value < 0x7F { return String(Character(scalar)) }
    if scalar.properties.generalCategory == .spaceSeparator { return " " }
    if let known = Self.asciiForms[scalar] { return known }
    let decomposed = String(Character(scalar)).decomposedStringWithCanonicalMapping
    if let first = decomposed.unicodeScalars.first, first.value >= 0x20, first.value < 0x7F {
      return String(Character(first))
    }
    return mark(scalar)
  }

  private static let asciiForms: [Unicode.Scalar: String] = [
    "\u{2018}": "'", "\u{2019}": "'", "\u{201C}": "\"", "\u{201D}": "\"", "\u{2013}": "-",
    "\u{2014}": "-", "\u{2026}": "...", "\u{2022}": "*", "\u{2192}": "->", "\u{00DF}": "ss",
    "\u{00E6}": "ae", "\u{00C6}": "AE", "\u{00F8}": "o", "\u{00D8}": "O", "\u{0142}": "l",
    "\u{00D7}": "x", "\u{2212}": "-", "\u{2264}": "<=", "\u{2265}": ">=", "\u{2260}": "!=",
    "\u{00B1}": "+-", "\u{201E}": "\"", "\u{00AB}": "<<", "\u{00BB}": ">>",
    "\u{2713}": "*", "\u{00B7}": ".", "\u{2500}": "-", "\u{2502}": "|", "\u{25B8}": ">",
  ]

  func bracket(_ name: String) -> String { ascii ? "<\(name)>" : "\u{27E8}\(name)\u{27E9}" }
}
