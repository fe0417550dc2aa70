import Testing

@testable import Encoders

@Suite("Byte-level BPE")
struct TokenizerBytePairTests {
  private func pieces(_ text: String, _ files: [String: String]) throws -> [String] {
    let tokenizer = try TokenizerFolder(files).tokenizer()
    let encoding = tokenizer.encode(
      text: text, options: EncodingOptions(addsSpecialTokens: false))
    return encoding.ids.map { tokenizer.piece($0) ?? "?" }
  }

  @Test(arguments: [
    ("love", ["lo", "v", "e"]),
    (" love", ["Ġlove"]),
    ("a love's", ["a", "Ġlove", "'s"]),
    ("a  b", ["a", "Ġ", "Ġ", "b"]),
    ("a \n", ["a", "Ġ", "Ċ"]),
    ("é", ["Ã", "©"]),
    ("1", ["1"]),
    ("", []),
  ])
  func gpt2Pattern(_ text: String, _ expected: [String]) throws {
    #expect(try pieces(text, SmallTokenizers.roberta) == expected)
  }

  @Test func blankBeforeTheText() throws {
    var files = SmallTokenizers.roberta
    files["tokenizer_config.json"] = #"{"add_prefix_space": true}"#
    #expect(try pieces("love", files) == ["Ġlove"])
    #expect(try pieces(" love", files) == ["Ġlove"])
    let tokenizer = try TokenizerFolder(SmallTokenizers.roberta).tokenizer()
    // Words of a list always get it.
    #expect(
      tokenizer.encode(words: ["love"]).ids.map { tokenizer.piece($0) } == [
        "<s>", "Ġlove", "</s>",
      ])
  }

  @Test(arguments: [
    ("LOVE", ["love</w>"]),
    ("love\u{3000}sun", ["love</w>", "sun</w>"]),
    ("12", ["1</w>", "2</w>"]),
    ("sun!!", ["sun</w>", "!", "!</w>"]),
    ("  ", []),
  ])
  func clipPattern(_ text: String, _ expected: [String]) throws {
    #expect(try pieces(text, SmallTokenizers.clip) == expected)
  }

  @Test func koreanLettersJoin() {
    func joined(_ text: String) -> String {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: UnicodeForms.composed(Array(text.unicodeScalars)))
      return view.map { String($0.value, radix: 16) }.joined(separator: " ")
    }
    #expect(joined("\u{1112}\u{1161}\u{11AB}") == "d55c")
    #expect(joined("\u{B4F8}\u{11B7}") == "b508")
    #expect(joined("\u{1113}\u{1172}") == "1113 1172")
    #expect(joined("\u{1112}\u{1161}\u{11A7}") == "d558 11a7")
    #expect(joined("\u{F18}\u{F75}") == "f71 f74 f18")
    #expect(joined("e\u{301}") == "e9")
  }

  @Test func heapAndPlainSearchAgree() throws {
    // Above 48 bytes the pairs go through a heap; a run of the same letters has many equals.
    var merges: [(String, String)] = []
    for width in [1, 2, 4, 8] {
      let half = String(repeating: "a", count: width)
      merges.append((half, half))
    }
    let tokenizer = try TokenizerFolder(SmallTokenizers.bytePair(merges)).tokenizer()
    for count in [40, 47, 48, 49, 50, 200] {
      let ids = tokenizer.encode(
        text: String(repeating: "a", count: count),
        options: EncodingOptions(addsSpecialTokens: false)
      ).ids
      let lengths = ids.map { tokenizer.piece($0)?.count ?? 0 }
      #expect(lengths.reduce(0, +) == count)
      #expect(lengths == lengths.sorted(by: >), "greedy from the left: \(lengths)")
      #expect(lengths.filter { $0 == 16 }.count == count / 16)
    }
  }
}
