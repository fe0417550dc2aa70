import Annotations
import Corpora
import Routing
import Screen
import Testing

@testable import Workbench

/// Labelling posts whose labels are hidden.
@Suite struct PracticeTests {
  private func desk(
    _ posts: [Post] = Samples.posts, clock: TestClock = TestClock()
  ) -> Desk {
    let practice = Practice(hiding: posts)
    var opened = WorkbenchState.Opened(
      dataset: "harbor", store: "memory",
      relations: Dataset(name: "", posts: posts).relationLabels, hasModels: false,
      hasRouter: false, annotator: "ada", clock: clock.now)
    opened.keepsEdits = false
    var state = WorkbenchState(
      opened: opened, posts: practice.posts, size: Size(columns: 120, rows: 36))
    state.begin(practice)
    return Desk(state)
  }

  /// A kind and what stands beside it, as lists and tables set them.
  private func row(_ kind: String, _ words: String) -> String {
    TextWidth.padded(kind, columns: 16) + words
  }

  @Test func labelsAreHidden() {
    let odd = Samples.irregular(.lenient).posts
    let desk = desk(Samples.posts + odd)
    for post in desk.state.posts {
      #expect(post.mentions.isEmpty && post.relations.isEmpty)
      #expect(post.tokens.allSatisfy { $0.originalTag == nil })
    }
    #expect(desk.state.posts.map(\.id) == (Samples.posts + odd).map(\.id))
    #expect(!desk.text.contains("PER─") && desk.text.contains("harbor, practice"))
  }

  @Test func whatDiffersIsShownAndScored() {
    let clock = TestClock()
    var desk = desk(clock: clock)
    clock.set(5)
    desk.press("Return")
    #expect(desk.text.contains("3 differences from the hidden labels"))
    for words in [
      row("missed", "'Anna Berg' PER"), row("missed", "'St Mary' MISC"),
      row("pair missed", "'Anna Berg' → 'St Mary' /per/misc/present_in"),
      "spans P – R .00 F1 .00",
    ] { #expect(desk.text.contains(words), "\(words)") }
    #expect(desk.state.current == 0)
    // Reading the result is no work on the next post.
    clock.set(100)
    desk.press("Return")
    #expect(desk.state.current == 1 && desk.state.layers.isBrowsing)
    desk.press("M")
    desk.command("span 5 7 LOC")
    clock.set(109)
    desk.press("Return")
    #expect(desk.state.current == 2, "nothing differs, so the next post is shown")
    #expect(
      desk.noticeText
        == "nothing differs; spans P 1.00 R .50 F1 .67 · relations F1 .00")
    #expect(desk.state.practice?.results.map(\.seconds) == [5, 9])
    #expect(desk.state.practice?.medianSeconds == 7)
    // What is right is known by now: it does not count any more.
    desk.command("goto hb_0001")
    desk.command("span 3 5 PER")
    desk.press("Return")
    #expect(desk.state.practice?.results.count == 2)
    #expect(desk.state.practice?.spans == MatchCounts(correct: 2, predicted: 2, gold: 4))
    expectInvariants(desk.state)
  }

  @Test func nothingIsKept() {
    var desk = desk()
    desk.press("P", "Return", "Escape", "u")
    #expect(desk.services.stored.isEmpty)
    #expect(
      !desk.effects.contains {
        switch $0 {
        case .commit, .goldChanged, .saveHistory: true
        default: false
        }
      })
    #expect(desk.text.contains("edits are not kept") && !desk.text.contains("saved"))
    desk.command("save-history /tmp/x")
    #expect(desk.noticeText == "save-history: edits are not kept here")
    desk.command("quit")
    #expect(desk.effects.last == .quit)
  }

  @Test func theEndIsToldByType() throws {
    var desk = desk()
    desk.command("span 3 5 ORG")
    desk.command("span 6 7 MISC")
    desk.press("Return", "Return")
    desk.command("practice")
    for words in [
      "1 of 5 posts accepted", "0 right of 2 given, 2 expected",
      "type right given asked    F1", "ORG      0     1     0   .00",
      row("wrong type", "     1"), row("wrong boundary", "     1"),
      "wrong type: 'Anna Berg' ORG, should be PER",
      "wrong boundary: 'St' MISC, should be 'St Mary' MISC",
    ] { #expect(desk.text.contains(words), "\(words)") }
    var labelling = Desk(Samples.state(hasModels: false))
    labelling.command("practice")
    #expect(labelling.noticeText.contains("this is no practice"))
  }

  /// MNRE has pairs and no mentions: the pairs are given, their relations asked for.
  @Test func pairsAreGivenWhereTheyAreTheTask() {
    var desk = desk(RelationSamples.posts)
    #expect(desk.state.pairs.map(\.label) == ["?", "?", "?"])
    #expect(!desk.text.contains("member_of"))
    desk.press("c", "m", "Return")
    // What has no relation needs no answer.
    #expect(desk.noticeText.hasPrefix("nothing differs; relations F1 1.00"))
    desk.press("Return")
    #expect(desk.text.contains(row("pair missed", "'Ada Lund' → 'Tarn' /per/loc/place_of_birth")))
  }

  /// What experts say would give the labels away.
  @Test func whatModelsSayIsHiddenUntilAskedFor() {
    var state = Samples.state(120, 36)
    let practice = Practice(hiding: Samples.posts)
    state.begin(practice)
    #expect(!state.showsModels)
    var desk = Desk(state)
    #expect(!desk.text.contains("bilstm-crf"))
    desk.press("Z")
    #expect(desk.state.showsModels)
  }

  @Test func itWorksWithoutAScreen() throws {
    var lines: [String] = []
    var runner = PlainRunner(
      state: desk().state, performer: FakeServices(), isPatient: true
    ) { lines.append($0) }
    runner.begin()
    lines = []
    runner.run("Enter")
    #expect(lines.contains { $0.contains("3 differences from the hidden labels") })
    #expect(lines.contains("missed 'Anna Berg' PER"))
    #expect(lines.contains { $0.hasPrefix("Score: spans P – R .00 F1 .00") })
    lines = []
    runner.run("Enter")
    #expect(lines.contains { $0.hasPrefix("Post 2 of 5: hb_0002") })
    lines = []
    runner.run(":practice")
    #expect(lines.contains("1 of 5 posts accepted"))
  }

  @Test func rejectedPostsAreNotJudged() {
    var desk = desk()
    desk.press("X")
    #expect(desk.state.current == 1 && desk.state.practice?.results.isEmpty == true)
  }

  @Test func smallScreensShowTheFirstDifferences() {
    var desk = desk([Samples.posts[2]])
    desk.send(.resized(Size(columns: 60, rows: 20)))
    for token in stride(from: 0, to: 20, by: 1) { desk.command("span \(token) \(token + 1) MISC") }
    desk.press("Return")
    #expect(desk.text.contains("21 differences"))
    let first = desk.text
    desk.press("Down", "Down")
    #expect(desk.text != first)
    desk.press("j", "k", "l")
    #expect(desk.effects.last == .bell)
    desk.press("Escape")
    #expect(desk.state.layers.isBrowsing && desk.state.current == 0)
  }
}

/// What differs, kind by kind.
@Suite struct LabelDifferenceTests {
  private let nulls = NullRelations(among: ["None"])

  private func post(
    _ mentions: [(Range<Int>, EntityType)], _ pairs: [(Range<Int>, Range<Int>, String)] = []
  ) -> Post {
    Samples.post(
      "p", "a b c d e f", mentions, image: nil,
      relations: pairs.map { RelationMention(head: $0, tail: $1, label: $2) })
  }

  private func kinds(_ given: Post, _ right: Post) -> [String] {
    LabelDifference.all(given, right: right, nulls: nulls).map(\.kind.rawValue)
  }

  @Test func mentions() {
    let right = post([(0..<2, .person), (3..<5, .location)])
    #expect(kinds(right, right).isEmpty)
    #expect(kinds(post([]), right) == ["missed", "missed"])
    #expect(kinds(post([(0..<2, .person), (5..<6, .person)]), right) == ["missed", "invented"])
    #expect(
      kinds(post([(0..<2, .location), (2..<5, .location)]), right)
        == ["wrong type", "wrong boundary"])
    // The words of a right mention twice: one of the two is too many.
    #expect(
      kinds(post([(0..<1, .person), (1..<2, .person), (3..<5, .location)]), right)
        == ["wrong boundary", "invented"])
    // The same words with another type come before words that only overlap.
    let two = post([(0..<1, .person), (1..<3, .person)])
    #expect(
      LabelDifference.all(post([(1..<3, .location)]), right: two, nulls: nulls)
        == [
          .missed(EntityMention(0..<1, .person)),
          .type(EntityMention(1..<3, .location), right: .person),
        ])
  }

  @Test func pairs() {
    let right = post([], [(0..<1, 2..<3, "/a/b/c"), (4..<5, 5..<6, "None")])
    #expect(kinds(post([]), right) == ["pair missed"])
    #expect(kinds(post([], [(0..<1, 2..<3, "/a/b/d")]), right) == ["wrong relation"])
    #expect(kinds(post([], [(0..<1, 2..<3, "None")]), right) == ["wrong relation"])
    #expect(kinds(post([], [(2..<3, 0..<1, "/a/b/c")]), right) == ["pair reversed"])
    #expect(
      kinds(post([], [(0..<1, 2..<3, "/a/b/c"), (4..<5, 5..<6, "/a/b/c")]), right)
        == ["pair invented"])
    // None and no pair are the same.
    #expect(
      kinds(post([], [(0..<1, 2..<3, "/a/b/c"), (2..<3, 4..<5, "None")]), right).isEmpty)
    #expect(
      kinds(post([], [(0..<1, 2..<3, LabelDifference.unanswered)]), right) == ["pair missed"])
  }
}
