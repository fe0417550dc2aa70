import Annotations
import Corpora
import Foundation
import Inspection
import Screen
import TestSupport
import Testing
import Traces

@testable import Workbench

/// The lesson over the posts of `Tests/Fixtures/lesson`, which are those of `twinlens tutor`.
@Suite struct LessonTests {
  static func posts() throws -> [Post] {
    var place = URL(fileURLWithPath: #filePath)
    for _ in 0..<2 { place.deleteLastPathComponent() }
    return try Dataset.open(place.appendingPathComponent("Fixtures/lesson").path).posts
  }

  static func state(from first: Int = 1, keymap: Keymap? = nil) throws -> WorkbenchState {
    let lesson = try Lesson(over: try posts(), from: first)
    var opened = WorkbenchState.Opened(
      dataset: "lesson", store: "memory", relations: RelationInventory.mnre, hasRouter: false,
      annotator: "you", clock: { 0 })
    opened.keepsEdits = false
    var state = WorkbenchState(
      opened: opened, posts: lesson.posts, size: Size(columns: 120, rows: 36), keymap: keymap)
    state.begin(lesson)
    return state
  }

  /// Runs steps of a key script.
  private func run(
    _ script: String, _ state: WorkbenchState
  ) throws -> (state: WorkbenchState, frames: [String], services: LessonServices) {
    let services = LessonServices(try #require(state.lesson))
    var frames: [String] = []
    var runner = ScriptRunner(state: state, performer: services) { frames.append($0) }
    runner.run(try KeyScript.parse(script, file: "lesson.keys"))
    #expect(services.commits == 0, "nothing is kept")
    return (runner.state, frames.filter { !$0.hasPrefix("== frame") }, services)
  }

  /// What a hint says, as steps of a script: its parts stand two blanks apart.
  private func steps(_ hint: String) -> String {
    hint.split(separator: "  ").map { part in
      let text = part.trimmingCharacters(in: .whitespaces)
      return KeyName.parse(text) == nil ? "text \(text)" : "key \(text)"
    }.joined(separator: "\n") + "\n"
  }

  @Test func theScriptOfTheManualSolvesEveryTask() throws {
    let script = try #require(try manualBlock("# tutor.keys", page: "annotating.md"))
    let (state, frames, services) = try run(script, try Self.state())
    #expect(state.lesson?.isDone == true, "task \((state.lesson?.done ?? 0) + 1) is left")
    #expect(services.kept == Array(1...20))
    #expect(frames.first?.contains("lesson 2 of 20: posts") == true)
    #expect(frames.last?.contains("lesson: all 20 tasks are done") == true)
    let right = try Self.posts()
    for index in right.indices {
      let post = state.post(index)
      #expect(post.mentions == right[index].mentions, "\(post.id)")
      #expect(Set(post.relations) == Set(right[index].relations), "\(post.id)")
    }
  }

  @Test(arguments: 1...20) func everyHintSolvesItsTask(_ number: Int) throws {
    let keys = """
      [keys]
      next = "J"
      next-mention = "F3"
      "type PER" = ["F5"]
      "type MISC" = "F6"
      undo = "ctrl+u"
      accept = "F7"
      """
    let types = try Self.state().opened.types
    for keymap in [nil, try Keymap.parse(keys, file: "keys.toml", types: types)] {
      let state = try Self.state(from: number, keymap: keymap)
      #expect(state.lesson?.done == number - 1, "the mistake is there")
      let task = try #require(state.lesson?.task)
      let index = try #require(state.indexOfID[task.post])
      let words = LessonWords(state: state, right: try #require(state.lesson?.right[index]))
      let hint = task.hint(words)
      let after = try run(steps(hint), state).state
      #expect((after.lesson?.done ?? 0) >= number, "\(task.topic): \(hint)")
      #expect(!hint.contains("?  ") && !hint.hasPrefix("?"), "\(hint)")
      let text = task.text(words)
      #expect(!text.contains(" ?") && !text.contains("(?"), "\(text)")
      // Two rows of the bar hold it on a usual screen, three on a small one.
      #expect(Wrapping.lines(text, columns: 118).count <= 2, "\(text)")
      #expect(Wrapping.lines(text, columns: 78).count <= 3, "\(text)")
    }
  }

  @Test func whatIsWrongIsSaidAfterAnEdit() throws {
    var (state, frames, _) = try run("key O", try Self.state())
    #expect(state.lesson?.fault == "not yet: wrong type: 'Bellamy' ORG, should be PER")
    #expect(frames.last?.contains("not yet: wrong type: 'Bellamy' ORG, should be PER") == true)
    // Moving about says nothing new.
    (state, frames, _) = try run("key l\nkey h", state)
    #expect(state.lesson?.done == 0 && state.lesson?.fault != nil)
    (state, frames, _) = try run("key P", state)
    #expect(state.lesson?.done == 1 && state.lesson?.fault == nil)
    #expect(state.currentPost?.id == "dev-00001")
  }

  @Test func otherPostsAreNoPartOfATask() throws {
    let (state, _, _) = try run("key j\nkey L", try Self.state())
    #expect(
      state.lesson?.fault
        == "dev-00001 was changed, and the task is about dev-00000; u takes it back")
    let (back, _, _) = try run("key u\nkey k\nkey P", state)
    #expect(back.lesson?.done == 1)
  }

  @Test func theHintIsShownWhenAsked() throws {
    let state = try Self.state(from: 13)
    let (hinted, frames, _) = try run("key colon\ntext hint\nkey Return", state)
    #expect(frames.last?.contains("keys: ;  j  ;  K  P") == true)
    let (next, _, _) = try run("text ;j;KP", hinted)
    #expect(next.lesson?.showsHint == false && next.lesson?.done == 13)
  }

  @Test func aTaskCanBeDoneAgain() throws {
    var state = try Self.state(from: 11)
    (state, _, _) = try run("key O\nkey Return", state)
    #expect(state.lesson?.done == 11)
    var services: LessonServices
    (state, _, services) = try run("text :task 11\nkey Return", state)
    #expect(state.lesson?.done == 10 && services.kept == [10])
    let index = try #require(state.indexOfID["dev-00022"])
    #expect(state.current == index && !state.review(index).isDecided)
    #expect(state.currentPost?.mentions.map(\.type) == [.location])
    (state, _, _) = try run("key O\nkey Return", state)
    #expect(state.lesson?.done == 11)
    // The last one, with its flag and its note.
    (state, _, _) = try run("text :task 20\nkey Return\ntext MFN\ntext why\nkey Return", state)
    #expect(state.lesson?.isDone == true)
    (state, _, _) = try run("text :task 20\nkey Return", state)
    #expect(state.lesson?.done == 19 && state.currentRemarks == Labels.Remarks())
    (state, _, _) = try run("text :task 19\nkey Return", state)
    #expect(state.pairs.isEmpty)
    (state, _, _) = try run("text ywye\ntext :task\nkey Return", state)
    #expect(state.lesson?.done == 19, "there is no task after the last")
    (state, _, _) = try run("text :task 99\nkey Return", state)
    #expect(state.notice?.text == "the lesson has the tasks 1 to 20")
  }

  /// The slip of the lesson is an edit like any other, and the latest.
  @Test func undoTakesTheSlipBack() throws {
    let state = try Self.state(from: 10)
    #expect(state.currentPost?.mentions.isEmpty == true)
    let (after, _, _) = try run("key u", state)
    #expect(after.lesson?.done == 10)
    let index = try #require(after.indexOfID["dev-00021"])
    #expect(after.post(index).mentions.map(\.type) == [.person])
  }

  @Test func otherPostsMakeNoLesson() throws {
    #expect(throws: Lesson.Failure.otherPosts(task: 1, post: "dev-00000")) {
      try Lesson(over: Samples.posts)
    }
    #expect(throws: Lesson.Failure.noTask(22, of: 20)) {
      try Lesson(over: try Self.posts(), from: 22)
    }
    var changed = try Self.posts()
    changed[0].mentions = []
    #expect(throws: Lesson.Failure.otherPosts(task: 1, post: "dev-00000")) {
      try Lesson(over: changed)
    }
  }

  @Test func everyTaskHasAMistakeOfItsOwn() throws {
    #expect(Lesson.count == 20)
    for task in Lesson.tasks { #expect(!task.errors.isEmpty || task.slip != nil, "\(task.topic)") }
    let all = Lesson.tasks.flatMap(\.errors).map(\.post)
    #expect(Set(all).count == all.count - 2, "two tasks have two mistakes in one post")
    #expect(Set(Lesson.topics).count == 20)
  }

  @Test func theBarFitsEveryScreen() throws {
    var state = try Self.state()
    for columns in [0, 1, 59, 60, 77, 78, 80, 115, 116, 120, 300] {
      for rows in [0, 1, 5, 19, 20, 24, 36, 90] {
        state.size = Size(columns: columns, rows: rows)
        let frame = view(state)
        #expect(frame.cells.count == columns * rows)
        if columns >= 60, rows >= 20 {
          #expect(frame.text.contains("lesson 1 of 20: types"), "\(columns)x\(rows)")
          #expect(frame.text.contains("Bellamy"))
        }
      }
    }
  }

  @Test func itIsGivenWithoutAScreen() throws {
    let state = try Self.state()
    var lines: [String] = []
    var runner = PlainRunner(
      state: state, performer: LessonServices(try #require(state.lesson)), isPatient: true
    ) { lines.append($0) }
    runner.begin()
    #expect(lines.contains { $0.hasPrefix("Task 1 of 20, types: 'Bellamy' is labelled LOC") })
    #expect(lines.contains("Edits are not kept."))
    lines = []
    runner.run("O")
    #expect(lines.contains("not yet: wrong type: 'Bellamy' ORG, should be PER"))
    lines = []
    runner.run("P")
    #expect(lines.contains { $0.hasPrefix("Task 2 of 20, posts: ") })
    lines = []
    runner.run(":hint")
    #expect(lines.contains("Keys: j  M."))
  }

  /// Only the task about suggestions has something to take.
  @Test func theExpertSaysWhatTheLabelsSay() throws {
    let lesson = try Lesson(over: try Self.posts())
    for (post, (id, mentions)) in zip(lesson.posts, lesson.suggested) {
      #expect(post.id == id)
      #expect((post.mentions == mentions) == (id != "test-00005"))
    }
  }
}

/// Answers for the lesson's expert, and counts what would be kept.
final class LessonServices: EffectPerformer {
  private let answers: [String: [EntityMention]]
  private let posts: [String: Post]
  private var waiting: [Message] = []
  private(set) var kept: [Int] = []
  private(set) var commits = 0

  init(_ lesson: Lesson) {
    answers = Dictionary(uniqueKeysWithValues: lesson.suggested.map { ($0.post, $0.mentions) })
    posts = Dictionary(uniqueKeysWithValues: lesson.posts.map { ($0.id, $0) })
  }

  func perform(_ effect: Effect) {
    switch effect {
    case .analyse(let id, _):
      guard let post = posts[id] else { return }
      let mentions = (answers[id] ?? []).map { ($0.range, $0.type, Float(0.9)) }
      waiting.append(
        .analysed(
          PostAnalysis(
            post: id, text: Samples.prediction("expert", post, mentions, trace: Trace()),
            multimodal: nil)))
    case .keepLesson(let done): kept.append(done)
    case .commit, .saveHistory: commits += 1
    default: break
    }
  }

  func nextMessages(waiting block: Bool) -> [Message] {
    defer { waiting = [] }
    return waiting
  }
}
