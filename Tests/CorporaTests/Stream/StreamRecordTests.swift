import Foundation
import Testing

@testable import Corpora

@Suite("Records of a stream")
struct StreamRecordTests {
  private func read(_ line: String) throws -> StreamRecord { try StreamRecord(Array(line.utf8)) }

  private func failure(_ line: [UInt8]) -> StreamRecordError? {
    do {
      _ = try StreamRecord(line)
      return nil
    } catch { return error }
  }

  @Test("Twinlens' keys and those of Hugging Face are read; labels are passed over")
  func keys() throws {
    let own = try read(
      """
      {"id":"a","image":"p.jpg","tokens":["Ada","met"],"mentions":[{"start":7,"end":1}],
      "relations":[{"head":[0,1],"tail":[1,2],"label":null}],"attributes":{"x":"y"}}
      """.replacing("\n", with: ""))
    #expect(own.id == "a")
    #expect(own.tokens == ["Ada", "met"])
    #expect(own.picture == .named("p.jpg"))
    #expect(own.pairs.map(\.head) == [0..<1])
    #expect(own.pairs.map(\.tail) == [1..<2])
    let theirs = try read(
      #"{"id":17,"tokens":["a"],"ner_tags":[3],"image":{"bytes":"aGk=","path":"x.png"}}"#)
    #expect(theirs.id == "17")
    #expect(theirs.picture == .bytes([0x68, 0x69]))
    #expect(
      try read(#"{"tokens":["a"],"image":{"bytes":null,"path":"x.png"}}"#).picture
        == .named("x.png"))
    #expect(try read(#"{"tokens":["a"],"image":null,"image_base64":null}"#).picture == .none)
  }

  @Test(
    "base64 is taken with and without padding, escapes and the head of a data URL",
    arguments: [
      #""aGk=""#, #""aGk""#, #""data:image/png;base64,aGk=""#, #""aG\u006b=""#,
    ])
  func base64(_ text: String) throws {
    #expect(
      try read("{\"tokens\":[\"a\"],\"image_base64\":\(text)}").picture == .bytes([0x68, 0x69]))
  }

  @Test(
    "what is no base64 is refused",
    arguments: ["=", "====", "aGk==", "aGk=a", "a", "aGkk=", "aG=k", "a Gk", "äGk=", "aGk-"])
  func noBase64(_ text: String) throws {
    let error = failure(Array("{\"tokens\":[\"a\"],\"image_base64\":\"\(text)\"}".utf8))
    #expect(error?.reason.contains("no base64") == true)
  }

  @Test(
    "what is wrong is said, with the id wherever it stands",
    arguments: [
      ("", nil, "empty"), ("   ", nil, "empty"), ("[]", nil, "expected `{`"),
      (#"{"id":"x"}"#, "x", "no \"tokens\""), (#"{"id":"x","tokens":[]}"#, "x", "no word"),
      (#"{"id":"x","tokens":[1]}"#, "x", "expected `\"`"),
      (#"{"tokens":["a"],"id":"y","tokens":["b"]}"#, "y", "twice"),
      (#"{"id":"x","tokens":["a"]} b"#, "x", "behind the end"),
      (#"{"id":"x","tokens":["a"#, "x", "without an end"),
      (#"{"tokens":["a"],"id":""}"#, nil, "empty \"id\""),
      (#"{"id":"x","tokens":["a"],"image_base64":"!!"}"#, "x", "no base64"),
      (#"{"id":"x","tokens":["a"],"image_base64":""}"#, "x", "no base64"),
      (#"{"id":"x","tokens":["a"],"image":"p","image_base64":"aGk="}"#, "x", "two pictures"),
      (#"{"id":"x","tokens":["a"],"image":7}"#, "x", "neither a name nor an object"),
      (#"{"id":{},"tokens":["a"]}"#, nil, "expected a string, a number"),
      (#"{"id":"x","tokens":["a"],"relations":[{"head":[0,1]}]}"#, "x", "a pair needs"),
      (#"{"id":"x","tokens":["a"],"relations":[{"head":[0,2],"tail":[0,1]}]}"#, "x", "of 1"),
      (#"{"id":"x","tokens":["a"],"relations":[{"head":[1,0],"tail":[0,1]}]}"#, "x", "a pair"),
      (#"{"id":"x","tokens":["a"],"pairs":[{"head":[0,1,2],"tail":[0,1]}]}"#, "x", "[start,end]"),
    ] as [(String, String?, String)])
  func faults(_ line: String, id: String?, words: String) throws {
    let error = try #require(failure(Array(line.utf8)))
    #expect(error.id == id)
    #expect(error.reason.contains(words), "\(error.reason)")
  }

  @Test("sizes are bounded")
  func bounds() throws {
    let many = "[" + (0...Bounds.tokens).map { _ in "\"a\"" }.joined(separator: ",") + "]"
    #expect(failure(Array("{\"tokens\":\(many)}".utf8))?.reason.contains("more than") == true)
    let big = String(repeating: "A", count: (StreamRecord.Most.picture / 3 + 2) * 4)
    let line = Array("{\"id\":\"x\",\"tokens\":[\"a\"],\"image_base64\":\"\(big)\"}".utf8)
    #expect(failure(line)?.reason.contains("MiB") == true)
    let deep = String(repeating: "[", count: 10_000)
    #expect(
      failure(Array("{\"tokens\":[\"a\"],\"x\":\(deep)".utf8))?.reason.contains("deep") == true)
    let pair = #"{"head":[0,1],"tail":[0,1]}"#
    let pairs = (0...StreamRecord.Most.pairs).map { _ in pair }.joined(separator: ",")
    #expect(
      failure(Array("{\"tokens\":[\"a\"],\"relations\":[\(pairs)]}".utf8))?.reason.contains("pairs")
        == true)
  }

  /// A sound record with bytes changed at random either reads or says why not.
  @Test("changed bytes never end the program")
  func changed() throws {
    let line = Array(
      #"{"id":"x","tokens":["a","\u00e9"],"image":{"bytes":"aGk=","path":"p"},"relations":[{"head":[0,1],"tail":[1,2]}]}"#
        .utf8)
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Changes(state: seed)
    var sound = 0
    for _ in 0..<5000 {
      var changed = line
      for _ in 0...Int(random.next() % 4) {
        let place = Int(random.next() % UInt64(changed.count))
        switch random.next() % 3 {
        case 0: changed[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: changed.remove(at: place)
        default: changed.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        }
      }
      if failure(changed) == nil { sound += 1 }
    }
    #expect(sound > 0, "seed \(seed)")
    #expect(sound < 5000, "seed \(seed)")
  }

  @Test("names lead nowhere outside the folder of pictures")
  func boundary() throws {
    try withFolder { folder in
      try write("secret", to: folder + "/secret.png")
      try FileManager.default.createDirectory(
        atPath: folder + "/in/images", withIntermediateDirectories: true)
      try write("a", to: folder + "/in/a.jpg")
      try write("b", to: folder + "/in/images/b.png")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/in/link.png", withDestinationPath: folder + "/secret.png")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/in/out.tar", withDestinationPath: folder + "/secret.png")
      let pictures = try PictureFolder(folder + "/in")
      func bytes(_ name: String) -> String {
        do {
          return String(decoding: try pictures.bytes(at: pictures.place(name)), as: UTF8.self)
        } catch { return "\(error)" }
      }
      for name in ["a", "a.jpg"] { #expect(bytes(name) == "a") }
      for name in ["b", "b.png", "images/b.png"] { #expect(bytes(name) == "b") }
      // A whole path is taken when it lies inside.
      let real = try #require(FileBytes.realPath(folder + "/in"))
      #expect(bytes(real + "/a.jpg") == "a")
      for name in [
        "../secret.png", "link", "link.png", "/etc/passwd", "images/../../secret.png",
        "out.tar:secret.png", "../x.tar:a", "/etc/x.tar:a",
      ] {
        #expect(bytes(name) == PictureFolder.Absence.refused.description, "\(name)")
      }
      for name in ["c", "images/c", "no.tar:a.png", ""] {
        #expect(bytes(name) == PictureFolder.Absence.missing.description, "\(name)")
      }
      #expect(throws: CorporaError.self) { try PictureFolder(folder + "/none") }
    }
  }
}

/// Numbers that a seed decides (xorshift64*).
private struct Changes {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state == 0 ? 1 : state
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return (state &* 0x2545_F491_4F6C_DD1D) >> 16
  }
}
