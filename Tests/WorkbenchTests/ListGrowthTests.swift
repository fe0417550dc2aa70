import Inspection
import Screen
import Testing

@testable import Workbench

/// Lists that grow while posts are looked at.
@Suite struct ListGrowthTests {
  /// A workbench whose services answer nothing but what the test lets them.
  private func quiet() -> Desk {
    var desk = Desk(Samples.state(200, 50), answers: false)
    desk.isQuiet = true
    return desk
  }

  /// The request that the workbench made last.
  private func request(_ desk: Desk) throws -> FactRequest {
    let wishes: [FactRequest] = desk.effects.compactMap { effect in
      if case .lookAt(let wish?) = effect { return wish }
      return nil
    }
    return try #require(wishes.last)
  }

  private func cancelled(_ desk: Desk) -> Bool {
    for effect in desk.effects.reversed() {
      if case .lookAt(let wish) = effect { return wish == nil }
    }
    return false
  }

  @Test func growsAndIsFinal() throws {
    var desk = quiet()
    desk.press("/")
    desk.type("is:different")
    // Nothing is asked for before Enter.
    #expect(!desk.effects.contains { if case .lookAt = $0 { true } else { false } })
    #expect(desk.text.contains("Enter looks at 5 more"))
    desk.press("Return")
    let wish = try request(desk)
    #expect(wish.posts == [0, 1, 2, 3, 4] && wish.needs == .answer)
    #expect(desk.text.contains("0 of 5, 0 looked at for is:different"))
    func answer(_ index: Int) {
      desk.send(.facts(Samples.facts(of: index, .answer, [:])))
    }
    answer(3)
    #expect(desk.text.contains("0 of 5, 1 looked at"))
    answer(4)
    #expect(desk.text.contains("1/1 of 5, 2 looked at for is:different"))
    #expect(desk.state.current == 4)
    answer(2)
    // The post on screen stays where it is; the new one stands in front of it.
    #expect(desk.state.queue.filter == [2, 4] && desk.state.current == 4)
    #expect(desk.text.contains("2/2 of 5, 3 looked at"))
    answer(0)
    answer(1)
    #expect(desk.text.contains("2/2 of 5 for is:different"))
    #expect(desk.noticeText.contains("2 of 5 posts"))
    #expect(desk.state.growth == nil && cancelled(desk))
  }

  @Test func onlyUndecidedPostsAreLookedAt() throws {
    var desk = quiet()
    desk.command("search split:test route:text")
    #expect(try request(desk).posts == [3, 4])
    desk.send(.routesChanged(["hb_0004": Samples.decision(3)]))
    desk.command("search split:test route:text")
    #expect(try request(desk).posts == [4])
    #expect(desk.text.contains("1/1 of 5, 4 looked at"))
  }

  @Test func escapeAndOtherSearchesEndIt() throws {
    var desk = quiet()
    desk.command("search is:different")
    let first = try request(desk)
    desk.command("search route:text")
    let second = try request(desk)
    #expect(second.number > first.number)
    // A late answer to the wish before changes nothing.
    desk.send(.lookedAt(request: first.number, failure: "late"))
    #expect(desk.state.growth != nil)
    desk.press("Escape")
    #expect(desk.state.growth == nil && cancelled(desk))
    #expect(desk.noticeText.contains("search stopped"))
    desk.send(.facts(Samples.facts(of: 4, .route, [:])))
    #expect(desk.state.queue.filter == nil, "nobody waits for a list")
  }

  @Test func aSearchThatIsTypedDoesNotEndIt() {
    var desk = quiet()
    desk.command("search is:different")
    desk.send(.facts(Samples.facts(of: 2, .answer, [:])))
    desk.press("/", "x", "Escape")
    #expect(desk.state.growth != nil && !cancelled(desk))
    desk.send(.facts(Samples.facts(of: 4, .answer, [:])))
    #expect(desk.state.queue.filter == [2, 4])
  }

  @Test func whatCannotBeFoundOutIsCounted() {
    var desk = quiet()
    desk.command("search -is:different")
    var batch = Samples.facts(of: 0, .answer, [:])
    batch.failures[1] = FactBatch.Failure(.answer, "hb_0002: riva: no such word")
    desk.send(.facts(batch))
    #expect(desk.state.queue.filter == [0], "a post that cannot be judged is not in either list")
    desk.send(
      .lookedAt(request: desk.state.growth?.request.number ?? 0, failure: "the models went away"))
    #expect(desk.noticeText.contains("4 posts could not be judged: the models went away"))
    #expect(desk.state.notice?.isError == true)
  }

  @Test func withoutAnythingFoundOutTheReasonIsSaid() {
    var desk = quiet()
    desk.command("search is:different")
    desk.send(
      .lookedAt(request: desk.state.growth?.request.number ?? 0, failure: "no expert is there"))
    #expect(desk.noticeText.contains("5 posts could not be judged: no expert is there"))
  }

  /// Answers of all posts are kept, so an edit is compared with them wherever it happens.
  @Test func anEditOfAnyPostIsCompared() {
    var desk = Desk(Samples.state(120, 36))
    desk.command("search is:different")
    #expect(desk.state.queue.filter == [2, 4])
    desk.press("Escape", "g")
    #expect(!desk.state.disagreements.contains(0))
    desk.state.analyses.removeAll()
    desk.press("O")
    #expect(desk.state.disagreements.contains(0))
    desk.press("u")
    #expect(!desk.state.disagreements.contains(0))
  }

  @Test func anotherRouterMakesTheListAgain() throws {
    var desk = Desk(Samples.state(120, 36))
    desk.command("search route:text")
    #expect(desk.state.queue.filter == [2, 3, 4])
    desk.isQuiet = true
    desk.send(.routerChanged)
    let wish = try request(desk)
    #expect(wish.posts == [0, 1, 2, 3, 4])
    #expect(desk.state.facts.answers.isEmpty, "answers were those of the experts chosen before")
    for index in 0..<5 {
      var batch = FactBatch()
      batch.routes[index] = Samples.decision(index == 4 ? 2 : 0)
      desk.send(.facts(batch))
    }
    #expect(desk.state.queue.filter == [4])
  }

  @Test func anAnswerOfAnExpertThatIsNotChosenAnyMoreIsDropped() {
    var desk = quiet()
    desk.send(.facts(Samples.facts(of: 2, .answer, [:])))
    #expect(desk.state.disagreements == [2])
    desk.send(.routesChanged(["hb_0003": Samples.decision(0)]))
    #expect(desk.state.disagreements.isEmpty && desk.state.facts.answers[2] == nil)
  }

  /// 100,000 posts: only compact facts are kept, and no message costs much.
  @Test func manyPosts() throws {
    let posts = (0..<100_000).map { Samples.post("p\($0)", "post \($0)", [], image: "i\($0)") }
    var state = WorkbenchState(
      opened: .init(dataset: "large", store: "", hasModels: false, hasRouter: false),
      posts: posts, size: Size(columns: 120, rows: 36))
    var effects = update(&state, .key(.character("/")))
    for character in "picture:yes" { effects = update(&state, .key(.character(character))) }
    effects = update(&state, .key(.enter))
    while effects.contains(.resume) { effects = update(&state, .resume) }
    let wish = try #require(state.growth?.request)
    #expect(wish.posts.count == 100_000)
    for start in stride(from: 0, to: 100_000, by: 20_000) {
      var batch = FactBatch()
      for place in start..<(start + 20_000) {
        batch.pictures[place] = place.isMultiple(of: 4) ? .present : .missing
      }
      _ = update(&state, .facts(batch))
      let looked = "\((start + 20_000) / 1_000),000 looked at"
      #expect(
        view(state).text.contains(start < 80_000 ? looked : "1/25,000 of 100,000 for picture"))
    }
    #expect(state.queue.count == 25_000)
  }
}
