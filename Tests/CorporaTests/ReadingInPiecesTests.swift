import Foundation
import Testing

@testable import Corpora

/// A file that is read in pieces on all cores says what it says when it is read in one go.
@Suite("Reading in pieces") struct ReadingInPiecesTests {
  /// A repeatable source of random numbers (SplitMix64).
  private struct Source: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// What may stand in a file of columns or of records, regular and not.
  private static let lines: [String: [String]] = [
    "headed.txt": [
      "IMGID:1\n", "IMGID:2\r\n", "IMGID:\n", "\n", "\r\n", "Paris\tB-LOC\n", "of\tI-LOC\n",
      "x\tO\r\n", "no tab\n", "\u{FEFF}a\tO\n", "émile\tB-OTHER\n", "a\tb\tO\n", "\tO\n",
      "y\tE-PER\n", "z\tfoo\n",
    ],
    "columns.txt": [
      "Paris\tB-LOC\n", "of\tI-LOC\n", "x\tO\n", "x\tO\r\n", "\n", "\n", "\r\n",
      "-DOCSTART-\tO\n", "# id 1\tx\n", "\u{FEFF}a\tO\n", "é\tS-PER\n", "z\tO\n",
    ],
    "iob1.txt": ["Paris\tI-LOC\n", "May\tI-PER\n", "x\tO\n", "x\tO\n", "\n"],
    "records.jsonl": [
      #"{"tokens":["a","é"],"tags":["B-PER","O"]}"# + "\n",
      #"{"id":"7","tokens":["b"],"mentions":[{"start":0,"end":1,"type":"OTHER"}]}"# + "\r\n",
      #"{"tokens":["c","d"],"ner_tags":["I-LOC","I-PER"]}"# + "\n", "\n", "{\n", "x\n",
      "\u{FEFF}{\"tokens\":[\"e\"]}\n",
      #"{"tokens":["f"],"mentions":[{"start":0,"end":9,"type":"A"}]}"#
        + "\n",
    ],
  ]

  private static let beginnings = [
    "headed.txt": "IMGID:0\na\tO\n", "columns.txt": "a\tO\nb\tB-PER\n\n",
    "iob1.txt": "a\tO\nb\tI-PER\n\n", "records.jsonl": "{\"tokens\":[\"x\"]}\n",
  ]

  @Test(arguments: lines.keys.sorted(), [UInt64.random(in: 0..<UInt64.max)] + Array(0..<12))
  func piecesAreTheWhole(name: String, seed: UInt64) throws {
    var random = Source(state: seed)
    let lines = try #require(Self.lines[name])
    var bytes = Array((Self.beginnings[name] ?? "").utf8)
    for _ in 0..<Int.random(in: 5...80, using: &random) {
      var line = Array((lines.randomElement(using: &random) ?? "").utf8)
      // Now and then a byte that is no UTF-8.
      if Int.random(in: 0..<40, using: &random) == 0, line.count > 2 { line[1] = 0xFF }
      bytes += line
    }
    try withFolder { folder in
      try write(bytes, to: "\(folder)/\(name)")
      for strict in [false, true] {
        let whole = Result { try Dataset.open("\(folder)/\(name)", strict: strict) }
        for size in [1, 7, 40, 300] {
          let pieces = ReadingInPieces.$pieceSize.withValue(size) {
            Result { try Dataset.open("\(folder)/\(name)", strict: strict) }
          }
          switch (whole, pieces) {
          case (.success(let a), .success(let b)):
            #expect(a.posts == b.posts, "seed \(seed), \(size)")
            #expect(a.posts.map(\.source) == b.posts.map(\.source), "seed \(seed), \(size)")
            #expect(a.findings == b.findings, "seed \(seed), \(size)")
            #expect(a.files == b.files && a.files[0].misc == b.files[0].misc, "seed \(seed)")
          case (.failure(let a), .failure(let b)):
            #expect("\(a)" == "\(b)", "seed \(seed), \(size)")
          default: Issue.record("seed \(seed), pieces of \(size): \(whole) or \(pieces)")
          }
        }
      }
    }
  }

  /// Each byte belongs to one piece, and no piece is much larger than it should be.
  @Test func piecesCoverTheFile() {
    let text = Array(String(repeating: "IMGID:1\na\tO\n\n", count: 500).utf8)
    text.withUnsafeBufferPointer { bytes in
      let pieces = ReadingInPieces(size: 100).pieces(of: bytes) {
        ReadingInPieces.recordStart(bytes, from: $0)
      }
      #expect(pieces.count > 50)
      #expect(pieces.flatMap { Array($0) } == Array(0..<text.count))
      #expect(pieces.allSatisfy { $0.count < 120 })
    }
  }
}

/// Words that lie side by side are the words of an array.
@Suite("Words of posts") struct TokensTests {
  @Test func theyAreTheirTokens() {
    let list = [
      Token("Paris", originalTag: "B-LOC"), Token(""), Token("é\u{301}🙂", originalTag: "O"),
      Token(String(repeating: "x", count: 5_000)), Token("a\u{0}b", originalTag: ""),
    ]
    let tokens = Tokens(list)
    #expect(Array(tokens) == list)
    #expect(tokens == Tokens(list) && tokens.hashValue == Tokens(list).hashValue)
    #expect(tokens != Tokens(list.dropLast()) && Tokens([]).isEmpty)
    #expect(Array(tokens[1..<3]) == Array(list[1..<3]))
    #expect(tokens.indices.map { tokens.tag($0) } == list.map(\.originalTag))
    #expect(
      tokens.indices.map { tokens.withUTF8($0) { Array($0) } } == list.map { Array($0.text.utf8) })
    #expect(tokens.says("Paris", at: 0) && !tokens.says("paris", at: 0) && !tokens.says("", at: 0))
    #expect(tokens.says("\u{E9}\u{301}🙂", at: 2) && tokens.says("", at: 1))
    #expect(
      Tokens([Token("K")]).says("\u{212A}", at: 0) && Tokens([Token("é")]).says("e\u{301}", at: 0))
    // Texts that are equal to a reader, of other bytes.
    #expect(Tokens([Token("é")]) == Tokens([Token("e\u{301}")]))
    #expect(Tokens([Token("a", originalTag: "O")]) != Tokens([Token("a")]))
  }

  /// More words, letters and tags than one store takes.
  @Test func postsKeepTheirOwn() {
    var builder = TokenBuilder()
    var posts: [ParsedPost] = []
    for post in 0..<9_000 {
      for word in 0..<(post % 11) { builder.append("w\(post) \(word)", tag: "T\(post % 700)") }
      if post % 13 == 5 {
        builder.dropPost()
        continue
      }
      builder.endPost(at: posts.count)
      posts.append(ParsedPost(line: post))
      builder.close(&posts)
    }
    builder.close(&posts, isLast: true)
    for post in posts {
      #expect(
        post.tokens
          == Tokens(
            (0..<(post.line % 11)).map {
              Token("w\(post.line) \($0)", originalTag: "T\(post.line % 700)")
            }))
    }
  }
}
