import Testing

@testable import Encoders

@Suite("WordPiece")
struct TokenizerWordPieceTests {
  private func pieces(_ text: String, _ files: [String: String] = SmallTokenizers.wordPiece) throws
    -> [String]
  {
    let tokenizer = try TokenizerFolder(files).tokenizer()
    let encoding = tokenizer.encode(
      text: text, options: EncodingOptions(addsSpecialTokens: false))
    return encoding.ids.map { tokenizer.piece($0) ?? "?" }
  }

  @Test(arguments: [
    ("Kolo loves the SUN!", ["kolo", "love", "##s", "the", "sun", "!"]),
    ("café cafe\u{301}", ["cafe", "cafe"]),
    ("日日a", ["日", "日", "a"]),
    ("s\u{200B}un \u{0}su\u{7}n", ["sun", "sun"]),
    ("the\u{3000}sun\u{A0}the", ["the", "sun", "the"]),
    ("sun\u{B}the", ["[UNK]"]),
    ("unknown", ["[UNK]"]),
    ("aaa", ["a", "##a", "##a"]),
    ("İi", ["i", "##i"]),
    ("\u{FE0F}", []),
    ("", []),
  ])
  func splits(_ text: String, _ expected: [String]) throws {
    #expect(try pieces(text) == expected)
  }

  @Test func longWordsAreUnknown() throws {
    let hundred = String(repeating: "a", count: 100)
    #expect(try pieces(hundred).count == 100)
    #expect(try pieces(hundred + "a") == ["[UNK]"])
    // Characters count, not bytes: 日 would take 300.
    #expect(try pieces(String(repeating: "ä", count: 100)).count == 100)
  }

  @Test func casedKeepsCaseAndAccents() throws {
    var files = ["vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\nKolo\nkolo\ncafé\ncafe"]
    // A capital letter in some piece, and nothing that says otherwise.
    #expect(try pieces("Kolo kolo café cafe", files) == ["Kolo", "kolo", "café", "cafe"])
    files["tokenizer_config.json"] = #"{"do_lower_case": true}"#
    #expect(try pieces("Kolo kolo café cafe", files) == ["kolo", "kolo", "cafe", "cafe"])
    files["tokenizer_config.json"] = #"{"do_lower_case": true, "strip_accents": false}"#
    #expect(try pieces("Kolo CAFÉ", files) == ["kolo", "café"])
  }

  @Test func wordsWithoutPieces() throws {
    let tokenizer = try TokenizerFolder(SmallTokenizers.wordPiece).tokenizer()
    let skipped = tokenizer.encode(words: ["sun", "\u{200B}", "", "the"])
    #expect(skipped.wordIndices == [nil, 0, 3, nil])
    #expect(skipped.firstPieces(ofWords: 4) == [1, nil, nil, 2])
    let kept = tokenizer.encode(
      words: ["sun", "\u{200B}", "", "the"], options: EncodingOptions(emptyWords: .unknown))
    #expect(kept.wordIndices == [nil, 0, 1, 2, 3, nil])
    #expect(kept.ids[2] == tokenizer.special.unknown)
  }
}
