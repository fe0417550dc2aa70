import Annotations
import Corpora
import Foundation
import Screen
import Testing

@testable import Workbench

extension ActionTests {
  /// Actions about guidelines, progress, practice and the lesson.
  static let exercises: [String: Check] = [
    "guideline": {
      $0.state.opened.guidelines = Guidelines(["PER": "somebody"])
      $0.command("guideline per")
      return $0.state.layers[PageLayer.self] != nil && $0.text.contains("somebody")
    },
    "stats": {
      $0.press("Return")
      $0.command("stats")
      return $0.text.contains("5 posts: 1 accepted, 4 left")
    },
    "practice": {
      $0.state.practice = Practice(hiding: Samples.posts)
      $0.command("practice")
      return $0.text.contains("0 of 5 posts accepted")
    },
    "hint": {
      guard let state = try? LessonTests.state() else { return false }
      $0.command("hint")
      let refused = $0.noticeText == "hint: this is no lesson; start one with: twinlens tutor"
      $0 = Desk(state)
      $0.command("hint")
      return refused && $0.text.contains("keys: P")
    },
    "task": {
      guard let state = try? LessonTests.state() else { return false }
      $0 = Desk(state)
      $0.command("task 3")
      return $0.state.lesson?.done == 2 && $0.state.currentPost?.id == "dev-00006"
    },
    "answer": {
      guard let state = try? LessonFileTests.state(from: 3) else { return false }
      $0.command("answer 1")
      let refused = $0.noticeText == "answer: this is no lesson; start one with: twinlens tutor"
      $0 = Desk(state)
      $0.command("answer mi")
      return refused && $0.noticeText == "your answer: MISC; :reveal shows the right one"
    },
    "reveal": {
      guard let state = try? LessonFileTests.state(from: 3) else { return false }
      $0 = Desk(state)
      $0.command("answer PER")
      $0.command("reveal")
      return $0.text.contains("wrong: PER, and it is MISC; 0 of 1 right")
    },
    "next-step": {
      guard let state = try? LessonFileTests.state() else { return false }
      $0.press("ctrl+n")
      let refused = $0.noticeText.contains("nothing has steps here")
      $0 = Desk(state)
      $0.press("H", "ctrl+n")
      return refused && $0.state.lesson?.done == 1
    },
    "previous-step": {
      guard let state = try? LessonFileTests.state(from: 2) else { return false }
      $0 = Desk(state)
      $0.press("ctrl+p")
      return $0.state.lesson?.done == 0
    },
    "pause": {
      guard let state = try? ReplayTests.state() else { return false }
      $0 = Desk(state, answers: false)
      $0.press("space", answers: false)
      return $0.state.replay?.isPaused == true && $0.text.contains("Space plays")
    },
    "speed": {
      guard let state = try? ReplayTests.state() else { return false }
      $0 = Desk(state, answers: false)
      $0.command("speed 0")
      let refused = $0.noticeText == "a speed is a number from 0.1 to 1000"
      $0.command("speed 8")
      return refused && $0.state.replay?.speed == 8
    },
  ]
}

/// The progress as it is printed and drawn.
@Suite struct ProgressTextTests {
  private func progress(by second: String) throws -> AnnotationProgress {
    var history = EditHistory()
    let noon: Int64 = 1_795_780_800_000
    // Two on the first day, four on the next.
    for (number, time) in [0, 20, 86_400, 86_410, 86_422, 86_440].enumerated() {
      let post = Samples.post("p\(number)", "a b", [], image: nil)
      try history.apply(
        try #require(Edit.reviewing(post, from: .untouched)), to: post,
        by: number < 2 ? "ada" : second, at: noon + Int64(time) * 1_000)
    }
    return AnnotationProgress(
      history, posts: (0..<10).map { "p\($0)" }, now: noon + 2 * 86_400_000, timeZone: .gmt)
  }

  @Test func linesSayHowTheyAreKnown() throws {
    let text = ProgressText(try progress(by: "ben")).text
    #expect(
      text == """
        10 posts: 6 accepted, 4 left
        pace: 15 s a post, the median of the latest 4 accepted; pauses over ten minutes are left out
        work left: 60 s at that pace
        done on 2026-11-29, if every day is like 2026-11-28: 4 posts accepted

        day         accepted                             worked  a post
        2026-11-27         2  ████████████                 20 s  20 s
        2026-11-28         4  ████████████████████████     40 s  12 s

        annotator  accepted    steps   worked  a post
        ada               2        2     20 s
        ben               4        4     40 s  12 s
        """)
    let hostile = ProgressText(try progress(by: "b\u{1B}[2Jen"))
    #expect(!hostile.text.unicodeScalars.contains("\u{1B}"))
  }

  @Test func barsAreASCIIWhereTheScreenIs() throws {
    let days = ProgressText(try progress(by: "ben"), glyphs: .ascii).days
    #expect(days.last?.contains(String(repeating: "#", count: 24)) == true)
    #expect(days.allSatisfy { $0.allSatisfy(\.isASCII) })
  }

  @Test func nothingIsSaidOfWhatIsNotKnown() {
    let text = ProgressText(
      AnnotationProgress(EditHistory(), posts: ["a"], now: 0, timeZone: .gmt))
    #expect(text.text == "1 post: 0 accepted, 1 left")
    #expect(text.days.isEmpty && text.people.isEmpty)
  }
}
