import Inspection
import Screen
import Testing

@testable import Queries
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
    // It matches, but one before it may match too: the list would open elsewhere.
    #expect(desk.text.contains("0 of 5, 2 looked at for is:different"))
    answer(0)
    #expect(desk.state.queue.filter == nil)
    answer(1)
    answer(2)
    #expect(desk.state.queue.filter == [2, 4] && desk.state.current == 2)
    #expect(desk.text.contains("1/2 of 5 for is:different"))
    #expect(desk.noticeText.contains("2 of 5 posts"))
    #expect(desk.state.growth == nil && cancelled(desk))
  }

  /// What is typed before the list is there waits for it: `w` and `P` belong to the first match,
  /// `j` goes to the next match, whatever was found out earlier.
  @Test(arguments: [[0, 1, 2, 3, 4], [4, 2, 3, 1, 0], [3, 4, 0, 2, 1]])
  func keysTypedBeforeTheListIsThereWait(order: [Int]) {
    var desk = quiet()
    desk.press("/")
    desk.type("is:different")
    desk.press("Return", "L", "j", "M", "Return")
    #expect(desk.text.contains("what is typed waits for the search; C-c gives up"))
    for index in order { desk.send(.facts(Samples.facts(of: index, .answer, [:]))) }
    #expect(desk.state.growth == nil && !desk.state.isHoldingInput)
    let edited = desk.state.history.steps.map(\.post)
    #expect(edited == ["hb_0003", "hb_0005", "hb_0005"])
  }

  /// At the end of a list that grows, going on waits for the next match; before it, nothing waits.
  @Test func goingOnWaitsAtTheEndOfAGrowingList() {
    var desk = quiet()
    desk.command("search is:different")
    for index in 0..<3 { desk.send(.facts(Samples.facts(of: index, .answer, [:]))) }
    #expect(desk.state.queue.filter == [2])
    desk.press("j")
    #expect(desk.noticeText.contains("next waits for the search"))
    desk.send(.facts(Samples.facts(of: 4, .answer, [:])))
    #expect(desk.state.current == 2)
    desk.send(.facts(Samples.facts(of: 3, .answer, [:])))
    #expect(desk.state.current == 4)
  }

  /// C-c gives the keys up, and Esc the search, at once.
  @Test func waitingForASearchCanBeGivenUp() {
    var desk = quiet()
    desk.command("search is:different")
    desk.press("P", "j")
    desk.press("C-c")
    #expect(desk.noticeText.contains("stopped waiting for the search; 2 keys were dropped"))
    #expect(desk.state.growth != nil && desk.state.history.steps.isEmpty)
    desk.press("Escape")
    #expect(desk.state.growth == nil)
    desk.command("search is:different")
    desk.press("O")
    desk.send(
      .lookedAt(request: desk.state.growth?.request.number ?? 0, failure: "no expert is there"))
    #expect(desk.state.history.steps.count == 1, "the post that stays on screen is meant")
  }

  /// The line is offered again: typing begins anew, editing goes on with it.
  @Test func theSearchLineOffersTheLastQuery() {
    var desk = Desk(Samples.state(120, 36))
    desk.command("search split:test")
    desk.press("/")
    desk.type("split:dev")
    #expect(desk.text.contains("/split:dev "))
    desk.press("Escape", "/", "End", "BackSpace")
    #expect(desk.text.contains("/split:tes "))
    desk.press("Escape", "/", "BackSpace")
    #expect(desk.state.layers[SearchLayer.self]?.line == LineEditor())
  }

  @Test func onlyUndecidedPostsAreLookedAt() throws {
    var desk = quiet()
    desk.command("search split:test route:text")
    #expect(try request(desk).posts == [3, 4])
    desk.send(.routesChanged(["hb_0004": Samples.decision(3)]))
    desk.command("search split:test route:text")
    #expect(try request(desk).posts == [4])
    // It comes before the one that is not judged yet.
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
    for index in 0..<3 { desk.send(.facts(Samples.facts(of: index, .answer, [:]))) }
    desk.press("/", "x", "Escape")
    #expect(desk.state.growth != nil && !cancelled(desk))
    for index in 3..<5 { desk.send(.facts(Samples.facts(of: index, .answer, [:]))) }
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
    #expect(wish.posts == [2, 0, 1, 3, 4], "the post on screen first")
    #expect(desk.state.facts.answers.isEmpty, "answers were those of the experts chosen before")
    // Until then the list on screen is that of the router before, and says nothing of this search.
    #expect(
      desk.text.contains("1/3 of 5 for route:text") && desk.text.contains("0 of 5, 0 looked at"))
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
