import Annotations
import Corpora
import Extractors
import Inspection
import Routing
import Screen
import Testing

@testable import Queries
@testable import Workbench

/// What the screen says stays true while a person works, and is said whole.
@Suite struct ShownTruthTests {
  /// Posts that edits took out of a search's list stay listed, and the count says so.
  @Test func theCountOfASearchFollowsEdits() {
    var desk = Desk(Samples.state(160, 40))
    desk.command("search state:untouched")
    #expect(desk.text.contains("1/5 of 5 for state:untouched"))
    desk.press("Return", "Return")
    #expect(desk.text.contains("of 5 for state:untouched, 2 no longer match"))
    desk.press("u")
    #expect(desk.text.contains("of 5 for state:untouched, 1 no longer matches"))
    desk.command("search state:untouched")
    #expect(desk.text.contains("of 5 for state:untouched ") && !desk.text.contains("no longer"))
  }

  /// An edit that its file cannot hold is said with the edit, not at the export; what is so of
  /// every post of the file once.
  @Test func anEditWithoutAPlaceIsNamed() {
    var state = Samples.state(120, 36)
    state.opened.lacksPlace = { old, new in
      old.mentions == new.mentions
        ? nil
        : LackOfPlace(
          words: new.mentions.isEmpty
            ? "pairs.txt has no line for it"
            : "pairs.txt has no place for these labels; export with --format jsonl",
          losesPost: new.mentions.isEmpty)
    }
    var desk = Desk(state)
    desk.press("O")
    #expect(
      desk.noticeText.hasSuffix(
        "; pairs.txt has no place for these labels; export with --format jsonl"))
    desk.press("u")
    #expect(!desk.noticeText.contains("no place"))
    // An acceptance loses nothing.
    desk.press("O", "Return")
    #expect(desk.noticeText.contains("accept") && !desk.noticeText.contains("no place"))
    desk.press("k", "L")
    #expect(!desk.noticeText.contains("no place"))
    desk.press("g", "x", "w", "x")
    #expect(desk.noticeText.hasSuffix("; pairs.txt has no line for it"), "\(desk.noticeText)")
  }

  /// Numbers that are not those of float32 are on many screens; each says so.
  @Test(arguments: [Size(columns: 80, rows: 24), Size(columns: 120, rows: 36)])
  func everyScreenNamesTheLowPrecision(_ size: Size) {
    for key in [nil, "d", "e", "?", "J", "%", "H", "o", "Tab", "/"] {
      var state = Samples.state(size.columns, size.rows)
      state.opened.lowPrecision = .int8
      var desk = Desk(state)
      if let key { desk.press(key) }
      let title = desk.text.split(separator: "\n", omittingEmptySubsequences: false)[0]
      #expect(title.hasSuffix("  int8"), "\(key ?? ""): \(title)")
    }
    #expect(!Desk(Samples.state(size.columns, size.rows)).text.contains("int8"))
  }

  /// What is wrong with a post's own lines stands at the post.
  @Test func findingsStandAtTheirPost() {
    var state = Samples.state(120, 36)
    state.opened.findings = [
      "hb_0002": ["in the file, line 12: no tab between word and tag; left out"]
    ]
    var desk = Desk(state)
    #expect(!desk.text.contains("line 12"))
    desk.press("j")
    #expect(desk.text.contains("line 12: no tab"))
  }

  /// A notice that is longer than the line is shown to its end, where it says what to do.
  @Test(arguments: [Size(columns: 80, rows: 24), Size(columns: 120, rows: 36)])
  func longNoticesAreShownWhole(size: Size) {
    var desk = Desk(Samples.state(size.columns, size.rows))
    let words =
      "`twinlens annotations merge 'posts'` adds 2 steps that were made while the store could not be "
      + "written (in /var/lib/somebody/state/twinlens/posts-bf2ff1727d80/annotations.sqlite), for good"
    desk.send(.notice(words, isError: true))
    #expect(desk.text.contains("`twinlens annotations merge"))
    #expect(desk.text.contains("for good"))
    expectInvariants(desk.state)
    desk.press("j")
    #expect(!desk.text.contains("for good"))
  }

  /// The number of routes that a new router changes is that of all posts, or says how far it is.
  @Test func flipsAreCountedOverAllPosts() throws {
    var desk = Desk(Samples.state(160, 60))
    desk.isQuiet = true
    desk.send(.training(TrainingReport(state: .candidate(worse: false))))
    let wishes = desk.effects.compactMap { effect -> FactRequest? in
      if case .lookAt(let wish?) = effect { wish } else { nil }
    }
    let wish = try #require(wishes.last)
    #expect(wish.needs == .flip && wish.posts == [0, 1, 2, 3, 4])
    #expect(desk.text.contains("no route flips, 0 of 5 looked at"))
    desk.press("f")
    #expect(desk.noticeText.contains("no route changes among the 0 posts looked at so far"))
    for index in 0..<5 { desk.send(.facts(Samples.facts(of: index, .flip, [:]))) }
    #expect(desk.text.contains("1 route flips; f next"))
    desk.send(.lookedAt(request: wish.number, failure: nil))
    #expect(desk.text.contains("1 route flips; f next"))
    desk.press("f")
    #expect(desk.state.current == 1 && desk.text.contains("this route flips"))
    desk.press("f")
    #expect(desk.noticeText == "no other route changes")
    // Another candidate is another question.
    desk.send(.training(TrainingReport(state: .running(step: 1, of: 9, secondsLeft: 1))))
    desk.send(.training(TrainingReport(state: .candidate(worse: false))))
    #expect(desk.state.flips.isEmpty || !desk.state.hasLookedForFlips)
  }

  /// What covers the picture can be taken away from an expert without a map too.
  @Test func numbersCanAlwaysBeTakenAway() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("#", "s")
    #expect(desk.state.layers[NumbersLayer.self] != nil)
    desk.press("#")
    #expect(desk.state.layers[NumbersLayer.self] == nil)
  }

  /// On a dataset of relations the mentions that an expert names say nothing about the labels.
  @Test func onlyTheRoutersTaskIsCompared() {
    let pair = RelationMention(head: 0..<1, tail: 2..<3, label: "None")
    let post = Samples.post("p", "Ada of Tarn", [], image: nil, relations: [pair])
    func answer(_ task: ExpertTask?, _ label: String) -> ChosenAnswer {
      ChosenAnswer(
        route: .text, task: task, mentions: [EntityMention(0..<1, .person)],
        relations: [RelationMention(head: 0..<1, tail: 2..<3, label: label)])
    }
    #expect(!answer(.relations, "None").differs(from: post))
    #expect(answer(.relations, "/per/loc/place_of_birth").differs(from: post))
    #expect(answer(.entities, "None").differs(from: post))
    #expect(answer(nil, "None").differs(from: post))
  }
}
