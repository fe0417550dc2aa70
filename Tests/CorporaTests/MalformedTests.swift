import Foundation
import Testing

@testable import Corpora

/// Files as they should not be: everything else still opens, with file, line and what to do.
@Suite struct MalformedTests {
  @Test func brokenMNERLinesAreListedAndKept() throws {
    let bytes: [UInt8] =
      Array("stray\tO\nstray\tO\n\nIMGID:a\none\tB-PER\nno tab here\ntwo\tx\tI-PER\n\tO\nbad".utf8)
      + [0xFF] + Array("\tO\n\nIMGID:\nword\tO\r\n\nIMGID:empty\n\nIMGID:a\nlast\tQ".utf8)
    try withFolder { folder in
      try write(bytes, to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.id) == ["a", "line11", "a#2"])
      #expect(dataset.posts[0].tokens.map(\.text) == ["one", "two", "", "bad\u{FFFD}"])
      #expect(dataset.posts[0].mentions == [EntityMention(0..<2, .person)])
      #expect(dataset.posts[1].imageID == nil)
      #expect(dataset.image(for: dataset.posts[1]) == .none)
      #expect(
        dataset.findings.map { "\($0.location.line)" } == [
          "1", "6", "7", "8", "9", "11", "14", "17",
        ])
      #expect(dataset.findings[1].description.hasPrefix("train.txt:6: no tab"))
      // Nothing that could not be read is lost on writing, edits included.
      let same = try DatasetWriter.bytes(of: dataset.files[0], in: dataset, edited: [:]).bytes
      #expect(same == bytes)
      let edited = dataset.posts[0].with([EntityMention(3..<4, .location)])
      let changed = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: ["a": edited]
      ).bytes
      let expected =
        Array("stray\tO\nstray\tO\n\nIMGID:a\none\tO\nno tab here\ntwo\tx\tO\n\tO\nbad".utf8)
        + [0xFF] + Array("\tB-LOC\n\nIMGID:\nword\tO\r\n\nIMGID:empty\n\nIMGID:a\nlast\tQ".utf8)
      #expect(changed == expected)
      #expect {
        try Dataset.open(folder, strict: true)
      } throws: { error in
        "\(error)".hasPrefix("train.txt:1: words outside a post; ")
      }
    }
  }

  @Test func carriageReturnsAndByteOrderMarkSurviveAnEdit() throws {
    let text = "\u{FEFF}IMGID:7\r\nA\tO\r\n\u{A0}\tO\r\n\u{FE0F}\u{92}\tI-OTHER\r\n\r\n"
    try withFolder { folder in
      try write(text, to: "\(folder)/posts.txt")
      let dataset = try Dataset.open("\(folder)/posts.txt")
      #expect(dataset.posts[0].tokens.map(\.text) == ["A", "\u{A0}", "\u{FE0F}\u{92}"])
      let edited = dataset.posts[0].with([
        EntityMention(1..<2, .miscellaneous), EntityMention(2..<3, .miscellaneous),
      ])
      let bytes = try DatasetWriter.bytes(
        of: dataset.files[0], in: dataset, edited: ["7": edited]
      ).bytes
      let expected =
        "\u{FEFF}IMGID:7\r\nA\tO\r\n\u{A0}\tB-OTHER\r\n\u{FE0F}\u{92}\tB-OTHER\r\n\r\n"
      #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
  }

  /// What is no UTF-8 is three bytes in place of one, and counts as those: an export is read again.
  @Test func anIDIsAsLongAsItIsWritten() throws {
    try withFolder { folder in
      let id = [UInt8](repeating: 0xAF, count: Bounds.id / 2)
      let text = Array("IMGID:".utf8) + id + Array("\nw\tO\n\nIMGID:2\nw\tO\n".utf8)
      try Data(text).write(to: URL(fileURLWithPath: "\(folder)/train.txt"))
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.id) == ["2"])
      #expect(dataset.findings.map(\.problem).contains(.idTooLong(bytes: 3 * id.count)))
    }
  }

  @Test func boundsAreKept() throws {
    try withFolder { folder in
      let long = String(repeating: "x", count: Bounds.line + 1)
      let many = String(repeating: "w\tO\n", count: Bounds.tokens + 1)
      let id = String(repeating: "i", count: Bounds.id + 1)
      try write(
        "IMGID:1\nw\tO\n\(long)\tO\n\nIMGID:2\n\(many)\nIMGID:\(id)\nw\tO\n\nIMGID:3\nw\tO\n",
        to: "\(folder)/train.txt")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.id) == ["1", "3"])
      #expect(
        dataset.findings.map(\.problem) == [
          .lineTooLong(bytes: Bounds.line + 3), .tooManyTokens(id: "2"),
          .idTooLong(bytes: Bounds.id + 1),
        ])
    }
  }

  @Test func brokenJSONLinesAreListed() throws {
    let good = #"{"id":"g","tokens":["a","b"],"mentions":[],"x":[1,{"y":null}]}"#
    let lines = [
      good, "not json", #"{"id":"b"}"#, #"{"id":"c","tokens":["\ud800"]}"#,
      #"{"id":"d","tokens":["a"],"mentions":[{"start":0,"end":2,"type":"PER"}]}"#,
      #"{"id":"g","tokens":["a"],"tokens":["b"]}"#, #"{"id":"g","tokens":["a"]}"#,
      #"{"id":"e","tokens":["a"],"mentions":[{"start":99999999999999999999,"end":2,"type":"P"}]}"#,
      "{\"id\":\"f\",\"tokens\":" + String(repeating: "[", count: 100_000),
      #"{"id":"h","tokens":["a"],"deep":"#
        + String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000) + "}",
      #"{"id":"i","image":"p","tokens":["\u00e9\ud83d\ude00","\"\\\/\n"],"attributes":{"a":1,"b":true}}"#,
    ]
    try withFolder { folder in
      try write(lines.joined(separator: "\n"), to: "\(folder)/dev.jsonl")
      let dataset = try Dataset.open(folder)
      #expect(dataset.posts.map(\.id) == ["g", "d", "g#2", "i"])
      #expect(dataset.findings.map(\.location.line) == [2, 3, 4, 5, 6, 7, 8, 9, 10])
      #expect(dataset.posts[0].split == .dev)
      #expect(dataset.posts[3].tokens.map(\.text) == ["é😀", "\"\\/\n"])
      #expect(dataset.posts[3].attributes == ["a": "1", "b": "true"])
      #expect(dataset.findings.allSatisfy { $0.severity == .malformed })
    }
  }

  @Test func whatIsNoDatasetIsSaid() throws {
    try withFolder { folder in
      #expect(throws: CorporaError.noPosts(folder)) { try Dataset.open(folder) }
      #expect(throws: CorporaError.notFound("\(folder)/x")) { try Dataset.open("\(folder)/x") }
      try write("hello", to: "\(folder)/x.txt")
      #expect(throws: CorporaError.noDataset("\(folder)/x.txt")) {
        try Dataset.open("\(folder)/x.txt")
      }
      try write("IMGID:1\na\tO\n", to: "\(folder)/train.txt")
      mkfifo("\(folder)/pipe.txt", 0o600)
      #expect(try Dataset.open(folder).findings.map(\.problem) == [.unknownFormat])
      #expect(throws: CorporaError.notAFile("\(folder)/pipe.txt")) {
        try Dataset.open("\(folder)/pipe.txt")
      }
    }
  }

  /// Random damage to a small file of each format never traps and never loses a byte on writing.
  @Test(arguments: [
    "IMGID:1\nParis\tB-LOC\nis\tO\n\nIMGID:2\nA\tI-PER\n",
    "{\"id\":\"a\",\"tokens\":[\"x\",\"y\"],\"mentions\":[{\"start\":0,\"end\":1,\"type\":\"PER\"}],"
      + "\"relations\":[{\"head\":[0,1],\"tail\":[1,2],\"label\":\"l\"}],\"tags\":[\"O\",\"O\"]}\n",
  ])
  func damageIsSurvived(text: String) throws {
    var random = SystemRandomNumberGenerator()
    let seed = random.next()
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    try withFolder { folder in
      for round in 0..<300 {
        var bytes = Array(text.utf8)
        for _ in 0...next(4) {
          switch next(3) {
          case 0: bytes[next(bytes.count)] = UInt8(next(256))
          case 1: bytes.insert(UInt8(next(256)), at: next(bytes.count))
          default: if bytes.count > 1 { bytes.remove(at: next(bytes.count)) }
          }
        }
        try write(bytes, to: "\(folder)/train.txt")
        guard let dataset = try? Dataset.open(folder) else { continue }
        let edited = Dictionary(
          uniqueKeysWithValues: dataset.posts.map {
            ($0.id, $0.with([EntityMention(0..<1, EntityType("X"))]))
          })
        let same = try DatasetWriter.bytes(of: dataset.files[0], in: dataset, edited: [:]).bytes
        #expect(same == bytes, "seed \(seed), round \(round)")
        let new = try DatasetWriter.bytes(of: dataset.files[0], in: dataset, edited: edited).bytes
        try write(new, to: "\(folder)/train.txt")
        let back = try Dataset.open(folder)
        #expect(
          back.posts.map(\.mentions) == dataset.posts.map { edited[$0.id]?.mentions },
          "seed \(seed), round \(round)")
      }
    }
  }

  /// What told files of columns apart overlooked words of blanks and long tags: an export of these
  /// was read as something else.
  @Test func oddWordsAndLongTypesSurviveColumnsOrAreRefused() throws {
    func post(_ words: [String], _ type: String) -> Post {
      Post(
        id: "p", tokens: words.map { Token($0) }, imageID: nil,
        mentions: [EntityMention(0..<1, EntityType(type))], split: .all,
        source: SourceLocation(file: "f", line: 1))
    }
    for format in [DataFormat.mner, .conll] {
      for odd in [
        post(["\u{B}", "x"], "OTHER\rO"), post(["#", "x"], "PER"), post(["\u{C}", "a"], "LOC"),
      ] {
        let bytes = try format.bytes(of: [odd])
        let back = try bytes.withUnsafeBufferPointer {
          try MNERText.read($0, file: "f", strict: true, reading: .lenient)
        }
        #expect(
          back.posts.map { $0.tokens.map(\.text) } == [odd.tokens.map(\.text)], "\(format.name)")
        #expect(back.posts.map(\.mentions) == [odd.mentions], "\(format.name)")
      }
      let long = post(["#"], String(repeating: "e", count: 254))
      #expect(throws: FormatError.self) { try format.bytes(of: [long]) }
    }
  }

  /// A byte order mark at the beginning of a file is the file's, so a word cannot begin with it.
  @Test func wordsThatBeginWithAMarkOfEncodingHaveNoPlaceInColumns() throws {
    let post = Post(
      id: "p", tokens: [Token("\u{FEFF}EU"), Token("x")], imageID: nil, mentions: [], split: .all,
      source: SourceLocation(file: "f", line: 1))
    #expect(throws: FormatError.self) { try DataFormat.conll.bytes(of: [post]) }
    #expect(throws: Never.self) { try DataFormat.jsonLines.bytes(of: [post]) }
  }
}
