import Screen
import Testing

@Suite struct TextWidthTests {
  @Test(arguments: [
    ("a", 1), ("é", 1), ("e\u{301}", 1), ("作", 2), ("ア", 2), ("ｱ", 1), ("한", 2),
    ("\u{1112}\u{1161}\u{11AB}", 2), ("😀", 2), ("❤", 1), ("❤️", 2), ("👨‍👩‍👧", 2), ("🇺🇸", 2), ("👍🏽", 2),
    ("1️⃣", 2),
    ("🪼", 2), ("🫩", 2), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2), ("─", 1), ("▀", 1), ("\u{301}", 0), ("\u{200B}", 0),
    ("\u{1B}", 0),
    ("\r\n", 0), ("\u{85}", 0), ("क्ष", 2), ("क्षा", 3), ("ક્ષ્મ", 3),
    ("ก็", 1), ("\u{AD}", 1),
  ])
  func cluster(_ text: String, _ columns: Int) {
    #expect(text.count == 1)
    #expect(TextWidth.columns(of: text) == columns)
  }

  @Test func everyAssignedScalarTakesAtMostTwo() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let columns = TextWidth.columns(of: scalar)
      if scalar.properties.isEmojiPresentation, !(0x1F1E6...0x1F1FF).contains(value) {
        #expect(columns == 2, "U+\(String(value, radix: 16))")
      }
      if scalar.properties.generalCategory == .nonspacingMark { #expect(columns == 0) }
    }
  }

  /// A conjunct of three letters takes three cells, so what follows it stands in the fourth.
  @Test func conjunctsTakeTheCellsOfTheirLetters() {
    var frame = Frame(size: Size(columns: 8, rows: 1))
    let used = frame.write("स्त्रx", at: Position(column: 0, row: 0))
    #expect(used == 4)
    #expect(frame.cells[3].text == "x")
    #expect(frame.lines == ["स्त्रx"])
    let cut = frame.write("स्त्र", at: Position(column: 0, row: 0), maxColumns: 2)
    #expect(cut == 2)
  }

  @Test func fittingKeepsClustersWhole() {
    #expect(TextWidth.prefix("a作b", columns: 2) == "a")
    #expect(TextWidth.fitted("harbour", columns: 5) == "harb…")
    #expect(TextWidth.fitted("作作作", columns: 4) == "作…")
    #expect(TextWidth.padded("作", columns: 4) == "作  ")
    #expect(TextWidth.padded("作作作", columns: 4) == "作… ")
    #expect(TextWidth.fitted("ab", columns: 0) == "")
  }

  @Test func wrapping() {
    #expect(Wrapping.lines("the old harbour", columns: 7) == ["the old", "harbour"])
    #expect(Wrapping.lines("abcdefgh", columns: 3) == ["abc", "def", "gh"])
    #expect(Wrapping.lines("作作作", columns: 4) == ["作作", "作"])
    #expect(Wrapping.lines("a\n\nb", columns: 4) == ["a", "", "b"])
    let places = Wrapping.flow([3, 3, 9, 1], columns: 7)
    #expect(places.map(\.column) == [0, 4, 0, 0])
    #expect(places.map(\.row) == [0, 0, 1, 2])
  }
}
