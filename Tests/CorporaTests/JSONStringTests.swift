import Foundation
import Records
import Testing

/// Strings of JSON, for files and for terminals.
@Suite struct JSONStringTests {
  /// Random texts of what is escaped, what looks like it, and letters of one to four bytes.
  private func text(_ random: inout SystemRandomNumberGenerator) -> String {
    let pieces = [
      "a", "word", "\"", "\\", "/", "\n", "\r", "\t", "\0", "\u{1}", "\u{1F}", " ", "~", "\u{7F}",
      "\u{80}", "\u{9B}", "é", "e\u{301}", "作", "\u{AD}", "\u{200B}", "\u{202E}", "\u{2028}",
      "\u{2029}", "\u{E000}", "\u{FFFE}", "😀", "👩\u{200D}🚀", "\u{E0041}", "\u{10FFFF}", "\r\n",
    ]
    return (0..<Int.random(in: 0...12, using: &random))
      .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }

  @Test func whatIsQuotedReadsBackAsItWas() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let text = text(&random)
      for quoted in [JSONString.quoted(text), JSONString.printable(text)] {
        let read = try JSONSerialization.jsonObject(
          with: Data(quoted.utf8), options: .fragmentsAllowed)
        #expect((read as? String).map { Array($0.utf8) } == Array(text.utf8), "\(quoted)")
      }
    }
  }

  @Test(arguments: [
    ("plain text", "\"plain text\"", "\"plain text\""),
    ("a\"b\\c/", "\"a\\\"b\\\\c/\"", "\"a\\\"b\\\\c/\""),
    ("\n\r\t\u{1}\u{1F}", "\"\\n\\r\\t\\u0001\\u001f\"", "\"\\n\\r\\t\\u0001\\u001f\""),
    ("\u{7F}\u{9B}é作😀", "\"\u{7F}\u{9B}é作😀\"", "\"\\u007f\\u009bé作😀\""),
    (
      "\u{202E}\u{2028}\u{E0041}", "\"\u{202E}\u{2028}\u{E0041}\"",
      "\"\\u202e\\u2028\\udb40\\udc41\""
    ),
  ])
  func escapes(_ text: String, _ forFiles: String, _ forTerminals: String) {
    #expect(JSONString.quoted(text).unicodeScalars.elementsEqual(forFiles.unicodeScalars))
    #expect(JSONString.printable(text).unicodeScalars.elementsEqual(forTerminals.unicodeScalars))
  }

  @Test func aDocumentKeepsItsLines() {
    #expect(
      JSONString.printableDocument("{\n\"a\": \"\u{9B}31m\u{202E}\"\n}")
        == "{\n\"a\": \"\\u009b31m\\u202e\"\n}")
  }
}
