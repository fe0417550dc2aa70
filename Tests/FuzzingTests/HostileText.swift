import Tensors

/// Text as somebody would write it who wants to steer the reader's terminal, hide words, or break
/// the lines of the screen.
struct HostileText {
  var generator: SeededGenerator

  /// A word: mostly a few pieces, now and then very long.
  mutating func word() -> String {
    if generator.chance(0.3) { return generator.pick(Self.plain) }
    let count = generator.chance(0.03) ? generator.index(below: 400) : generator.index(below: 5)
    var word = ""
    for _ in 0...count { word.unicodeScalars.append(contentsOf: piece().unicodeScalars) }
    return word
  }

  /// Words with blanks and line ends between them.
  mutating func sentence(_ most: Int) -> String {
    (0...generator.index(below: most)).map { _ in word() }
      .joined(separator: generator.chance(0.8) ? " " : "\r\n")
  }

  private mutating func piece() -> String {
    switch generator.index(below: 12) {
    case 0: return generator.pick(Self.sequences)
    case 1: return String(Character(Unicode.Scalar(UInt8(generator.index(below: 0x20)))))
    case 2: return String(Character(Unicode.Scalar(UInt8(0x7F + generator.index(below: 0x21)))))
    case 3: return generator.pick(Self.invisible)
    case 4:
      // Marks over each other, as long as somebody cares to type.
      let mark = generator.pick(Self.marks)
      let count = generator.pick([1, 3, 5, generator.chance(0.1) ? 300 : 9])
      return generator.pick(["", "e", "ट", "\u{1100}"]) + String(repeating: mark, count: count)
    case 5: return generator.pick(Self.wide)
    case 6: return generator.pick(Self.emoji)
    case 7: return generator.pick(Self.rightToLeft)
    case 8: return scalar(below: 0x3000)
    case 9: return scalar(below: 0x11_0000)
    case 10: return String(decoding: bytes(), as: UTF8.self)
    default: return generator.pick(Self.plain)
    }
  }

  private mutating func scalar(below end: Int) -> String {
    Unicode.Scalar(UInt32(generator.index(below: end))).map { String(Character($0)) } ?? "\u{FFFD}"
  }

  private mutating func bytes() -> [UInt8] {
    (0...generator.index(below: 6)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }

  private static let plain = [
    "Anna", "Berg", "the", "pier", "a", "<b>", "&amp;", "\"", "'", "]]>", "<script>", "-->", "\\",
    "%s", "$(id)", "`id`", "../../etc", "/", ".", "#", "", " ", "x,y", "[[step]]", "C-x",
  ]
  private static let sequences = [
    "\u{1B}[2J", "\u{1B}[31m", "\u{1B}]0;x\u{7}", "\u{1B}]52;c;aGk=\u{1B}\\", "\u{1B}P1;1q",
    "\u{9B}6n",
    "\u{9D}8;;http://x\u{9C}", "\u{1B}[?1049h", "\u{1B}c", "\u{1B}_Gi=1;x\u{1B}\\", "\u{1B}[6n",
    "\u{1B}[200~", "\u{1B}[>0q", "\u{1B}#8", "\u{1B}(0", "\u{E}", "\u{1B}", "\u{1B}[10000;10000H",
  ]
  private static let invisible = [
    "\u{202E}", "\u{202C}", "\u{2066}", "\u{2069}", "\u{200E}", "\u{200F}", "\u{61C}", "\u{200B}",
    "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}", "\u{AD}", "\u{34F}", "\u{180E}", "\u{2028}",
    "\u{2029}", "\u{85}", "\u{FFF9}", "\u{E0041}", "\u{E007F}", "\u{FE0F}", "\u{FE0E}", "\u{E0100}",
    "\u{3164}", "\u{115F}", "\u{2800}", "\u{A0}", "\u{3000}", "\u{E000}", "\u{FFFE}", "\u{1F3FD}",
    "\u{110BD}", "\u{1BCA0}", "\u{1D173}",
  ]
  private static let marks = [
    "\u{301}", "\u{489}", "\u{20DD}", "\u{20E3}", "\u{E31}", "\u{94D}", "\u{93F}", "\u{1161}",
    "\u{11A8}", "\u{FE20}", "\u{1D165}", "\u{302A}", "\u{B57}",
  ]
  private static let wide = [
    "東京", "ｗｉｄｅ", "ﷺ", "꧅", "α", "±", "①", "한", "क्षि", "𒐫", "﷽", "ก็", "\u{1F1FA}", "⸻", "\u{302E}",
  ]
  private static let emoji = [
    "😂", "👨‍👩‍👧", "🇺🇸", "1️⃣", "❤️", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "☎︎", "👩‍", "🏽", "🫨", "#⃣",
  ]
  private static let rightToLeft = [
    "שלום", "مرحبا", "می‌خواهم", "ܫܠܡܐ", "\u{5D0}\u{5B0}", "123شكرا",
  ]
}
