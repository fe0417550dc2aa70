import Corpora
import Screen
import Testing

@testable import Annotations
@testable import Workbench

/// What is said of a post as a whole, and what others do meanwhile.
@Suite("Remarks and others") struct RemarksTests {
  private func desk() -> Desk { Desk(Samples.state(120, 36, hasModels: false)) }

  private func state(_ desk: Desk, _ post: Int) -> LabelState {
    desk.state.history.labels(of: desk.state.posts[post])
  }

  @Test func oneKeyEachForFlagSkipAndReject() {
    var desk = desk()
    desk.press("F")
    #expect(state(desk, 0).isFlagged)
    #expect(desk.text.contains("flagged"))
    desk.press("F")
    #expect(!state(desk, 0).isFlagged)
    desk.press("S")
    #expect(state(desk, 0).isSkipped && desk.state.current == 1)
    #expect(state(desk, 0).review == .untouched)
    #expect(desk.text.firstMatch(of: #/·[TM·]?s +1 /#) != nil, "\(desk.text)")
    desk.press("X")
    #expect(state(desk, 1).review == .rejected && desk.state.current == 2)
    // What was skipped comes after everything else.
    while desk.state.current != 0 {
      let before = desk.state.current
      desk.press("Return")
      #expect(desk.state.current != before, "accepting goes on")
      if desk.state.current == before { return }
    }
    #expect(desk.noticeText == "only skipped posts are left")
    desk.press("Return")
    #expect(!state(desk, 0).isSkipped, "what is decided on is not passed over any more")
    #expect(desk.noticeText == "every listed post is accepted or rejected")
    desk.command("goto hb_0002")
    desk.press("r")
    #expect(state(desk, 1).review == .untouched, "no label was changed")
    desk.press("L", "Return")
    desk.command("goto hb_0002")
    desk.press("r")
    #expect(state(desk, 1).review == .edited)
  }

  @Test func notesAreWrittenChangedAndRemoved() {
    var desk = desk()
    desk.press("N")
    desk.type("who is Berg?")
    desk.press("Return")
    #expect(state(desk, 0).note == "who is Berg?")
    #expect(desk.text.contains("note: who is Berg?"))
    // The line opens with what is there.
    desk.press("N")
    desk.type(" ask Cy")
    desk.press("Return")
    #expect(state(desk, 0).note == "who is Berg? ask Cy")
    desk.press("u")
    #expect(state(desk, 0).note == "who is Berg?")
    desk.command("remove-note")
    #expect(state(desk, 0).note == nil)
    desk.command("remove-note")
    #expect(desk.noticeText == "remove-note: this post has no note")
    #expect(desk.services.stored.count == 4)
    #expect(state(desk, 0).annotator == nil, "a note judges no labels")
  }

  /// Nobody leaves a store that is gone without a word.
  @Test func aStoreThatIsGoneIsToldAndKeepsTheProgramOpen() throws {
    var desk = desk()
    desk.press("L")
    desk.send(.storeLost(.cut("a.sqlite")))
    #expect(desk.noticeText.hasPrefix("a.sqlite: the store was cut while it was open"))
    #expect(desk.text.contains("the store is gone; :save-history FILE"))
    desk.press("q")
    #expect(desk.noticeText.contains(":quit! leaves all the same"))
    #expect(!desk.effects.contains { if case .quit = $0 { true } else { false } })
    desk.send(.storeLost(nil))
    #expect(!desk.text.contains("the store is gone"))
    desk.send(.storeLost(.displaced("a.sqlite")))
    desk.send(.historySaved(path: "b.sqlite", last: 1))
    #expect(!desk.text.contains("the store is gone"))
    desk.press("q")
    #expect(desk.effects.contains { if case .quit = $0 { true } else { false } })
  }

  /// A server that does not answer loses nothing: edits wait, and whoever has none may leave.
  @Test func aServerThatIsAwayIsToldAndWaitedFor() throws {
    var desk = desk()
    desk.press("L")
    desk.send(.storeLost(.unreachable("postgres://db/team", reason: "connection refused")))
    #expect(desk.noticeText.hasPrefix("postgres://db/team: the server does not answer"))
    #expect(desk.text.contains("the server does not answer"))
    #expect(!desk.text.contains("the store is gone"))
    desk.press("q")
    #expect(desk.effects.contains { if case .quit = $0 { true } else { false } })
    desk.send(.storeLost(nil))
    #expect(desk.noticeText == "the server answers again")
  }

  /// Who takes back what one did tells it, on whatever post one is.
  @Test func whatOthersTakeBackOfOnesOwnIsTold() throws {
    var desk = desk()
    desk.press("Return")
    let own = try #require(desk.state.history.steps.first)
    #expect(desk.state.current == 1)
    var theirs = desk.state.history
    let taken = theirs.undo(by: "bo")
    let undo = try #require(taken)
    desk.send(.othersWrote(AnnotationStore.Others([undo])))
    #expect(desk.state.review(0) == .untouched)
    #expect(
      desk.noticeText == "bo changed \(own.post), which you had accepted: \(undo.name)")
    // Of what was no acceptance the edit itself is named.
    desk.press("k", "L", "j")
    let edit = try #require(desk.state.history.steps.last)
    theirs = desk.state.history
    let another = theirs.undo(by: "bo")
    desk.send(.othersWrote(AnnotationStore.Others([try #require(another)])))
    #expect(desk.noticeText == "bo took back what you did in \(edit.post): \(edit.name)")
  }

  /// What was to be accepted unseen is on screen again, and the first Enter there does nothing; so
  /// it is where a post changes under the eyes of whoever looks at it.
  @Test func enterIsAskedForTwiceAfterSomebodyElsesChange() throws {
    var desk = desk()
    let posts = desk.state.posts
    var theirs = EditHistory()
    let change = try #require(Edit.setting(.location, over: 0..<1, in: posts[0]))
    let step = try theirs.apply(change, to: posts[0], by: "bo", at: 1)
    desk.isQuiet = true
    desk.press("Return")
    #expect(desk.state.current == 1)
    desk.send(.othersWrote(AnnotationStore.Others([step])))
    #expect(desk.state.current == 0 && desk.state.review(0) == .edited)
    #expect(desk.noticeText.contains("is not accepted: bo changed it at the same moment"))
    desk.press("Return")
    #expect(desk.state.review(0) == .edited && desk.noticeText.contains("Enter again accepts"))
    desk.press("Return")
    #expect(desk.state.review(0) == .reviewed && desk.state.current == 1)
    // Who was about to leave stays to read it.
    var leaving = self.desk()
    leaving.isQuiet = true
    leaving.press("Return", "q")
    leaving.send(.othersWrote(AnnotationStore.Others([step])))
    #expect(!leaving.effects.contains { if case .quit = $0 { true } else { false } })
    #expect(leaving.noticeText.contains("is not accepted: bo changed it at the same moment"))
    // Whoever moves has looked.
    let more = try #require(Edit.setting(.person, over: 1..<2, in: posts[1]))
    var later = desk.state.history
    let second = try later.apply(more, to: posts[1], by: "bo", at: 2)
    desk.send(.othersWrote(AnnotationStore.Others([second])))
    desk.press("l", "Return")
    #expect(desk.state.review(1) == .reviewed)
  }

  /// bo's edit came first: ada's is made again on it, with the next number.
  @Test func othersStepsComeUnderOwnOnes() throws {
    var desk = desk()
    let posts = desk.state.posts
    var theirs = EditHistory()
    let first = try #require(Edit.setting(.location, over: 0..<1, in: posts[1]))
    let second = try #require(Edit.reviewing(posts[0], from: .untouched))
    let others = try [
      theirs.apply(first, to: posts[1], by: "bo", at: 1),
      theirs.apply(second, to: posts[0], by: "bo", at: 2),
    ]
    desk.isQuiet = true
    desk.press("L")
    let own = try #require(desk.state.saving.pending.first)
    #expect(own.sequence == 1)
    desk.send(.othersWrote(AnnotationStore.Others(others)))
    #expect(desk.state.history.steps.map(\.annotator) == ["bo", "bo", "ada"])
    #expect(desk.state.history.steps.map(\.sequence) == [1, 2, 3])
    #expect(desk.state.saving.pending.map(\.sequence) == [3])
    guard
      case .commit(let again)? = desk.effects.last(where: {
        if case .commit = $0 { true } else { false }
      })
    else {
      Issue.record("nothing was sent again")
      return
    }
    #expect(again.steps.map(\.name) == [own.name])
    #expect(again.round == 1)
    #expect(desk.state.review(0) == .edited, "ada's edit came after bo accepted")
    #expect(desk.noticeText.hasPrefix("bo changed this post: accept"))
    #expect(desk.state.post(1).mentions.contains(EntityMention(0..<1, .location)))
    // What the store said of the first time comes late.
    desk.send(.commitFailed(sequence: 3, round: 0, reason: "somebody else was faster"))
    #expect(desk.state.saving.failed.isEmpty)
    desk.send(.committed(sequence: 3))
    #expect(desk.state.saving.isClean)
    // Undo is one's own.
    desk.press("u")
    #expect(desk.state.history.steps.last?.kind == .undo(3))
    desk.press("u")
    #expect(
      desk.noticeText.hasPrefix("undo: you have nothing to take back; the latest edit is bo's"))
    desk.command("undo-any")
    #expect(desk.state.review(0) == .untouched)
    #expect(desk.noticeText.hasPrefix("bo's edit: undo: accept"))
  }

  @Test func theHistoryOfAPostGivesItsLabelsBack() {
    var desk = desk()
    let before = desk.state.post(0).mentions
    desk.press("T")
    #expect(desk.noticeText == "nobody has edited this post")
    desk.press("L", "x", "u", "T")
    #expect(desk.text.contains("history of hb_0001: 3 steps, the latest first"))
    #expect(desk.text.contains("1970-01-01 00:00 UTC"))
    #expect(desk.text.contains("(taken back)"))
    desk.press("j", "j")
    #expect(desk.text.contains("after step 1, edited:"))
    desk.press("k", "Return")
    // After the second step the mention was gone.
    #expect(desk.state.post(0).mentions != before)
    #expect(desk.state.post(0).mentions.count == before.count - 1)
    desk.press("u")
    #expect(desk.state.post(0).mentions.count == before.count)
    #expect(desk.state.history.past(of: desk.state.posts[0]).count == 5)
  }
}

extension ActionTests {
  static let remarks: [String: Check] = [
    "reject": {
      $0.command("reject"); return $0.state.review(0) == .rejected && $0.state.current == 1
    },
    "skip": {
      $0.command("skip"); return $0.state.labels.remarks[0]?.marks == [.skip]
    },
    "flag": {
      $0.command("flag"); return $0.state.labels.remarks[0]?.marks == [.flag]
    },
    "note": {
      $0.command("note odd"); return $0.state.labels.remarks[0]?.note == "odd"
    },
    "remove-note": {
      $0.command("note odd"); $0.command("remove-note")
      return $0.state.labels.remarks[0] == nil
    },
    "history": {
      $0.press("O"); $0.command("history"); return $0.text.contains("history of hb_0001: 1 step")
    },
    "undo-any": {
      $0.press("O"); $0.command("undo-any"); return $0.state.history.nextUndo() == nil
    },
  ]

  static let pages: [String: Check] = [
    "attention": {
      $0.command("attention")
      return $0.text.contains("what it tells") && $0.text.contains("on screen")
    },
    "adjudicate": {
      $0.command("adjudicate")
      return $0.noticeText.hasPrefix("no post is accepted by two annotators here")
    },
    "guideline": {
      $0.command("guideline"); return $0.noticeText.hasPrefix("guideline: the dataset has no")
    },
    "hint": {
      $0.command("hint"); return $0.noticeText.hasPrefix("hint: ")
    },
    "task": {
      $0.command("task 3"); return $0.noticeText.hasPrefix("task: ")
    },
    "next-suspicious": {
      $0.command("next-suspicious"); return $0.noticeText.contains("nothing is ranked")
    },
    "practice": {
      $0.command("practice"); return $0.noticeText.contains("this is no practice")
    },
    "queries": {
      $0.command("queries"); return $0.noticeText.hasPrefix("no query is saved here")
    },
    "save-query": {
      $0.command("save-query odd"); return $0.noticeText.hasPrefix("no search is on screen")
    },
    "stats": {
      $0.press("O", "Return"); $0.command("stats"); return $0.text.contains("progress")
    },
  ]
}
