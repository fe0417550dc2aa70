import Annotations
import Corpora
import Foundation
import Screen
import Settings
import Tensors
import TestSupport
import Testing
import Traces

@testable import Workbench

/// Lessons that somebody wrote as TOML.
@Suite struct LessonFileTests {
  static let text = """
    title = "Heads"
    systems = ["bilstm-crf", "riva"]

    [[step]]
    title = "Heat"
    text = "Lay the {heat} over the picture."
    hint = "{heat}"
    post = "hb_0001"
    check = { heat = true, map = "vcn/attention" }
    after = "Eight heads look at it."
    slide = "Where it looks."
    notes = "Wait for it."

    [[step]]
    title = "A head"
    text = "Go to head 3 with {next-head}, of riva."
    post = "hb_0001"

    [step.check]
    system = "riva"
    head = 3
    signal = "rgn/gate"
    above = 0.8

    [[step]]
    title = "A question"
    text = "What is it?"
    post = "hb_0002"
    quiz = { ask = "type", words = "Morgan" }
    after = "A dog."

    [[step]]
    title = "A route"
    text = "And where to?"
    post = "hb_0003"
    quiz = { ask = "route" }
    """

  static let dataset = Dataset(name: "harbor", posts: Samples.posts)

  static func state(
    from first: Int = 1, isPresented: Bool = false, _ size: Size = Size(columns: 120, rows: 36)
  ) throws -> WorkbenchState {
    let file = try LessonFile(text, file: "heads.toml").fitting(dataset)
    let lesson = try Lesson(file, over: dataset.posts, from: first, isPresented: isPresented)
    var opened = WorkbenchState.Opened(
      dataset: "harbor", store: "memory", relations: dataset.relationLabels, annotator: "you",
      clock: { 0 })
    opened.keepsEdits = false
    opened.trainsAutomatically = false
    var state = WorkbenchState(opened: opened, posts: lesson.posts, size: size)
    state.begin(lesson)
    return state
  }

  private func problems(_ text: String, fits: Bool = false) -> [String] {
    do throws(LessonProblems) {
      let file = try LessonFile(text, file: "l.toml")
      if fits { _ = try file.fitting(Self.dataset) }
      return []
    } catch {
      return error.all.map(\.description)
    }
  }

  private static let begin = "title = \"T\"\n[[step]]\ntitle = \"S\"\ntext = \"t\"\n"

  @Test func aStepIsDoneWhenItsChecksHold() throws {
    var desk = Desk(try Self.state())
    #expect(desk.text.contains("Heads, step 1 of 4: Heat"))
    #expect(desk.text.contains("Lay the H over the picture."))
    #expect(desk.text.contains("to do: no heat lies over the picture  :hint shows the keys"))
    desk.press("ctrl+n")
    #expect(desk.noticeText.hasPrefix("not yet: no heat lies over the picture"))
    desk.press("H")
    #expect(desk.state.lesson?.isMet == true && desk.text.contains("Eight heads look at it."))
    // It stays done, and goes on when it is told to.
    desk.press("H", "l")
    #expect(desk.state.lesson?.isMet == true && desk.state.lesson?.done == 0)
    desk.press("ctrl+n")
    #expect(desk.state.lesson?.done == 1 && !desk.state.showsHeat)
    #expect(desk.effects.contains(.keepLesson(done: 1)))
    desk.press(".", ".")
    #expect(desk.state.lesson?.isMet == false)
    #expect(desk.text.contains("to do: number 3 of the heads, layers or slots is not on screen"))
    desk.press(".")
    #expect(desk.state.lesson?.isMet == true)
    desk.press("ctrl+n", "ctrl+p")
    #expect(desk.state.lesson?.done == 1 && desk.state.choice.slice == nil)
  }

  @Test func aQuizHidesUntilItIsRevealed() throws {
    var desk = Desk(try Self.state(from: 3))
    for word in ["bilstm", "riva", "routed", "MISC─", "Z shows", "label M"] {
      #expect(!desk.text.contains(word), "\(word):\n\(desk.text)")
    }
    #expect(desk.text.contains("hidden until :reveal") && !desk.text.contains("no mention"))
    #expect(desk.text.contains(":answer N with 1 PER, 2 LOC, 3 ORG, 4 MISC"))
    desk.press("Z")
    #expect(desk.noticeText.contains("hidden; :reveal shows it") && !desk.state.showsModels)
    desk.command("answer dog")
    #expect(desk.noticeText.hasPrefix("no answer \"dog\"; there are 1 PER, 2 LOC"))
    // Labelling the words answers as well, and another answer takes its place.
    desk.press("P")
    #expect(desk.text.contains("your answer: PER; "))
    desk.command("answer 4")
    desk.press("u")
    #expect(desk.state.lesson?.isMet == false)
    desk.command("reveal")
    #expect(desk.state.lesson?.isMet == true && desk.state.showsModels)
    #expect(desk.text.contains("right: MISC; 1 of 1 right"))
    #expect(desk.text.contains("A dog.") && desk.text.contains("riva"))
    #expect(desk.state.currentPost?.mentions == Samples.posts[1].mentions)
    desk.command("answer 1")
    #expect(desk.noticeText.contains("does not count"))
    desk.press("ctrl+n")
    #expect(!desk.state.showsModels)
    desk.command("answer multimodal")
    desk.command("reveal")
    #expect(desk.text.contains("wrong: multimodal, and it is text; 1 of 2 right"))
    let outcomes = try #require(desk.state.lesson?.outcomes)
    #expect(outcomes.map(\.step) == [3, 4] && outcomes.map(\.isRight) == [true, false])
    desk.press("ctrl+n")
    #expect(desk.state.lesson?.isDone == true)
    #expect(desk.text.contains("Heads: all 4 steps are done"))
    #expect(desk.text.contains("1 of 2 answers were right."))
    // Asked again, it is hidden again.
    desk.command("task 3")
    #expect(desk.state.currentPost?.mentions == [] && !desk.state.showsModels)
    #expect(desk.state.lesson?.outcomes.map(\.step) == [4])
    expectInvariants(desk.state)
  }

  @Test func nothingOfALessonIsStored() throws {
    var desk = Desk(try Self.state())
    desk.press("O", "Return", "u", "P", "F")
    #expect(desk.services.stored.isEmpty && desk.text.contains("edits are not kept"))
    // The router hears of what was accepted all the same.
    let told = desk.effects.contains {
      if case .goldChanged(_, .reviewed) = $0 { true } else { false }
    }
    #expect(told)
  }

  @Test func everythingWrongIsSaidWithItsLine() {
    let text = """
      title = "T"
      sistems = ["riva"]
      [[step]]
      title = "S"
      text = "Press {explian}."
      posts = "a"
      check = { layr = "explain", heat = "yes" }

      [[step]]
      text = "t"
      query = "rout:text"
      [step.check]
      layer = "explian"
      above = 0.5
      cut = 3
      [[step]]
      title = "Q"
      text = "t"
      quiz = { ask = "tipe" }
      """
    let found = problems(text)
    let wanted = [
      "l.toml:2: no key is called sistems; did you mean systems?",
      "l.toml:5: {explian} names no command; did you mean {explain}?",
      "l.toml:6: no key of a step is called posts; did you mean post?",
      "l.toml:7: heat takes true or false",
      "l.toml:7: no check is called layr; did you mean layer?",
      "l.toml:9: the step has no title = \"…\"",
      "l.toml:11: there is no field rout: (column 1); did you mean route:?",
      "l.toml:13: layer takes one of explain, numbers, regions, history, help, what-if, router-history, heads, witness, look-back, dataset, attention; did you mean explain?",
      "l.toml:15: cut takes a threshold from 0 to 1",
      "l.toml:19: a quiz cannot ask \"tipe\"; did you mean type?",
      "l.toml:19: a quiz is about a post: the step needs post = \"…\"",
    ]
    for words in wanted {
      #expect(found.contains { $0.hasPrefix(words) }, "\(words)\n\(found.joined(separator: "\n"))")
    }
    #expect(
      found.contains { $0.hasPrefix("l.toml:12:") || $0.contains("above and below are about") })
    #expect(problems("title = \"T\"\n") == ["l.toml: a lesson has at least one [[step]]"])
    #expect(problems("title = \"T\"\n[[step]\n").first?.hasPrefix("l.toml:2: not TOML") == true)
    #expect(problems(Self.begin).isEmpty)
  }

  @Test func whatTheDatasetDoesNotHaveIsSaid() {
    let found = problems(
      Self.begin + """
        post = "hb_00001"
        check = { post = "nowhere" }
        [[step]]
        title = "S"
        text = "t"
        post = "hb_0001"
        check = { label = { words = "St Marie", type = "PERS" } }
        [[step]]
        title = "S"
        text = "t"
        post = "hb_0002"
        quiz = { ask = "type", words = "poor" }
        """, fits: true)
    #expect(found.count == 5)
    let wanted = [
      "l.toml:5: no post hb_00001 in harbor; did you mean hb_0001?",
      "l.toml:6: no post nowhere in harbor; the first is hb_0001",
      "l.toml:11: no type PERS in harbor; did you mean PER?",
      "l.toml:11: post hb_0001 does not say \"St Marie\"; its words are: RT @harbourlife",
      "l.toml:16: post hb_0002 has no label on \"poor\"; its labels are on \"Morgan\", \"Fisher Row\"",
    ]
    for words in wanted {
      #expect(found.contains { $0.hasPrefix(words) }, "\(words)\n\(found.joined(separator: "\n"))")
    }
  }

  @Test func whatTheModelsDoNotHaveIsSaid() throws {
    func problems(_ check: String) throws -> [String] {
      let file = try LessonFile(
        Self.begin + "post = \"hb_0001\"\ncheck = \(check)", file: "l.toml")
      return file.problems { post in
        #expect(post == "hb_0001")
        return Samples.analysis(0).mentionAnswers.map {
          ($0.expert, $0.mentions?.trace.signals ?? [])
        }
      }.map(\.description)
    }
    #expect(
      try problems("{ system = \"rive\" }") == [
        "l.toml:6: no expert rive is open; did you mean riva?"
      ])
    #expect(
      try problems("{ system = \"riva\", map = \"vcn/atention\" }")
        == ["l.toml:6: riva shows no map vcn/atention here; did you mean vcn/attention?"])
    #expect(
      try problems("{ system = \"riva\", signal = \"lm/fluency\" }").first?.hasPrefix(
        "l.toml:6: riva shows no signal lm/fluency here; there are rgn/gate, vcn/attention") == true
    )
    #expect(
      try problems("{ system = \"riva\", map = \"vcn/attention\", head = 9 }")
        == ["l.toml:6: there is no head 9 here; there are 1 to 8"])
    #expect(try problems("{ system = \"riva\", map = \"vcn/attention\", head = 8 }") == [])
  }

  /// Every check that can be written is one that is read, and named where another is asked for.
  @Test func everyCheckCanBeWritten() throws {
    let values = [
      "post": "\"hb_0001\"", "layer": "\"numbers\"", "system": "\"riva\"", "map": "\"m\"",
      "head": "\"mean\"", "heat": "false", "signal": "\"s\"", "above": "1", "below": "1.5",
      "cut": "0.4", "query": "\"route:text sort:p\"",
      "label": "{ words = \"Morgan\", type = \"misc\" }", "accepted": "3", "flagged": "true",
      "noted": "true", "route": "\"known\"", "router": "\"waits\"", "models": "false",
    ]
    #expect(Set(values.keys) == Set(LessonCheck.kinds.map(\.name)))
    let table = values.sorted { $0.key < $1.key }.map { "\($0) = \($1)" }.joined(separator: ", ")
    let file = try LessonFile(
      Self.begin + "post = \"hb_0002\"\ncheck = { \(table) }", file: "l.toml"
    ).fitting(Self.dataset)
    #expect(file.steps[0].checks.count == values.count - 2)
    #expect(file.steps[0].checks.contains(.signal("s", 1...1.5)))
    #expect(file.steps[0].checks.contains(.label(words: "Morgan", type: .miscellaneous)))
    // None of them holds on a fresh screen by chance, nor says nothing.
    let state = Samples.state(120, 36)
    let task = file.steps[0].task("hb_0001")
    for check in task.checks { #expect(!check.words(state, task).isEmpty) }
  }

  /// Files from anywhere are read or refused, and never trap.
  @Test(arguments: [UInt64(1), 2, 3]) func changedFilesAreReadOrRefused(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let signs = Array("{}[]\"\\=\n.#,'\u{0}é0a-")
    for _ in 0..<300 {
      var text = Array(Self.text)
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let at = Int.random(in: 0..<text.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: text[at] = signs[Int.random(in: 0..<signs.count, using: &generator)]
        case 1: text.remove(at: at)
        default: text.removeSubrange(at..<min(text.count, at + 20))
        }
      }
      for problem in problems(String(text), fits: true) {
        #expect(problem.hasPrefix("l.toml"), "seed \(seed)")
      }
    }
  }

  @Test(arguments: [Size(columns: 80, rows: 24), Size(columns: 120, rows: 36)])
  func golden(_ size: Size) throws {
    func keep(_ name: String, _ desk: Desk) throws {
      try expectGolden(desk.text, "lesson-\(name)-\(size.columns)x\(size.rows)")
    }
    var desk = Desk(try Self.state(size))
    try keep("step", desk)
    desk.press("H")
    try keep("met", desk)
    desk = Desk(try Self.state(from: 3, size))
    try keep("quiz", desk)
    desk.command("answer PER")
    desk.command("reveal")
    try keep("revealed", desk)
    try keep("presented", Desk(try Self.state(isPresented: true, size)))
  }

  @Test func aRoomSeesFewWordsAndNothingIsChecked() throws {
    var desk = Desk(try Self.state(isPresented: true))
    #expect(desk.text.contains("Where it looks.") && !desk.text.contains("Lay the"))
    #expect(desk.text.contains("1 of 4") && desk.text.contains("█"))
    func notes() -> [LessonNotes] {
      desk.effects.compactMap { if case .showNotes(let notes) = $0 { notes } else { nil } }
    }
    #expect(notes().map(\.notes) == ["Wait for it."] && notes().first?.next == "A head")
    desk.press("PageDown")
    #expect(desk.state.lesson?.done == 1 && notes().last?.step == 2)
    desk.press("PageUp")
    #expect(desk.state.lesson?.done == 0 && notes().last?.step == 1)
    desk.press("ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n")
    #expect(desk.state.lesson?.isDone == true && notes().last?.title == "the end")
    #expect(!desk.effects.contains { if case .commit = $0 { true } else { false } })
  }

  @Test func theBarFitsEveryScreen() throws {
    for isPresented in [false, true] {
      var state = try Self.state(isPresented: isPresented)
      for columns in [0, 1, 59, 60, 78, 80, 120, 300] {
        for rows in [0, 1, 5, 20, 24, 34, 36, 90] {
          state.size = Size(columns: columns, rows: rows)
          #expect(view(state).cells.count == columns * rows)
        }
      }
    }
  }

  @Test func itIsGivenWithoutAScreen() throws {
    var lines: [String] = []
    var runner = PlainRunner(
      state: try Self.state(from: 3), performer: FakeServices(), isPatient: true
    ) { lines.append($0) }
    runner.begin()
    #expect(lines.contains { $0.hasPrefix("Step 3 of 4, A question: What is it?") })
    #expect(lines.contains { $0.hasPrefix("Quiz: :answer N with 1 PER") })
    lines = []
    runner.run(":answer MISC")
    runner.run(":reveal")
    #expect(lines.contains("Quiz: right: MISC; 1 of 1 right.") && lines.contains("A dog."))
  }

  @Test func linesOfRepeatedHeadersAreFound() {
    let lines = SettingsLines(
      "a = 1\n[[step]]\nx = 1\n[[step]]\n[step.check]\ny = 2\n[[step]]\nx = 3")
    #expect(lines.line(of: "x", in: "step", number: 0) == 3)
    #expect(lines.line(of: "x", in: "step", number: 2) == 8)
    #expect(lines.line(of: "x", in: "step", number: 1) == 4, "the header, where the key is missing")
    #expect(lines.line(of: "y", in: "step.check", number: 1) == 6)
    #expect(lines.line(of: "check", in: "step", number: 1) == 5)
  }
}
