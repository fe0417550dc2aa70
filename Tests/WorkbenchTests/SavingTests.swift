import Routing
import Screen
import Testing

@testable import Workbench

/// The save state on screen must be true.
@Suite struct SavingTests {
  @Test func savedOnlyAfterTheCommit() {
    var desk = Desk(Samples.state())
    #expect(desk.text.contains("all saved"))
    desk.press("O", answers: false)
    #expect(desk.text.contains("saving 1"))
    #expect(!desk.text.contains("saved"))
    desk.send(.committed(sequence: 1))
    #expect(desk.text.contains("saved #1"))
    guard
      case .goldChanged(let post, let review)? = desk.effects.last(where: {
        if case .goldChanged = $0 { true } else { false }
      })
    else {
      Issue.record("the new gold was not told")
      return
    }
    #expect(post.mentions.first?.type == .organization)
    #expect(review == .edited)
  }

  @Test func aFailureStaysOnScreenAndIsSentAgainFirst() {
    var desk = Desk(Samples.state())
    desk.services.failure = "disk full"
    desk.press("O")
    #expect(desk.text.contains("NOT SAVED: 1"))
    #expect(desk.noticeText == "NOT SAVED: disk full")
    desk.press("j")
    #expect(desk.text.contains("NOT SAVED: 1"))
    desk.press("q")
    #expect(!desk.effects.contains(.quit))
    #expect(desk.noticeText.contains("1 edit is not saved"))
    desk.services.failure = nil
    desk.press("P")
    #expect(desk.services.stored.map(\.sequence) == [1, 2])
    #expect(desk.text.contains("saved #2"))
  }

  @Test func theFirstCauseStaysUntilAllIsSaved() {
    var desk = Desk(Samples.state())
    desk.press("O", answers: false)
    desk.press("P", answers: false)
    // The store answers in its own way here.
    _ = desk.services.nextMessages(waiting: true)
    desk.send(.commitFailed(sequence: 1, round: 0, reason: "disk full"))
    desk.send(.commitFailed(sequence: 2, round: 0, reason: "another program wrote to it"))
    #expect(desk.noticeText == "NOT SAVED: disk full")
    #expect(desk.state.unsaved?.count == 2)
    #expect(desk.state.unsaved?.cause == "disk full")
    desk.services.failure = "still full"
    for character in ":retry" { desk.send(.key(.character(character))) }
    desk.press("Return")
    #expect(desk.noticeText == "NOT SAVED: still full")
    desk.services.failure = nil
    for character in ":retry" { desk.send(.key(.character(character))) }
    desk.press("Return")
    #expect(desk.services.stored.suffix(2).map(\.sequence) == [1, 2])
    #expect(desk.state.unsaved == nil)
    #expect(desk.text.contains("saved #2"))
  }

  /// What is sent again is sent with all that was made after it, and what the store still says of
  /// the first time has no meaning.
  @Test func whatFailedIsSentAgainInAnotherRound() {
    var desk = Desk(Samples.state())
    desk.isQuiet = true
    desk.press("O", "P")
    desk.send(.commitFailed(sequence: 1, round: 0, reason: "disk full"))
    desk.press("L")
    let sent = desk.effects.compactMap { effect in
      if case .commit(let sending) = effect { sending } else { nil }
    }
    #expect(sent.last?.round == 1)
    #expect(sent.last?.steps.map(\.sequence) == [1, 2, 3])
    desk.send(.commitFailed(sequence: 2, round: 0, reason: "an edit before it is not saved"))
    #expect(desk.state.unsaved?.count == 3)
    #expect(desk.state.saving.failed.isEmpty, "it is on its way")
    for sequence in 1...3 { desk.send(.committed(sequence: Int64(sequence))) }
    #expect(desk.state.isSaved)
    #expect(desk.text.contains("saved #3"))
  }

  @Test func theWholeHistoryGoesToANewFile() {
    var desk = Desk(Samples.state())
    desk.press("O")
    desk.services.failure = "the store was deleted"
    desk.press("P")
    for character in ":save-history /tmp/new.sqlite" { desk.send(.key(.character(character))) }
    desk.press("Return")
    guard case .saveHistory(let steps, "/tmp/new.sqlite")? = desk.services.performed.last else {
      Issue.record("nothing was to be written")
      return
    }
    #expect(steps.map(\.sequence) == [1, 2])
    desk.send(.historyNotSaved(reason: "it exists"))
    #expect(desk.text.contains("NOT SAVED: 1"))
    #expect(desk.noticeText.contains("it exists"))
    desk.send(.historySaved(path: "/tmp/new.sqlite", last: 2))
    #expect(desk.state.isSaved)
    #expect(desk.text.contains("saved #2"))
    #expect(desk.state.opened.store == "/tmp/new.sqlite")
    // A late answer of the old store changes nothing.
    desk.send(.commitFailed(sequence: 2, round: 0, reason: "late"))
    #expect(desk.state.isSaved)
    #expect(!desk.noticeText.contains("late"))
  }

  @Test func quitWaitsForTheDisk() {
    var desk = Desk(Samples.state())
    desk.press("O", "q", answers: false)
    #expect(!desk.effects.contains(.quit))
    #expect(desk.text.contains("quits as soon as 1 edit is saved"))
    desk.send(.committed(sequence: 1))
    #expect(desk.effects.last == .quit)
  }

  @Test func answersThatNobodyAskedForAreIgnored() {
    var desk = Desk(Samples.state())
    desk.send(.committed(sequence: 77))
    desk.send(.commitFailed(sequence: 78, round: 0, reason: "?"))
    #expect(desk.state.saving.isClean)
    #expect(desk.text.contains("all saved"))
  }

  @Test func historyOfAnEarlierSessionIsShown() {
    var desk = Desk(Samples.state())
    desk.press("O", "Return", "j", "x")
    var again = WorkbenchState(
      opened: desk.state.opened, posts: Samples.posts, history: desk.state.history,
      size: Size(columns: 80, rows: 24))
    #expect(again.labels.accepted == 1)
    #expect(again.post(0).mentions.first?.type == .organization)
    _ = update(&again, .key(.character("u")))
    #expect(again.current == 2)
    expectInvariants(again)
  }

  @Test func ownPaceIsShown() {
    let clock = TestClock()
    var state = Samples.state(120, 36)
    state.opened.clock = clock.now
    var desk = Desk(state)
    func accept(at second: Double) {
      clock.set(second)
      desk.press("Return")
    }
    accept(at: 0)
    accept(at: 8)
    accept(at: 18)
    accept(at: 24)
    // Nobody knows when the first was begun: 8, 10 and 6 seconds.
    #expect(desk.state.pace.median == 8)
    #expect(!desk.text.contains("a post"), "a script has no clock on its screen")
    desk.send(.tick(0))
    #expect(desk.text.contains("4 accepted · 8 s left · 8 s a post"))
    // A quarter of an hour is a pause.
    accept(at: 924)
    #expect(desk.state.pace.median == 8)
    // Another session goes on with the same pace.
    let again = WorkbenchState(
      opened: desk.state.opened, posts: Samples.posts, history: desk.state.history,
      size: Size(columns: 80, rows: 24))
    #expect(again.pace == desk.state.pace)
  }
}
