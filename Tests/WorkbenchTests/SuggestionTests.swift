import Inspection
import Routing
import Screen
import Testing

@testable import Workbench

/// What the keys do with the experts' suggestions.
@Suite struct SuggestionTests {
  private func desk() -> Desk {
    var desk = Desk(Samples.state(120, 36))
    desk.command("goto hb_0003")
    return desk
  }

  @Test func aTypeKeyLabelsTheWholeSuggestion() {
    var desk = desk()
    desk.press(">", "O")
    #expect(desk.gold == ["3-5 ORG", "6-8 LOC", "10-12 LOC", "19-22 ORG"])
    #expect(desk.noticeText == "ORG on 'Coach Ida Holm', clear PER on 'Ida Holm'")
    #expect(desk.services.stored.last?.name == desk.noticeText)
  }

  @Test func theSuggestionIsMarkedAndHinted() {
    var desk = desk()
    desk.press(">")
    #expect(desk.text.contains("PER?"))
    #expect(desk.text.contains("+ take PER"))
    desk.press("Escape")
    #expect(!desk.text.contains("PER?"))
    #expect(desk.state.target == 19..<20)
  }

  /// Where the cursor merely touches a suggestion, a type key labels the word.
  @Test func touchingIsNotChoosing() {
    var desk = desk()
    desk.press("$", "h", "h", "h")
    #expect(desk.state.token == 19)
    desk.press("O")
    #expect(desk.gold.last == "20-22 PER" && desk.gold.contains("19-20 ORG"))
  }

  @Test func oneIsTakenAlone() {
    var desk = desk()
    desk.press("$", "h", "h", "h", "+")
    #expect(desk.gold == ["3-5 ORG", "6-8 LOC", "10-12 LOC", "19-22 PER"])
    desk.press("+")
    #expect(
      desk.noticeText == "no suggestion is under the cursor or behind it; < goes to one before")
    // The other expert's words for the same name are under the cursor now: taking again does not go
    // back and forth between the two.
    desk.press("l", "+", "+")
    #expect(desk.gold == ["3-5 ORG", "6-8 LOC", "10-12 LOC", "19-22 PER"])
    // Who wants them goes to them.
    desk.press(">", "+")
    #expect(desk.gold.last == "20-22 PER")
  }

  @Test func nothingIsTakenWithoutModels() {
    var desk = Desk(Samples.state(hasModels: false))
    for key in [">", "<", "+", "a"] {
      desk.press(key)
      #expect(desk.noticeText.contains("no models are loaded"))
    }
  }

  @Test func relationsAreTakenToo() {
    var desk = TypedAheadTests.SlowDesk()
    desk.comeToRest()
    for _ in 0..<4 { desk.press(.down) }
    desk.comeToRest()
    #expect(
      desk.state.suggestions.contains {
        $0.kind == .relation(tail: 6..<7, label: "/per/misc/present_in")
      })
    while desk.state.suggestion?.mentionRange != nil || desk.state.suggestion == nil {
      desk.press(.character(">"))
      if desk.state.notice != nil { break }
    }
    desk.press(.character("+"))
    #expect(
      desk.state.history.steps.map(\.name)
        == ["/per/per/peer → /per/misc/present_in on 'w41 w42', 'w46'"])
  }

  /// What happens in the background does not talk over the notice of an edit, unless it went wrong.
  @Test func noticesQueue() {
    var desk = desk()
    desk.press("O")
    let edit = desk.noticeText
    #expect(edit.contains("ORG"))
    desk.send(.training(TrainingReport(state: .candidate(worse: false))))
    #expect(desk.noticeText == edit)
    desk.send(.notice("a model could not be read", isError: true))
    desk.send(.training(TrainingReport(state: .installed)))
    #expect(desk.noticeText == "a model could not be read")
    desk.press("l")
    #expect(desk.noticeText == "the new router is in use", "the newest word on the training")
    desk.press("l")
    #expect(desk.state.notice == nil)
  }

  @Test func aTrainingThatWasAskedForAnswersAtOnce() {
    var desk = desk()
    desk.press("t")
    desk.send(
      .training(
        TrainingReport(state: .refused(.tooFewCorrections(teaching: 0, accepted: 0, need: 5)))))
    #expect(desk.noticeText.contains("not trained"))
  }

  @Test func trainingIsManualFromTheStart() {
    let state = WorkbenchState(
      opened: .init(dataset: "d", store: "", trainsAutomatically: false, clock: { 0 }),
      posts: Samples.posts, size: Size(columns: 120, rows: 36))
    var desk = Desk(state)
    #expect(desk.text.contains("only when asked; t trains"))
    desk.command("training automatic")
    #expect(desk.state.trainsAutomatically)
    #expect(desk.effects.contains(.trainAutomatically(true)))
    #expect(desk.noticeText == "the router is trained after every accepted post")
  }
}
