import Corpora
import Extractors
import Inspection
import Routing
import Screen
import Tensors
import TestSupport
import Testing
import Traces

@testable import Workbench

/// A key means the same whatever the models have said so far: typing ahead, typing slowly and a
/// script without `wait` give the same labels.
@Suite struct TypedAheadTests {
  /// Posts on which the experts see more, less and other than gold; one has pairs.
  static let posts: [Post] = (0..<6).map { index in
    let words = (0..<9).map { "w\(index)\($0)" }.joined(separator: " ")
    return Samples.post(
      "p\(index)", words, index % 3 == 2 ? [] : [(1..<3, .person), (6..<7, .location)],
      image: "p\(index)",
      relations: index == 4
        ? [RelationMention(head: 1..<3, tail: 6..<7, label: "/per/per/peer")] : [])
  }

  static func analysis(_ index: Int) -> PostAnalysis {
    let post = posts[index]
    let decision = Samples.decision(index)
    func prediction(_ system: String, _ shift: Int) -> Prediction {
      Samples.prediction(
        system, post,
        [
          (1..<3, index % 2 == 0 ? .person : .organization, 0.9),
          ((4 + shift)..<(6 + shift), .miscellaneous, 0.7),
          (7..<9, shift == 0 ? .location : .person, 0.6),
        ], trace: Trace())
    }
    var analysis = PostAnalysis(
      post: post.id, text: prediction("text", 0), multimodal: prediction("both", 1),
      decision: decision)
    if index == 4 {
      let pairs = RelationAnswers(
        expert: "pairs", labels: ["None", "/per/misc/present_in"],
        answers: [
          RelationAnswer(
            head: 1..<3, tail: 6..<7, label: "/per/misc/present_in", probabilities: [0.2, 0.8],
            trace: Trace())
        ])
      analysis.answers.append(Answer(expert: "pairs", seesPicture: true, .relations(pairs)))
    }
    return analysis
  }

  static func state() -> WorkbenchState {
    WorkbenchState(
      opened: .init(
        dataset: "posts", store: "", relations: ["/per/per/peer", "/per/misc/present_in"],
        annotator: "ada", clock: { 0 }),
      posts: posts, size: Size(columns: 100, rows: 30))
  }

  /// The answers of services, which come when the test says so.
  struct SlowDesk {
    var state = TypedAheadTests.state()
    /// Answers to edits, then answers of the models; both in their order.
    private var commits: [Message] = []
    private var answers: [Message] = []

    init() { take(start(&state)) }

    private mutating func take(_ effects: [Effect]) {
      for effect in effects {
        switch effect {
        case .commit(let sending):
          commits += sending.steps.map { .committed(sequence: $0.sequence) }
        case .analyse(let post, let neighbours):
          for id in [post] + neighbours {
            guard let index = TypedAheadTests.posts.firstIndex(where: { $0.id == id }) else {
              continue
            }
            answers.append(
              index == 3
                ? .analysisFailed(post: id, reason: "no picture")
                : .analysed(TypedAheadTests.analysis(index)))
          }
        default: break
        }
      }
    }

    mutating func press(_ key: Key) { take(update(&state, .key(key))) }

    /// Lets some answers through.
    mutating func answer(commits some: Int, models many: Int) {
      for _ in 0..<min(some, commits.count) { take(update(&state, commits.removeFirst())) }
      for _ in 0..<min(many, answers.count) { take(update(&state, answers.removeFirst())) }
    }

    mutating func comeToRest() {
      for _ in 0..<10_000 where !commits.isEmpty || !answers.isEmpty {
        answer(commits: .max, models: .max)
      }
    }

    /// What was done, and where the person stands.
    var outcome: [String] {
      state.posts.indices.map { index in
        let post = state.post(index)
        let mentions = post.mentions.map { "\($0.range) \($0.type.rawValue)" }
        let pairs = post.relations.map { "\($0.head) \($0.tail) \($0.label)" }
        return "\(post.id) \(state.review(index)) \(mentions) \(pairs)"
      } + ["at \(state.current ?? -1) token \(state.token)"]
    }
  }

  /// Keys that label, move, undo and look, as dense as a fast annotator's; C-c alone is left out:
  /// it is the key that drops what waits.
  static let keys: [Key] =
    [.enter, .tab, .escape, .control("r"), .backTab, .down, .left, .end]
    + "jkwbl>><<++aaPLOMxvu]}{[$0r)(cy-smH.1".map { .character($0) }

  @Test(arguments: 1...40) func burstsGiveTheSameLabels(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let keys = (0..<120).map { _ in random.pick(Self.keys) }
    var slow = SlowDesk()
    slow.comeToRest()
    for key in keys {
      slow.press(key)
      slow.comeToRest()
    }
    var fast = SlowDesk()
    for key in keys {
      fast.press(key)
      if random.chance(0.15) {
        fast.answer(commits: random.index(below: 4), models: random.index(below: 3))
      }
      _ = view(fast.state)
    }
    fast.comeToRest()
    let typed = keys.map(KeyName.label).joined(separator: " ")
    #expect(fast.outcome == slow.outcome, "seed \(seed): \(typed)")
    #expect(!fast.state.isHoldingInput)
    #expect(fast.state.history.steps.map(\.name) == slow.state.history.steps.map(\.name))
    expectInvariants(fast.state)
  }

  /// The bursts above do take suggestions, and do have to wait for them.
  @Test func burstsReachWhatWaits() {
    var desk = SlowDesk()
    for key in ">P+".map({ Key.character($0) }) { desk.press(key) }
    #expect(desk.state.isHoldingInput)
    #expect(view(desk.state).text.contains("next-suggestion waits for the models; C-c gives up"))
    #expect(desk.state.history.steps.isEmpty)
    desk.comeToRest()
    #expect(
      desk.state.history.steps.map(\.name) == ["PER on 'w04 w05'", "PER → MISC on 'w04 w05'"])
  }

  @Test func movementOverGoldIgnoresTheModels() {
    for answered in [false, true] {
      var desk = SlowDesk()
      if answered { desk.comeToRest() }
      desk.press(.character("w"))
      #expect(desk.state.token == 6, "answered: \(answered)")
      desk.press(.character("w"))
      #expect(desk.state.notice?.text == "no mention after this")
    }
  }

  @Test func waitingCanBeGivenUp() {
    var desk = SlowDesk()
    for key in "aPj".map({ Key.character($0) }) { desk.press(key) }
    desk.press(.control("c"))
    #expect(desk.state.notice?.text == "stopped waiting for the models; 2 keys were dropped")
    desk.comeToRest()
    #expect(desk.state.history.steps.isEmpty)
    #expect(desk.state.current == 0)
  }

  @Test func aFailureAnswersToo() {
    var desk = SlowDesk()
    for key in "jjjaO".map({ Key.character($0) }) { desk.press(key) }
    #expect(desk.state.isHoldingInput)
    desk.comeToRest()
    #expect(desk.state.history.steps.map(\.name) == ["PER → ORG on 'w31 w32'"])
    #expect(!desk.state.isHoldingInput)
  }

  /// A script need not say `wait`, and a runtime that never answers does not hang it.
  @Test(arguments: [true, false]) func scriptsWait(_ answers: Bool) throws {
    let services = LateServices(answers: answers)
    var frames = ""
    var runner = ScriptRunner(state: Samples.state(), performer: services) { frames += $0 + "\n" }
    runner.run(
      try KeyScript.parse("key j\nkey j\nkey greater\nkey P\nkey j", file: "script"))
    let names = runner.state.history.steps.map(\.name)
    if answers {
      #expect(names == ["extend PER 'Ida Holm' → 'Coach Ida Holm'"])
    } else {
      #expect(names == ["ORG → PER on 'Grayport Rovers'"])
    }
    #expect(runner.state.current == 3)
  }
}

/// Services that answer for the models only when they are waited for, or never.
private final class LateServices: EffectPerformer {
  private let answers: Bool
  private var held: [Effect] = []
  private var commits: [Message] = []

  init(answers: Bool) { self.answers = answers }

  func perform(_ effect: Effect) {
    if case .commit(let sending) = effect {
      commits += sending.steps.map { .committed(sequence: $0.sequence) }
    } else {
      held.append(effect)
    }
  }

  func nextMessages(waiting: Bool) -> [Message] {
    defer { commits = [] }
    guard waiting, commits.isEmpty, answers else { return commits }
    defer { held = [] }
    return held.flatMap { effect -> [Message] in
      guard case .analyse(let id, let more) = effect else { return [] }
      return ([id] + more).compactMap { id in
        Samples.posts.firstIndex { $0.id == id }.map { .analysed(Samples.analysis($0)) }
      }
    }
  }
}
