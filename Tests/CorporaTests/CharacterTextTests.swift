import Testing

@testable import Corpora

/// Places in texts with emoji, joined emoji and combining marks, in every unit.
@Suite struct CharacterTextTests {
  /// 👨‍👩‍👧‍👦 has 7 code points, 11 units of UTF-16 and 25 bytes; `é` here is two code points.
  static let text = "👨\u{200D}👩\u{200D}👧\u{200D}👦 e\u{301}a 🇫🇷 Ann"

  @Test(arguments: [
    (OffsetUnit.codePoints, 18, [0..<7, 8..<11, 12..<14, 15..<18]),
    (.utf16, 24, [0..<11, 12..<15, 16..<20, 21..<24]),
  ])
  func wordsStandWhereTheToolSaysSo(_ unit: OffsetUnit, _ count: Int, _ places: [Range<Int>]) {
    let text = CharacterText(Self.text, unit: unit)
    #expect(text.count == count)
    let words = text.words(cutBy: [])
    #expect(words.map(text.places) == places)
    for (word, place) in zip(words, places) {
      #expect(text.range(place.lowerBound, place.upperBound) == word)
    }
    #expect(text.slice(words[3]) == "Ann" && text.says("Ann", at: words[3]))
    #expect(Array(text.slice(words[1]).utf8) == Array("e\u{301}a".utf8))
    // The other spelling of the same letters is another text.
    #expect(!text.says("\u{E9}a", at: words[1]))
  }

  @Test func plainTextsCountBytes() {
    for unit in [OffsetUnit.codePoints, .utf16] {
      let text = CharacterText("ab  c", unit: unit)
      #expect(text.words(cutBy: []) == [0..<2, 4..<5] && text.places(4..<5) == 4..<5)
    }
  }

  @Test func placesInsideACharacterAndOutsideTheTextAreNone() {
    let text = CharacterText("🙂a", unit: .utf16)
    #expect(text.range(0, 2) == 0..<4 && text.range(2, 3) == 4..<5)
    for (start, end) in [(0, 1), (1, 2), (1, 3), (-1, 2), (2, 2), (3, 2), (2, 4), (.min, .max)] {
      #expect(text.range(start, end) == nil, "\(start) to \(end)")
    }
    // Between code points of one letter a place is one.
    let letter = CharacterText("e\u{301}", unit: .codePoints)
    #expect(letter.range(0, 1) == 0..<1 && letter.range(1, 2) == 1..<3)
  }

  @Test func spansCutWords() {
    let text = CharacterText("(Ann), Lee.", unit: .codePoints)
    let words = text.words(cutBy: [1..<4, 7..<10])
    #expect(words.map(text.slice) == ["(", "Ann", "),", "Lee", "."])
  }

  @Test func joinedWordsAreReadBack() {
    let tokens = ["a", "\u{301}", "🙂", "\u{A0}", "b"].map { Token($0) }
    let joined = JoinedWords(Tokens(tokens))
    let text = CharacterText(joined.text, unit: .codePoints)
    #expect(text.words(cutBy: []) == joined.words)
    #expect(zip(joined.words, tokens).allSatisfy { text.says($1.text, at: $0) })
  }
}
