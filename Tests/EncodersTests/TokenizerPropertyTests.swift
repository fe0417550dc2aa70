import Testing

@testable import Encoders

@Suite("Tokenizers and any text")
struct TokenizerPropertyTests {
  private static let all: [(String, [String: String])] = [
    ("WordPiece", SmallTokenizers.wordPiece), ("RoBERTa", SmallTokenizers.roberta),
    ("CLIP", SmallTokenizers.clip),
  ]

  @Test(arguments: 0..<3)
  func everyPieceHasItsWord(_ index: Int) throws {
    let (name, files) = Self.all[index]
    let tokenizer = try TokenizerFolder(files).tokenizer()
    for seed in UInt64(1)...400 {
      var texts = RandomTexts(seed: seed)
      let words = (0..<texts.number(below: 8)).map { _ in texts.text(upTo: 30) }
      let encoding = tokenizer.encode(words: words)
      let label: Comment = "\(name), seed \(seed)"
      #expect(encoding.ids.allSatisfy { (0..<tokenizer.vocabularySize).contains($0) }, label)
      #expect(encoding.ids.count == encoding.wordIndices.count, label)
      let inner = encoding.wordIndices.dropFirst().dropLast()
      #expect(inner.allSatisfy { $0.map(words.indices.contains) ?? false }, label)
      #expect(inner.compactMap { $0 } == inner.compactMap { $0 }.sorted(), label)
      // Words do not see each other.
      let apart = words.flatMap {
        tokenizer.encode(words: [$0], options: EncodingOptions(addsSpecialTokens: false)).ids
      }
      #expect(Array(encoding.ids.dropFirst().dropLast()) == apart, label)
      // A cache that is warm says the same as a new tokenizer.
      #expect(tokenizer.encode(words: words) == encoding, label)
      if seed % 50 == 0 {
        #expect(try TokenizerFolder(files).tokenizer().encode(words: words) == encoding, label)
      }
    }
  }

  @Test(arguments: 0..<3)
  func noTextBecomesAControlToken(_ index: Int) throws {
    let (name, files) = Self.all[index]
    let tokenizer = try TokenizerFolder(files).tokenizer()
    let control = (0..<tokenizer.vocabularySize).filter {
      tokenizer.isControl($0) && $0 != tokenizer.special.unknown
    }
    #expect(!control.isEmpty)
    let spelled =
      ["[CLS]", "[SEP]", "[PAD]", "[MASK]", "<s>", "</s>", "<pad>", "<mask>"]
      + ["<|endoftext|>", "<|startoftext|>", "a[SEP]b", "x</s>y"]
    for text in spelled {
      let words = tokenizer.encode(words: [text]).ids.dropFirst().dropLast()
      #expect(!words.contains { control.contains($0) }, "\(name): \(text)")
      let plain = tokenizer.encode(text: text).ids.dropFirst().dropLast()
      #expect(!plain.contains { control.contains($0) }, "\(name): \(text)")
      #expect(!plain.isEmpty)
    }
  }

  @Test func notEvenWhenTheVocabularyCouldSpellIt() throws {
    // The last merge gives the padding token.
    var files = SmallTokenizers.bytePair([("l", "o"), ("lo", "v")])
    files["tokenizer_config.json"] = #"{"pad_token": "lov"}"#
    let roberta = try TokenizerFolder(files).tokenizer()
    #expect(roberta.special.padding == 257)
    let ids = roberta.encode(text: "lov").ids.dropFirst().dropLast()
    #expect(ids.map { roberta.piece($0) } == ["lo", "v"])
    let bert = try TokenizerFolder([
      "vocab.txt": "pad\n[UNK]\n[CLS]\n[SEP]\np\n##a\n##d",
      "tokenizer_config.json": #"{"pad_token": "pad", "do_lower_case": true}"#,
    ]).tokenizer()
    #expect(bert.special.padding == 0)
    #expect(bert.encode(text: "pad").ids == [2, 4, 5, 6, 3])
  }

  @Test func manyThreadsAgree() async throws {
    let tokenizer = try TokenizerFolder(SmallTokenizers.clip).tokenizer()
    var texts = RandomTexts(seed: 5)
    let posts = (0..<200).map { _ in (0..<5).map { _ in texts.text(upTo: 12) } }
    let expected = posts.map { tokenizer.encode(words: $0) }
    await withTaskGroup(of: [Encoding].self) { group in
      for _ in 0..<4 { group.addTask { tokenizer.encode(batch: posts) } }
      for await result in group { #expect(result == expected) }
    }
  }

  @Test func hugeTexts() throws {
    for (name, files) in Self.all {
      let tokenizer = try TokenizerFolder(files).tokenizer()
      let options = EncodingOptions(maximumLength: 512)
      for unit in ["a", "ab ", "é", "日", "\u{301}", " "] {
        let text = String(repeating: unit, count: 20_000)
        #expect(tokenizer.encode(text: text, options: options).count <= 512, "\(name) \(unit)")
      }
    }
  }
}
