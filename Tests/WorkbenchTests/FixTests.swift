import Corpora
import TestSupport
import Testing

@testable import Workbench

/// Tags of a file that BIO does not allow, fixed by one key.
@Suite struct FixTests {
  private static let proper = ["B-PER", "I-PER", "O", "B-LOC", "O"]

  private func tags(_ desk: Desk) -> [String]? {
    desk.state.currentPost?.tagTexts(reading: desk.state.opened.reading)
  }

  @Test(arguments: BIO.Reading.allCases) func oneKeyFixesAllOfThePost(_ reading: BIO.Reading) {
    var desk = Desk(Samples.irregular(reading))
    let before = desk.state.currentPost
    #expect(desk.text.contains("in the file, I-PER at token"))
    #expect(desk.text.contains("= fix tags"))
    desk.press("=")
    #expect(desk.gold == ["0-2 PER", "3-4 LOC"])
    #expect(tags(desk) == Self.proper)
    #expect(desk.noticeText == "fix the tags of 'Ada Lund left Tarn .'")
    #expect(desk.state.token == 0)
    #expect(!desk.text.contains("in the file"))
    desk.press("=")
    #expect(desk.noticeText == "fix: every tag of this post is regular")
    #expect(desk.services.stored.count == 1)
    desk.press("u")
    #expect(desk.state.currentPost == before)
    desk.press("C-r")
    #expect(tags(desk) == Self.proper)
    expectInvariants(desk.state)
  }

  @Test func theNoticeGoesWithAnEditThatCoversTheTag() {
    var desk = Desk(Samples.irregular(.lenient))
    desk.command("span 0 2 ORG")
    #expect(!desk.text.contains("I-PER at token 0"))
    desk.press("=")
    #expect(desk.gold == ["0-2 ORG", "3-4 LOC"], "what a person said stays")
  }

  @Test func theScreenSaysSo() throws {
    var desk = Desk(Samples.irregular(.strict))
    let before = desk.text
    desk.press("=", "l")
    try expectGolden(before + "\n\n" + desk.text, "fix-80x24")
  }
}
