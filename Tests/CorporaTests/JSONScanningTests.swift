import Testing

@testable import Corpora

/// Strings are read eight bytes at a time: whatever ends that may stand at any place among them.
@Suite("Strings of JSON, read") struct JSONScanningTests {
  private static let places = 0..<20

  /// A post of the word, which is given as it is written, between quotes.
  private func read(_ word: [UInt8]) throws -> ParsedFile {
    let line = Array(#"{"tokens":[""#.utf8) + word + Array(#"","end"]}"#.utf8)
    return try line.withUnsafeBufferPointer {
      try JSONLines.read($0, file: "a.jsonl", strict: false, reading: .lenient)
    }
  }

  private func written(_ middle: String, at place: Int) -> [UInt8] {
    Array((String(repeating: "~", count: place) + middle + "!#[]").utf8)
  }

  @Test(
    arguments: [
      (#"\""#, "\""), (#"\\"#, "\\"), (#"\u0041\u00e9"#, "Aé"), (#"\ud83d\ude00é"#, "😀é"),
      ("ö", "ö"),
      ("𝄞", "𝄞"), ("\u{7F}", "\u{7F}"), (#"\/\b\f\n\r\t"#, "/\u{8}\u{C}\n\r\t"),
    ])
  func wordsAreWhatIsWritten(_ written: String, _ word: String) throws {
    for place in Self.places {
      let post = try #require(try read(self.written(written, at: place)).posts.first)
      let wanted = String(repeating: "~", count: place) + word + "!#[]"
      #expect(post.tokens.map(\.text) == [wanted, "end"], "\(place)")
    }
  }

  @Test func errorsNameTheirColumns() throws {
    for place in Self.places {
      for (bytes, column) in [
        // At the byte, or behind it where an escape came before; at the quote behind the string.
        ([0x1F], place), ([0x00], place), ([0x0D], place), (Array(#"\n"#.utf8) + [0x09], place + 3),
        ([0xFF], place + 3), ([0xC3], place + 3), (Array(#"\udc00"#.utf8), place + 6),
        (Array(#"\uZZZZ"#.utf8), place + 2), (Array(#"\x"#.utf8), place + 2),
      ] as [([UInt8], Int)] {
        let word = [UInt8](repeating: 0x7E, count: place) + bytes + Array("!#".utf8)
        let found = try read(word).findings
        let begin = #"{"tokens":[""#.utf8.count
        #expect(found.count == 1, "\(bytes)")
        guard case .syntax(let at, _)? = found.first?.problem else {
          Issue.record("\(found)")
          continue
        }
        #expect(at == begin + column + 1, "\(bytes) at \(place)")
      }
    }
  }

  /// What is left out leaves nothing behind.
  @Test func wordsOfABadLineAreForgotten() throws {
    let text = """
      {"tokens":["a","b"],"tags":["O","B-PER"]}
      {"tokens":["lost","part\\x"],"tags":["O","O"]}
      {"tokens":["lost","too"],"tags":["O"]}
      {"tags":["B-ORG","O"],"tokens":["c","d"]}
      """
    let bytes = Array(text.utf8)
    let file = try bytes.withUnsafeBufferPointer {
      try JSONLines.read($0, file: "a.jsonl", strict: false, reading: .lenient)
    }
    #expect(file.posts.map { $0.tokens.map(\.text) } == [["a", "b"], ["c", "d"]])
    #expect(file.posts.map { $0.tokens.map(\.originalTag) } == [["O", "B-PER"], ["B-ORG", "O"]])
    #expect(file.findings.map(\.location.line) == [2, 3])
  }

  @Test func manyKeysAreFoundTwiceAsFew() throws {
    let keys = (0..<40).map { #""k\#($0)":0"# }
    for twice in [0, 15, 16, 39] {
      let line = "{" + (keys + [#""tokens":["a"]"#, keys[twice]]).joined(separator: ",") + "}"
      let bytes = Array(line.utf8)
      let found = try bytes.withUnsafeBufferPointer {
        try JSONLines.read($0, file: "a.jsonl", strict: false, reading: .lenient).findings
      }
      #expect("\(found)".contains("k\(twice)") && "\(found)".contains("appears twice"), "\(twice)")
    }
  }
}
