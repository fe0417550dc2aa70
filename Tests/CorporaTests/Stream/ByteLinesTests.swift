import Foundation
import Synchronization
import Testing

@testable import Files

/// A stream over bytes in memory that gives a few at a time.
func byteStream(_ bytes: [UInt8], piece: Int) -> ByteStream {
  let rest = Mutex(bytes[...])
  return ByteStream { buffer in
    rest.withLock { rest in
      let part = rest.prefix(min(piece, buffer.count))
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
  }
}

@Suite("Lines of a stream")
struct ByteLinesTests {
  private func lines(_ text: String, piece: Int, longest: Int = 100) throws -> [ByteLines.Line] {
    var lines = ByteLines(byteStream(Array(text.utf8), piece: piece), longest: longest)
    var all: [ByteLines.Line] = []
    while let line = try lines.next() { all.append(line) }
    return all
  }

  private func texts(_ lines: [ByteLines.Line]) -> [String] {
    lines.map {
      if case .bytes(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { "…" }
    }
  }

  @Test(
    "are the same however the bytes come",
    arguments: [
      ("a\nbc\n\nd", ["a", "bc", "", "d"]), ("", []), ("\n", [""]), ("a\r\nb\r\n", ["a", "b"]),
      ("\u{FEFF}a\n\u{FEFF}b\n", ["a", "\u{FEFF}b"]), ("last", ["last"]),
    ], [1, 2, 1 << 16])
  func pieces(_ example: (String, [String]), piece: Int) throws {
    #expect(texts(try lines(example.0, piece: piece)) == example.1)
  }

  @Test("of too many bytes are passed over whole", arguments: [1, 3, 1 << 16])
  func tooLong(piece: Int) throws {
    let text =
      "ab\n" + String(repeating: "x", count: 101) + "\ncd\n"
      + String(repeating: "y", count: 100) + "\n" + String(repeating: "z", count: 500)
    #expect(
      texts(try lines(text, piece: piece))
        == ["ab", "…", "cd", String(repeating: "y", count: 100), "…"])
  }

  @Test("are passed over by count, those that are too long too", arguments: [1, 5, 1 << 16])
  func skipping(piece: Int) throws {
    let text = "0\n1\n" + String(repeating: "2", count: 300) + "\n3\n4"
    let bytes = Array(text.utf8)
    for count in 0...7 {
      var lines = ByteLines(byteStream(bytes, piece: piece), longest: 100)
      #expect(try lines.skip(count) == min(count, 5))
      var rest: [ByteLines.Line] = []
      while let line = try lines.next() { rest.append(line) }
      #expect(texts(rest) == Array(["0", "1", "…", "3", "4"].dropFirst(count)))
    }
  }
}
