import Testing

@testable import Encoders

@Suite("Layout of encodings")
struct TokenizerLayoutTests {
  private let bert: Tokenizer
  private let roberta: Tokenizer

  init() throws {
    bert = try TokenizerFolder(SmallTokenizers.wordPiece).tokenizer()
    roberta = try TokenizerFolder(SmallTokenizers.roberta).tokenizer()
  }

  private func spelled(_ encoding: Encoding, _ tokenizer: Tokenizer) -> String {
    encoding.ids.map { tokenizer.piece($0) ?? "?" }.joined(separator: " ")
  }

  @Test func pairs() {
    let pair = bert.encode(words: ["kolo"], and: ["loves", "the"])
    #expect(spelled(pair, bert) == "[CLS] kolo [SEP] love ##s the [SEP]")
    #expect(pair.typeIDs == [0, 0, 0, 1, 1, 1, 1])
    #expect(pair.wordIndices == [nil, 0, nil, 0, 0, 1, nil])
    #expect(pair.second == 3..<6)
    #expect(
      pair.roles == [
        .special, .firstPiece, .special, .firstPiece, .laterPiece, .firstPiece, .special,
      ])
    #expect(pair.firstPieces(ofWords: 1) == [1])
    let other = roberta.encode(words: ["love"], and: ["1"])
    #expect(spelled(other, roberta) == "<s> Ġlove </s> </s> Ġ 1 </s>")
    #expect(other.typeIDs == [Int](repeating: 0, count: 7))
    let texts = bert.encode(text: "the sun", and: "sun !")
    #expect(texts.wordIndices == [nil, 0, 1, nil, 0, 1, nil])
  }

  @Test func labelsOfWords() {
    let encoding = bert.encode(words: ["loves", "sun"])
    #expect(encoding.roles == [.special, .firstPiece, .laterPiece, .firstPiece, .special])
    #expect(encoding.pieces(ofWords: 3) == [1..<3, 3..<4, 0..<0])
  }

  @Test func truncation() {
    // MODELS §2.2: of L positions L−2 hold pieces.
    let cut = bert.encode(
      words: ["the", "loves", "sun"], options: EncodingOptions(maximumLength: 4))
    #expect(spelled(cut, bert) == "[CLS] the love [SEP]")
    #expect(cut.cutCount == 2)
    #expect(bert.encode(words: ["the"], options: EncodingOptions(maximumLength: 3)).cutCount == 0)
    #expect(bert.encode(words: ["the"], options: EncodingOptions(maximumLength: 1)).count == 2)
  }

  @Test(arguments: [
    (3, 9, 8, 3, 5), (9, 3, 8, 5, 3), (9, 9, 8, 4, 4), (9, 9, 9, 4, 5), (10, 9, 9, 5, 4),
    (0, 9, 4, 0, 4), (2, 2, 4, 2, 2), (9, 9, 0, 0, 0),
  ])
  func longestFirst(_ a: Int, _ b: Int, _ room: Int, _ keptA: Int, _ keptB: Int) {
    let kept = Tokenizer.lengths(a, b, room: room, .longestFirst)
    #expect(kept == (keptA, keptB))
  }

  @Test func truncationNeverTakesMoreThanThereIs() {
    for a in 0..<8 {
      for b in 0..<8 {
        for room in 0..<16 {
          for truncation in [EncodingOptions.Truncation.longestFirst, .first, .second] {
            let kept = Tokenizer.lengths(a, b, room: room, truncation)
            #expect(kept.first >= 0 && kept.first <= a && kept.second >= 0 && kept.second <= b)
            #expect(kept.first + kept.second <= room || a + b <= room)
          }
        }
      }
    }
  }

  @Test func markers() throws {
    var tokenizer = bert
    let ids = try tokenizer.addControlTokens(["<s>", "</s>", "<o>", "</o>", "[unused0]"])
    #expect(ids == [25, 26, 27, 28, 5])
    #expect(tokenizer.vocabularySize == 29)
    #expect(bert.vocabularySize == 25)
    let markers =
      Marker.pair(around: 2..<3, open: ids[2], close: ids[3])
      + Marker.pair(around: 0..<1, open: ids[0], close: ids[1])
    let encoding = tokenizer.encode(words: ["kolo", "loves", "sun"], markers: markers)
    #expect(
      spelled(encoding, tokenizer) == "[CLS] <s> kolo </s> love ##s <o> sun </o> [SEP]")
    #expect(encoding.wordIndices == [nil, nil, 0, nil, 1, 1, nil, 2, nil, nil])
    // The new tokens' spelling stays ordinary text.
    #expect(!tokenizer.encode(text: "<s> </o>").ids.contains { ids.contains($0) })
  }

  @Test func batches() {
    let encodings = [bert.encode(words: ["sun"]), bert.encode(words: ["kolo"], and: ["sun"])]
    let batch = EncodingBatch(encodings, tokenizer: bert)
    #expect(batch.shape == [2, 5])
    #expect(batch.attentionMask == [1, 1, 1, 0, 0, 1, 1, 1, 1, 1])
    #expect(batch.typeIDs == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    #expect(batch.ids.suffix(7).prefix(2) == [0, 0])
    #expect(batch.lengths == [3, 5])
    #expect(batch.encodings[0].roles.last == .padding)
    #expect(EncodingBatch(encodings, tokenizer: bert, length: 9).length == 9)
    #expect(EncodingBatch([], tokenizer: bert).shape == [0, 0])
  }

  @Test func listing() throws {
    let encoding = bert.encode(words: ["loves", "\u{1B}[31msun"])
    let table = TokenListing(encoding, bert, words: ["loves", "\u{1B}[31msun"]).table { $0.count }
    #expect(
      table == """
        at  id  piece  word
         0   2  [CLS]     -
         1   7  love      0  loves
         2   8  ##s       0
         3  11  [         1  \\u{1B}[31msun
         4   1  [UNK]     1
         5   3  [SEP]     -
        """)
    #expect(
      TokenLines.json(bert.encode(words: ["sun"]))
        == #"{"ids": [2, 10, 3], "word_ids": [null, 0, null]}"#)
    #expect(
      try TokenLines.read(#"{"id": 7, "words": ["a", "b"]}"#, source: "s", number: 1)
        == .words(["a", "b"]))
    #expect(try TokenLines.read("plain", source: "s", number: 1) == .text("plain"))
    #expect(TokenLines.words(of: " a  \u{301}b\tc ") == ["a", "\u{301}b", "c"])
    #expect(throws: TokenLines.Failure.self) {
      try TokenLines.read(#"{"words": "a"}"#, source: "s", number: 1)
    }
  }
}
