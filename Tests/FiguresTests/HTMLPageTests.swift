import Figures
import Testing

@Suite struct HTMLPageTests {
  /// What is not seen and reorders, parts or steers what is read becomes a sign that is seen.
  @Test(arguments: [
    "\u{1B}", "\u{9B}", "\u{202E}", "\u{2066}", "\u{200E}", "\u{61C}", "\u{200B}", "\u{2028}",
    "\u{FEFF}",
    "\u{FFFE}",
  ])
  func hiddenSignsAreShown(_ sign: String) {
    #expect(HTMLPage.paragraph("a\(sign)<b>") == "<p>a\u{FFFD}&lt;b&gt;</p>\n")
    #expect(
      HTMLPage.document(title: sign, body: "").contains("<title>\u{FFFD}</title>"))
  }

  /// Joiners and tags belong to scripts and emoji.
  @Test func signsOfScriptsStay() {
    let text = "می\u{200C}خواهم 👨‍👩‍👧"
    #expect(HTMLPage.paragraph(text) == "<p>\(text)</p>\n")
  }
}
