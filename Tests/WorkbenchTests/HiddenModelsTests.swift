import Routing
import Screen
import Testing

@testable import Workbench

/// With `Z` nothing of what the models say is on screen, and nothing is asked of them for it.
@Suite struct HiddenModelsTests {
  /// What only models say of the first sample post, wherever it stands on the screen.
  private static let words = [
    "bilstm", "riva", "multi", "routed", "gate", "training", "≠", "⇄", "picture relation",
    "image adds", "tag probabilities", "of 8", ".98", ".73",
  ]

  @Test(arguments: GoldenFrameTests.sizes) func nothingOfThemIsShown(_ size: Size) {
    var desk = Desk(Samples.state(size.columns, size.rows))
    desk.press("H")
    let shown = desk.text
    #expect(shown.contains("bilstm") && shown.contains("routed multimodal"))
    desk.press("Z", "l")
    for words in Self.words { #expect(!desk.text.contains(words), "\(words):\n\(desk.text)") }
    #expect(desk.state.pictureRequest?.heat == nil)
    // What people say is there as before.
    #expect(desk.text.contains("Anna") && desk.text.contains("PER") && desk.text.contains("MISC"))
    #expect(desk.text.contains("present_in"))
    desk.press("h", "Z", "l", "h")
    #expect(desk.text == shown)
  }

  @Test func nothingIsAskedOfThem() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("Z")
    #expect(desk.effects.contains(.modelsShown(false)))
    let count = desk.effects.count
    desk.press("j", "j", "l", "P", "Return", "k", "/")
    desk.type("ferry")
    desk.press("Escape")
    for effect in desk.effects.dropFirst(count) {
      switch effect {
      case .analyse, .explain, .askWithRegions, .ask(.some), .lookAt(.some), .train:
        Issue.record("asked: \(effect)")
      default: break
      }
    }
    // The neighbours' pictures are looked at all the same.
    #expect(desk.effects.contains(.lookAhead(["hb_0003", "hb_0004", "hb_0001"])))
    desk.press("Z")
    #expect(desk.effects.contains(.modelsShown(true)))
    let index = desk.state.current ?? 0
    #expect(desk.state.analyses[index] != nil)
  }

  /// A workbench that opens without them says so to the runtime before anything is asked.
  @Test func theyCanBeHiddenFromTheStart() {
    var state = SettingsTests.state(120, 36) {
      $0.take(.flag(false), for: .panels, from: .option("--no-panels"))
    }
    let effects = start(&state)
    #expect(effects.first == .modelsShown(false))
    #expect(!effects.contains { if case .analyse = $0 { true } else { false } })
    #expect(!state.isAnswerDue)
  }

  /// Keys about what is not to be seen do nothing, do not wait for it and say why.
  @Test(arguments: [
    "adopt", "take", "next-suggestion", "heat", "numbers", "explain", "regions", "what-if",
    "system",
    "install", "rollback", "train", "disputed", "next-flip", "hide riva", "next-suspicious",
  ])
  func whatIsHiddenCannotBeActedOn(_ command: String) {
    var desk = Desk(Samples.state(120, 36), answers: false)
    desk.send(.training(TrainingReport(state: .candidate(worse: false))), answers: false)
    desk.press("Z", answers: false)
    let before = desk.effects.count
    _ = desk.state.run(command)
    let name = command.split(separator: " ").first.map(String.init) ?? command
    #expect(desk.noticeText == "\(name): what the models say is hidden; Z shows it")
    #expect(!desk.state.isHoldingInput && desk.effects.count == before)
    #expect(desk.state.history.steps.isEmpty)
  }

  @Test func layersOfTheirsAreLeft() {
    for key in ["e", "B", "#", "o"] {
      var desk = Desk(Samples.state(120, 36))
      desk.press(key)
      #expect(desk.state.layers.count == 2)
      desk.press("Z")
      #expect(desk.state.layers.count == 1, "\(key)")
    }
  }

  @Test func aSuggestionIsLeft() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("j", "j", "0", ">")
    #expect(desk.state.suggestion != nil)
    desk.press("Z")
    #expect(desk.state.suggestion == nil)
    #expect(desk.state.suggestions.isEmpty)
  }

  /// News of the training come back when the models do.
  @Test func trainingIsNotToldOf() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("Z", "l")
    desk.send(.training(TrainingReport(state: .candidate(worse: false))))
    #expect(desk.state.notice == nil && !desk.text.contains("new router"))
    desk.press("Z")
    #expect(desk.text.contains("new router"))
  }

  /// A query that asks about the models is answered: somebody wants to know.
  @Test func queriesStillAsk() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("Z")
    desk.command("search route:text")
    #expect(desk.state.queue.query == "route:text")
  }

  @Test func theHintsNameTheWayBack() {
    var desk = Desk(Samples.state(300, 90))
    desk.press("Z", "l")
    let hints = desk.state.hintLine(Box(column: 0, row: 0, columns: 300, rows: 1))?.places ?? []
    let words = hints.map(\.hint.words)
    #expect(words.contains("models") && words.contains("accept"))
    for other in ["heat", "explain", "take all", "train", "system"] {
      #expect(!words.contains(other), "\(other)")
    }
  }
}
