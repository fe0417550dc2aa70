import Annotations
import Corpora
import Screen
import TestSupport
import Testing

@testable import Workbench

/// A history that is played.
@Suite struct ReplayTests {
  /// Five steps by two people, one of them taken back.
  static func steps() throws -> [Step] {
    var history = EditHistory()
    func edit(
      _ index: Int, _ type: EntityType, _ range: Range<Int>, by name: String, at second: Int64
    ) throws {
      let post = Samples.posts[index]
      let edit = try #require(Edit.setting(type, over: range, in: history.annotated(post)))
      try history.apply(edit, to: post, by: name, at: second * 1_000)
    }
    try edit(0, .location, 6..<8, by: "ada", at: 100)
    try edit(1, .person, 0..<1, by: "bo", at: 104)
    try edit(0, .organization, 6..<8, by: "ada", at: 105)
    _ = history.undo(by: "ada", of: "ada", at: 125_000)
    let post = Samples.posts[0]
    try history.apply(
      try #require(Edit.reviewing(history.annotated(post), from: .edited)), to: post, by: "ada",
      at: 200_000)
    return history.steps
  }

  static func state(
    _ size: Size = Size(columns: 120, rows: 36), speed: Double = 4
  ) throws -> WorkbenchState {
    var state = Samples.state(size.columns, size.rows)
    state.opened.keepsEdits = false
    state.begin(Replay(try steps(), speed: speed))
    return state
  }

  private func labels(_ desk: Desk) -> [[EntityType]] {
    desk.state.posts.indices.map { desk.state.post($0).mentions.map(\.type) }
  }

  @Test func everyStepShowsTheLabelsOfItsTime() throws {
    var desk = Desk(try Self.state(), answers: false)
    desk.press("space", answers: false)
    let steps = try Self.steps()
    let dataset = Dataset(name: "harbor", posts: Samples.posts)
    var seen: [[[EntityType]]] = [labels(desk)]
    for place in 1...steps.count {
      desk.press("ctrl+n", answers: false)
      #expect(desk.state.replay?.place == place)
      #expect(desk.state.currentPost?.id == steps[place - 1].post)
      let (then, _) = EditHistory.replaying(Array(steps.prefix(place)), over: dataset)
      #expect(desk.state.history.states == then.states)
      seen.append(labels(desk))
    }
    #expect(desk.text.contains("replay: step 5 of 5, at its end"))
    desk.press("ctrl+n", answers: false)
    #expect(desk.noticeText == "this was the last step")
    // Back goes the same way.
    for place in (0..<steps.count).reversed() {
      desk.press("ctrl+p", answers: false)
      #expect(labels(desk) == seen[place], "step \(place)")
    }
    #expect(desk.text.contains("as the files have it"))
    expectInvariants(desk.state)
  }

  @Test func itGoesAtItsSpeed() throws {
    var desk = Desk(try Self.state(), answers: false)
    func waits() -> [Double] {
      desk.effects.compactMap {
        if case .waitForReplay(_, let seconds) = $0 { seconds } else { nil }
      }
    }
    #expect(waits() == [1])
    for number in 1...5 { desk.send(.replayGoesOn(number), answers: false) }
    // 4 s and 1 s of life at four times the speed, 20 s, and 75 s, which are cut to 4.
    #expect(waits() == [1, 1, 0.25, 4, 4])
    #expect(desk.state.replay?.isDone == true)
    // A wait that was given up means nothing.
    desk = Desk(try Self.state(), answers: false)
    desk.press("space", answers: false)
    desk.send(.replayGoesOn(1), answers: false)
    #expect(desk.state.replay?.place == 0)
    desk.press("space", answers: false)
    #expect(waits().count == 2)
    desk.command("speed 1")
    desk.send(.replayGoesOn(desk.state.replay?.wait ?? 0), answers: false)
    #expect(desk.state.replay?.place == 1 && waits().last == 4)
  }

  @Test func nothingCanBeChanged() throws {
    var desk = Desk(try Self.state(), answers: false)
    desk.press("space", "ctrl+n", answers: false)
    let before = labels(desk)
    for key in ["P", "Return", "x", "u", "X", "F"] {
      desk.press(key, answers: false)
      #expect(labels(desk) == before && desk.state.labels.accepted == 0, "\(key)")
    }
    desk.press("u", answers: false)
    #expect(desk.effects.allSatisfy { if case .commit = $0 { false } else { true } })
    #expect(desk.state.history.steps.count == 1)
  }

  @Test func aScriptPlaysItWhileItWaits() throws {
    var frames: [String] = []
    var times: [Double] = []
    var runner = ScriptRunner(
      state: try Self.state(), performer: ReplayServices(), output: { frames.append($0) },
      record: { times.append($1) })
    runner.run(try KeyScript.parse("key space\nkey ctrl+n\nkey space\nwait\n", file: "r.keys"))
    #expect(frames[3].contains("replay: step 1 of 5, paused"))
    #expect(frames[7].contains("replay: step 5 of 5, at its end"))
    // Every step is recorded, at its pace.
    #expect(times.count >= 9 && (times.last ?? 0) > 9)
  }

  @Test(arguments: [Size(columns: 80, rows: 24), Size(columns: 120, rows: 36)])
  func golden(_ size: Size) throws {
    var desk = Desk(try Self.state(size), answers: true)
    desk.press("space", "ctrl+n", "ctrl+n", "ctrl+n")
    try expectGolden(desk.text, "replay-\(size.columns)x\(size.rows)")
  }
}

/// Answers waits at once.
private final class ReplayServices: EffectPerformer {
  private var waiting: [Message] = []

  func perform(_ effect: Effect) {
    if case .waitForReplay(let wait, _) = effect { waiting.append(.replayGoesOn(wait)) }
  }

  func nextMessages(waiting block: Bool) -> [Message] {
    guard block else { return [] }
    defer { waiting = [] }
    return waiting
  }
}
