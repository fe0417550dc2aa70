import Annotations
import Screen
import Testing

@testable import Workbench

/// The workbench opens where somebody stopped.
@Suite struct StoppingPlaceTests {
  private func resumed(_ place: StoppingPlace) -> Desk {
    var state = Samples.state(120, 36)
    state.resume(at: place)
    return Desk(state)
  }

  @Test func thePlaceIsWhereThePersonIs() {
    var desk = Desk(Samples.state(120, 36))
    #expect(desk.state.stoppingPlace == StoppingPlace(post: "hb_0001", token: 3))
    desk.press("j", "0", "l")
    desk.command("search split:train")
    #expect(
      desk.state.stoppingPlace == StoppingPlace(post: "hb_0002", token: 1, query: "split:train"))
  }

  @Test func itIsFoundAgain() {
    let place = StoppingPlace(post: "hb_0002", token: 1, query: "split:train")
    let desk = resumed(place)
    #expect(desk.state.stoppingPlace == place)
    #expect(desk.state.queue.count == 2)
  }

  /// A list in another order begins with its first post, but not when it is come back to.
  @Test func theOrderOfTheListDoesNotMatter() {
    let place = StoppingPlace(post: "hb_0003", token: 4, query: "sort:-length")
    #expect(resumed(place).state.stoppingPlace == place)
  }

  @Test func aPostThatIsGoneLeavesTheList() {
    let desk = resumed(StoppingPlace(post: "hb_9999", token: 7, query: "split:test"))
    #expect(desk.state.queue.query == "split:test")
    #expect(desk.state.currentPost?.id == "hb_0004")
  }

  /// A shorter text, a query of another version, models that are not open today.
  @Test func whatDoesNotFitIsLeftOut() {
    #expect(
      resumed(StoppingPlace(post: "hb_0002", token: 900)).state.token
        == Samples.posts[1].tokens.count - 1)
    for query in ["size:3", "/(/", "is:nothing"] {
      let desk = resumed(StoppingPlace(post: "hb_0003", token: 4, query: query))
      #expect(desk.state.stoppingPlace == StoppingPlace(post: "hb_0003", token: 4))
      #expect(desk.state.notice?.isError != true)
    }
    var state = Samples.state(hasModels: false)
    state.resume(at: StoppingPlace(post: "hb_0003", token: 4, query: "is:different"))
    let desk = Desk(state)
    #expect(desk.state.queue.query == nil && desk.state.notice == nil)
  }

  @Test func placesAreChecked() {
    #expect(StoppingPlace(post: "p", token: 0, query: "x").isPlausible)
    #expect(!StoppingPlace(post: "", token: 0).isPlausible)
    #expect(!StoppingPlace(post: String(repeating: "p", count: 2_000), token: 0).isPlausible)
    #expect(!StoppingPlace(post: "p", token: -1).isPlausible)
    #expect(!StoppingPlace(post: "p", token: .max).isPlausible)
    let long = String(repeating: "q", count: 401)
    #expect(!StoppingPlace(post: "p", token: 0, query: long).isPlausible)
  }

  @Test func whatIsNotSavedIsNotTheLast() {
    var desk = Desk(Samples.state(120, 36))
    #expect(desk.state.lastStored == 0)
    desk.press("O")
    #expect(desk.state.lastStored == 1)
    desk.services.failure = "disk full"
    desk.press("P", "L")
    #expect(desk.state.lastStored == 1)
    desk.services.failure = nil
    desk.command("retry")
    #expect(desk.state.lastStored == 3)
  }
}

/// `since:me`: what others did since the person was last here.
@Suite struct UnreadSearchTests {
  /// A desk of ada's, on which bo accepts the first post and labels the second.
  private func desk(lastSeen: Int64?) throws -> Desk {
    var opened = Samples.state().opened
    opened.lastSeen = lastSeen
    var history = EditHistory()
    try history.apply(
      #require(.reviewing(Samples.posts[0], from: .untouched)), to: Samples.posts[0], by: "bo")
    try history.apply(
      #require(.clearing(0..<1, in: Samples.posts[1])), to: Samples.posts[1], by: "bo")
    try history.apply(
      #require(.setting(.person, over: 0..<1, in: Samples.posts[3])), to: Samples.posts[3],
      by: "ada")
    return Desk(
      WorkbenchState(
        opened: opened, posts: Samples.posts, history: history,
        size: Size(columns: 120, rows: 36)))
  }

  @Test func whatOthersDidIsListed() throws {
    var desk = try desk(lastSeen: 0)
    desk.command("search since:me")
    #expect(desk.state.queue.filter == [0, 1])
    desk.command("search -since:me")
    #expect(desk.state.queue.filter == [2, 3, 4])
    var later = try self.desk(lastSeen: 1)
    later.command("search since:me")
    #expect(later.state.queue.filter == [1])
  }

  @Test func theFirstTimeNobodyKnows() throws {
    var desk = try desk(lastSeen: nil)
    desk.command("search since:me")
    #expect(desk.noticeText.hasPrefix("since:me needs to know when you were last here"))
    #expect(desk.state.queue.filter == nil)
  }
}
