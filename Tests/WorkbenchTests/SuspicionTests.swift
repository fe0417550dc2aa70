import Corpora
import Screen
import Testing

@testable import Annotations
@testable import Workbench

/// Going through the labels that are probably wrong.
@Suite("Suspicious posts on screen") struct SuspicionTests {
  /// A ranking in which the third sample post comes first, then the first, then one that is not
  /// there, then the second.
  static let ranking: SuspicionRanking = {
    func post(_ place: Int, _ score: Double, _ suspicion: Suspicion) -> SuspiciousPost {
      let post = Samples.posts[place]
      let isPair = suspicion.tail != nil
      return SuspiciousPost(
        id: post.id, score: score, why: suspicion.why, mark: SuspicionRanking.mark(of: post),
        mentions: isPair ? [] : [suspicion], pairs: isPair ? [suspicion] : [])
    }
    return SuspicionRanking(
      // Before every edit: the clock of the samples stands at 0.
      origin: .init(
        dataset: "harbor", system: "expert", subject: "mentions", folds: 5, seed: 1,
        newestEdit: -1),
      posts: [
        post(
          2, 0.93,
          Suspicion(
            20..<22, given: "PER", suggested: nil, score: 0.93, why: "‘Ida Holm’ is PER here")),
        post(
          0, 0.5,
          Suspicion(
            3..<5, tail: 6..<8, given: "/per/misc/present_in", suggested: "/per/per/peer",
            score: 0.5, why: "‘Anna Berg’ → ‘St Mary’ is odd")),
        SuspiciousPost(id: "gone", score: 0.4, why: "gone", mark: ""),
        post(
          1, 0.3,
          Suspicion(
            5..<7, given: nil, suggested: "LOC", score: 0.3, why: "‘Fisher Row’ is no mention")),
      ])
  }()

  private func desk(_ ranking: SuspicionRanking? = SuspicionTests.ranking) -> Desk {
    var state = Samples.state(120, 36, hasModels: false)
    state.opened.suspicion = ranking
    return Desk(state)
  }

  /// A list that a search made is not left.
  @Test func aNumberStaysInTheList() {
    var desk = desk()
    desk.command("search hb_0001 or hb_0002")
    let list = desk.state.queue.filter
    desk.press("1", "!")
    #expect(desk.noticeText == "post 1 of the ranking, hb_0003, is not in this list")
    #expect(desk.state.queue.filter == list && list?.count == 2)
    desk.press("2", "!")
    #expect(desk.state.current == 0)
  }

  @Test func oneKeyGoesThroughThemAndSaysWhy() {
    var desk = desk()
    desk.press("!")
    #expect(desk.state.current == 2 && desk.state.token == 20)
    #expect(desk.noticeText == "‘Ida Holm’ is PER here (1 of 4, 93 %)")
    desk.press("!")
    #expect(desk.state.current == 0 && desk.state.token == 3 && desk.state.pairPlace == 0)
    #expect(desk.noticeText == "‘Anna Berg’ → ‘St Mary’ is odd (2 of 4, 50 %)")
    // A post that is not there any more is passed over; what is missing is selected whole.
    desk.press("!")
    #expect(desk.state.current == 1 && desk.state.selection == 5..<7)
    desk.press("!")
    #expect(desk.noticeText.hasPrefix("that was the last of the ranking"), "\(desk.noticeText)")
    desk.press("!")
    #expect(desk.state.current == 2)
  }

  @Test func aTypeKeyLabelsWhatIsMissing() {
    var desk = desk()
    desk.press("3", "!")
    #expect(desk.noticeText.contains("not in the dataset any more"))
    desk.press("4", "!")
    #expect(desk.state.selection == 5..<7)
    desk.press("O")
    #expect(desk.state.currentPost?.mentions.last == EntityMention(5..<7, .organization))
  }

  @Test func aNumberChoosesOne() {
    var desk = desk()
    desk.press("2", "!")
    #expect(desk.state.current == 0)
    desk.press("!")
    #expect(desk.state.current == 1, "it goes on from there")
    desk.command("9 next-suspicious")
    #expect(desk.noticeText == "there is no post 9 in the ranking; it has 4")
  }

  @Test func whatWasCorrectedOrDecidedOnSinceIsPassedOver() {
    var desk = desk()
    desk.command("goto hb_0003")
    desk.command("span 20 22 LOC")
    desk.command("goto hb_0001")
    desk.press("Return")
    desk.press("!")
    #expect(desk.state.current == 1, "\(desk.noticeText)")
    desk.press("!")
    #expect(desk.noticeText.hasPrefix("that was the last"))
    // By number it is shown all the same, and said to be outdated.
    desk.command("1 next-suspicious")
    #expect(desk.state.current == 2 && desk.noticeText.contains("its labels changed since"))
  }

  @Test func onlyListedPostsAreGoneTo() {
    var desk = desk()
    desk.command("search barked")
    desk.press("!")
    #expect(desk.state.current == 1 && desk.state.queue.count == 1)
    desk.press("!")
    #expect(desk.noticeText.hasPrefix("that was the last"))
  }

  @Test func withoutARankingTheKeySaysHowToMakeOne() {
    var desk = desk(nil)
    desk.press("!")
    #expect(desk.noticeText.contains("twinlens suspect"), "\(desk.noticeText)")
    #expect(desk.state.current == 0)
  }

  @Test func aRankingOfSomethingElseIsNoTrap() {
    let odd = SuspicionRanking(
      origin: .init(dataset: "x", system: "y", subject: "z", folds: 0, seed: 0, newestEdit: -1),
      posts: [
        SuspiciousPost(
          id: "hb_0004", score: 0.9, why: "\u{1B}[31m", mark: "",
          mentions: [Suspicion(90..<99, given: nil, suggested: nil, score: 0.9, why: "")])
      ])
    var desk = desk(odd)
    desk.press("!")
    #expect(desk.noticeText.hasPrefix("no listed post is left in the ranking; 1 was"))
    desk.press("1", "!")
    #expect(desk.state.current == 3 && desk.state.selection == nil)
    #expect(!desk.text.contains("\u{1B}"))
    expectInvariants(desk.state)
  }
}
