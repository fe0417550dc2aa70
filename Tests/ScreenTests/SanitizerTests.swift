import Testing

@testable import Screen

@Suite struct SanitizerTests {
  let shown = Sanitizer(emoji: .show)
  let base = Sanitizer(emoji: .base)
  let name = Sanitizer(emoji: .name)
  let ascii = Sanitizer(emoji: .show, ascii: true)

  @Test(arguments: [
    ("plain text", "plain text"),
    ("\u{1B}[31mred", "⟨ESC⟩[31mred"),
    ("a\u{7}b\u{7F}c\r\nd\te", "a⟨BEL⟩b⟨DEL⟩c⟨CR⟩⟨LF⟩d⟨TAB⟩e"),
    ("\u{9B}31m\u{92}", "⟨U+009B⟩31m⟨U+0092⟩"),
    ("abc\u{202E}txt\u{202C}\u{2066}x\u{2069}\u{200E}", "abc⟨RLO⟩txt⟨PDF⟩⟨LRI⟩x⟨PDI⟩⟨LRM⟩"),
    ("a\u{200B}b\u{FEFF}c", "a⟨ZWSP⟩b⟨BOM⟩c"),
    ("x\u{200D}y", "x⟨ZWJ⟩y"),
    ("x\u{FE0F}y", "x⟨VS16⟩y"),
    ("\u{E0041}", "⟨U+E0041⟩"),
    ("\u{E000}\u{378}", "⟨U+E000⟩⟨U+0378⟩"),
    ("\u{301}x", "◌\u{301}x"),
    ("e\u{301}", "e\u{301}"),
    ("\u{3164}\u{2800}", "⟨U+3164⟩⟨U+2800⟩"),
    ("می\u{200C}خواهم", "می\u{200C}خواهم"),
    ("😀❤️👨‍👩‍👧🇺🇸👍🏽1️⃣🏴󠁧󠁢󠁥󠁮󠁧󠁿", "😀❤️👨‍👩‍👧🇺🇸👍🏽1️⃣🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    ("😀\u{200D}", "😀⟨ZWJ⟩"),
    ("e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", "e\u{301}\u{302}\u{303}\u{304}⟨+2⟩"),
  ])
  func marks(_ text: String, _ expected: String) {
    #expect(Array(shown.visible(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test func emojiModes() {
    let text = "😀❤️👨‍👩‍👧🇺🇸👍🏽1️⃣"
    #expect(base.visible(text) == "😀❤👨US👍1")
    #expect(
      name.visible(text)
        == ":grinning face::heavy black heart::man::flag US::thumbs up sign::keycap 1:")
  }

  @Test func asciiOnly() {
    #expect(ascii.visible("é “作” … \u{1B}x ß") == "e \"<U+4F5C>\" ... <ESC>x ss")
    #expect(ascii.visible("🇺🇸") == ":flag US:")
  }

  /// Whatever scalars come, in whatever order: nothing that steers a terminal is left, and a
  /// second pass finds nothing more to do.
  @Test func randomTextIsHarmless() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var state = seed | 1
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let special: [UInt32] = [
      0x1B, 0x9B, 0x200D, 0xFE0F, 0xFE0E, 0x20E3, 0x1F1FA, 0x1F1F8, 0x1F468, 0x1F3FD, 0x31, 0x23,
      0x301, 0x202E, 0xE0067, 0xE007F, 0x1F3F4, 0x2764, 0x1100, 0x1161, 0x0915, 0x094D, 0x0D, 0x0A,
    ]
    for _ in 0..<5000 {
      var text = ""
      for _ in 0..<(1 + next(8)) {
        let value = next(3) > 0 ? special[next(special.count)] : UInt32(next(0x20000))
        if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
      }
      let once = shown.visible(text)
      #expect(!once.unicodeScalars.contains { $0.properties.generalCategory == .control })
      #expect(
        !once.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) }, "seed \(seed)")
      #expect(shown.visible(once) == once, "seed \(seed)")
      #expect(Sanitizer.isPlain(ascii.visible(text)), "seed \(seed)")
      var frame = Frame(size: Size(columns: 200, rows: 1))
      let used = frame.write(text, at: Position(column: 0, row: 0))
      #expect(used == TextWidth.columns(of: once), "seed \(seed): \(once.debugDescription)")
    }
  }
}
