import Testing

@testable import Encoders

@Suite("Learning a WordPiece vocabulary")
struct WordPieceLearnerTests {
  private static let words =
    [String](repeating: "hug", count: 10) + [String](repeating: "pug", count: 5)
    + [String](repeating: "pun", count: 12) + [String](repeating: "bun", count: 4)
    + [String](repeating: "hugs", count: 5)

  @Test func mergesTheMostFrequentPairFirst() {
    let vocabulary = WordPieceLearner.vocabulary(of: Self.words, size: 16)
    #expect(Array(vocabulary.prefix(5)) == WordPieceLearner.special)
    // The classic example: u-g occurs 20 times, then u-n 16, then h-ug 15.
    #expect(Array(vocabulary[5..<12]) == ["##g", "##n", "##s", "##u", "b", "h", "p"])
    #expect(Array(vocabulary[12...]) == ["##ug", "##un", "hug", "pun"])
  }

  @Test func theTokenizerReadsItsWordsWhole() throws {
    let texts = ["Sam's", "boat-house", "Sam", "boat", "house", "Sam", "boat", "house", "-", "'s"]
    let vocabulary = WordPieceLearner.vocabulary(of: texts, size: 200)
    #expect(Set(vocabulary).count == vocabulary.count)
    let files = [
      "vocab.txt": Array(vocabulary.joined(separator: "\n").utf8),
      "tokenizer_config.json": Array(
        #"{"tokenizer_class": "BertTokenizer", "do_lower_case": false}"#.utf8),
    ]
    let tokenizer = try Tokenizer(files: files)
    let ids = tokenizer.encode(words: texts).ids
    #expect(!ids.contains(1))
    #expect(tokenizer.encode(words: ["boat"]).ids.count == 3)
    #expect(tokenizer.encode(words: ["Sam's"]).ids.count == 5)
  }

  @Test func isBoundedAndRepeatable() {
    let words = (0..<300).map { "w\($0 % 37)x\($0 % 11)" }
    for size in [5, 9, 30, 60] {
      let vocabulary = WordPieceLearner.vocabulary(of: words, size: size)
      #expect(vocabulary.count <= size)
      #expect(vocabulary == WordPieceLearner.vocabulary(of: words.reversed(), size: size))
    }
    let long = String(repeating: "a", count: 1000)
    #expect(WordPieceLearner.vocabulary(of: [long, long], size: 50) == WordPieceLearner.special)
    #expect(WordPieceLearner.vocabulary(of: [], size: 50) == WordPieceLearner.special)
  }
}
