import Screen
import Testing

@testable import Workbench

/// Where the steps of a lesson begin, and what is hidden there.
@Suite struct LessonPlaceTests {
  /// Labels are hidden of the post at hand alone: before and after its question it has its own, and
  /// nobody has worked on it.
  @Test func labelsAreHiddenWhileTheQuestionWaits() throws {
    var desk = Desk(try LessonFileTests.state(isPresented: true))
    func labels(_ index: Int) -> Bool {
      desk.state.post(index).mentions == Samples.posts[index].mentions
    }
    #expect(labels(1) && labels(2) && desk.state.review(1) == .untouched)
    desk.command("task 3")
    #expect(desk.state.currentPost?.id == "hb_0002" && desk.state.post(1).mentions.isEmpty)
    #expect(labels(2) && desk.text.contains("hidden until :reveal"))
    // No list tells what is hidden.
    desk.command("search route:text")
    #expect(desk.noticeText.contains("is hidden here"))
    desk.press("C-n")
    #expect(desk.state.currentPost?.id == "hb_0003" && desk.state.post(2).mentions.isEmpty)
    #expect(labels(1) && desk.state.review(1) == .untouched)
    desk.press("C-p", "C-p")
    #expect(labels(1) && labels(2))
  }

  /// Posts that were accepted and routers are gone with a session: who comes back begins where they
  /// were made.
  @Test func whatGoesOnWithAnotherStepBeginsThere() throws {
    let text = """
      title = "Training"

      [[step]]
      title = "Look"
      text = "Look."
      post = "hb_0001"

      [[step]]
      title = "Accept"
      text = "Accept two."
      check = { accepted = 2 }
      after = "Two."

      [[step]]
      title = "Train"
      text = "Train."
      check = { router = "waits" }
      after = "It waits."

      [[step]]
      title = "Use"
      text = "Use it."
      check = { router = "installed" }
      """
    let file = try LessonFile(text, file: "l.toml").fitting(LessonFileTests.dataset)
    func begins(_ first: Int) throws -> Int {
      try Lesson(file, over: Samples.posts, from: first).done + 1
    }
    #expect(try (1...4).map(begins) == [1, 2, 2, 2])
    #expect(try Lesson(file, over: Samples.posts, from: 4, isPresented: true).done == 3)
  }
}
