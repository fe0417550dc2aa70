import Corpora
import Screen
import Testing

@testable import Annotations
@testable import Workbench

/// Deciding where annotators disagree.
@Suite("Adjudication") struct AdjudicationTests {
  /// The sample after ann and bo labelled it, each in a store of one's own, and both stores were
  /// joined: they disagree on two mentions and the relation of the first post, agree on the second,
  /// and only ann has accepted the third.
  private func joined() throws -> EditHistory {
    let dataset = Dataset(name: "harbor", posts: Samples.posts)
    let posts = dataset.posts
    func accept(_ post: Post, _ history: inout EditHistory, _ name: String) throws {
      let edit = try #require(Edit.reviewing(post, from: history.labels(of: post).review))
      try history.apply(edit, to: post, by: name, at: 10)
    }
    var ann = EditHistory()
    let wide = try #require(Edit.setting(.person, over: 1..<2, in: posts[0]))
    try ann.apply(wide, to: posts[0], by: "ann", at: 1)
    for post in posts.prefix(3) { try accept(post, &ann, "ann") }
    var bo = EditHistory()
    let type = try #require(Edit.setting(.location, over: 6..<8, in: posts[0]))
    try bo.apply(type, to: posts[0], by: "bo", at: 2)
    let relation = try #require(
      Edit.relating(head: 3..<5, tail: 6..<8, label: "/per/per/peer", in: posts[0]))
    try bo.apply(relation, to: posts[0], by: "bo", at: 3)
    for post in posts.prefix(2) { try accept(post, &bo, "bo") }
    let union = StepMerge.union([ann.steps, bo.steps], over: dataset)
    #expect(union.findings.isEmpty)
    let (history, findings) = EditHistory.replaying(union.steps, over: dataset)
    #expect(findings.isEmpty)
    return history
  }

  private func desk(
    _ history: EditHistory, _ columns: Int = 120, _ rows: Int = 36, hasModels: Bool = false
  ) -> Desk {
    Desk(
      WorkbenchState(
        opened: .init(
          dataset: "harbor", store: "harbor/.twinlens/annotations.sqlite",
          relations: ["/per/per/peer", "/per/misc/present_in"], hasModels: hasModels,
          hasRouter: hasModels, annotator: "cy", clock: { 20 }),
        posts: Samples.posts, history: history, size: Size(columns: columns, rows: rows)))
  }

  private func layer(_ desk: Desk) -> AdjudicationLayer? {
    desk.state.layers[AdjudicationLayer.self]
  }

  @Test func eachPlaceIsDecidedWithOneKey() throws {
    let history = try joined()
    var desk = desk(history)
    desk.press("J")
    #expect(desk.text.contains("annotators disagree on 1 post"))
    #expect(desk.text.contains("hb_0001  3 places  ann, bo"))
    desk.press("Return")
    #expect(desk.state.current == 0 && desk.text.contains("hb_0001: place 1 of 3"))
    #expect(desk.text.contains("1 ann") && desk.text.contains("2 bo"))
    // bo has no mention of 'RT's neighbour, ann has.
    #expect(desk.text.contains("no mention") && desk.text.contains("3 left"))
    desk.press("2")
    #expect(layer(desk)?.walk?.place == 1 && desk.text.contains("2 left"))
    desk.press("Return")
    #expect(desk.noticeText.hasPrefix("2 places are left"))
    desk.press("1", "2")
    #expect(desk.text.contains("all decided"))
    #expect(desk.services.stored.isEmpty, "nothing is edited before the last key")
    desk.press("Return")
    #expect(desk.state.layers.isBrowsing)
    #expect(desk.noticeText.contains("hb_0001 is adjudicated"))
    #expect(desk.noticeText.contains("every disagreement is settled"))
    #expect(desk.gold == ["3-5 PER", "6-8 MISC"])
    #expect(desk.state.currentPost?.relations.map(\.label) == ["/per/per/peer"])
    #expect(desk.state.review(0) == .adjudicated)
    let made = desk.services.stored
    #expect(
      made.allSatisfy { $0.annotator == "cy" } && Set(made.map(\.group)) == [made[0].sequence])
    // One key takes all of it back.
    let before = desk.state.posts.indices.map { history.labels(of: desk.state.posts[$0]) }
    desk.press("u")
    #expect(
      desk.state.posts.indices.map { desk.state.history.labels(of: desk.state.posts[$0]) } == before
    )
    desk.press("ctrl+r")
    #expect(desk.state.review(0) == .adjudicated)
    desk.press("J")
    #expect(
      desk.noticeText == "every disagreement is settled: 1 post; annotators agree on 1 more")
    // What annotators said is what they said, whatever was decided.
    let labels = AnnotatorLabels(desk.state.history.steps) { id in
      Samples.posts.first { $0.id == id }
    }
    #expect(labels.labels(of: "hb_0001", by: 0)?.mentions.count == 3)
    expectInvariants(desk.state)
  }

  /// What was merged after a post was adjudicated puts it on the list again.
  @Test func laterLabelsAreDecidedOnAgain() throws {
    var desk = desk(try joined())
    desk.press("J", "Return", "1", "1", "1", "Return", "J")
    #expect(desk.noticeText.hasPrefix("every disagreement is settled: 1 post"))
    let dataset = Dataset(name: "harbor", posts: Samples.posts)
    var eve = EditHistory()
    let accept = try #require(Edit.reviewing(dataset.posts[0], from: .untouched))
    try eve.apply(accept, to: dataset.posts[0], by: "eve", at: 5)
    let merged = StepMerge.missing(from: eve.steps, in: desk.state.history, over: dataset)
    desk.send(.othersWrote(AnnotationStore.Others(merged.steps)))
    #expect(desk.state.review(0) == .adjudicated, "eve's step is earlier than the decision")
    desk.press("J")
    #expect(desk.text.contains("ann, bo, eve"))
    // What was decided is offered, place by place.
    desk.press("Return")
    #expect(desk.text.contains("as decided before"), "\(desk.text)")
    let verdict = try #require(layer(desk)?.found.first?.verdict)
    #expect(layer(desk)?.walk?.choices == verdict && !verdict.contains(nil))
    let decided = desk.gold
    desk.press("u")
    #expect(desk.text.contains("1 left"))
    desk.press("2", "k", "1", "Return")
    #expect(desk.gold == decided && desk.state.review(0) == .adjudicated)
  }

  /// The list of what is divided tells that a post of it was decided on.
  @Test func aListOfTheDividedCountsDown() throws {
    var desk = desk(try joined())
    desk.command("search is:divided")
    #expect(desk.text.contains("1/1 of 5 for is:divided"), "\(desk.text)")
    desk.press("J", "Return", "1", "1", "1", "Return")
    #expect(desk.text.contains("for is:divided, 1 no longer matches"), "\(desk.text)")
  }

  /// ann accepted the third post; bo rejects it.
  private func withRejection() throws -> EditHistory {
    let dataset = Dataset(name: "harbor", posts: Samples.posts)
    var bo = EditHistory()
    let post = dataset.posts[2]
    let rejection = try #require(Edit.reviewing(post, from: .untouched, to: .rejected))
    try bo.apply(rejection, to: post, by: "bo", at: 15)
    let union = StepMerge.union([try joined().steps, bo.steps], over: dataset)
    return EditHistory.replaying(union.steps, over: dataset).history
  }

  @Test func whatOneAcceptedAndAnotherRejectedIsDecidedOn() throws {
    var desk = desk(try withRejection())
    #expect(desk.state.review(2) == .rejected)
    desk.press("J", "j", "Return")
    #expect(desk.text.contains("place 1 of 1") && desk.text.contains("the post"), "\(desk.text)")
    #expect(desk.text.contains("1 ann  accepted") && desk.text.contains("2 bo   rejected"))
    let labels = try #require(desk.state.currentPost?.mentions)
    #expect(
      labels.allSatisfy { desk.text.contains("\($0.type.rawValue) ") }, "\(desk.text)")
    // Somebody is right.
    desk.press("0")
    #expect(desk.noticeText.hasPrefix("0 is no answer"))
    desk.press("1", "Return")
    #expect(desk.state.review(2) == .adjudicated)
    desk.press("Escape", "Escape", "J")
    #expect(desk.text.contains("annotators disagree on 1 post"))
    // It may be rejected, too, and is not asked again.
    desk.press("Escape")
    desk.press("u")
    #expect(desk.state.review(2) == .rejected)
    desk.press("J", "j", "Return", "2")
    #expect(desk.text.contains("all decided"))
    desk.press("Return")
    #expect(desk.state.review(2) == .rejected)
    desk.press("Escape", "Escape", "J")
    #expect(desk.text.contains("annotators disagree on 1 post"))
  }

  /// Which pair, and which end is which, is said in words.
  @Test func aPairIsNamed() throws {
    var desk = desk(try joined())
    desk.press("J", "Return", "j", "j")
    #expect(desk.text.contains("'Anna Berg' → 'St Mary'"), "\(desk.text)")
    #expect(
      desk.state.layers[AdjudicationLayer.self]?.sentences(desk.state).contains {
        $0.contains("'Anna Berg' → 'St Mary'")
      } == true)
  }

  /// What the file says is a reading, too, where nobody else says it; that nothing is there is
  /// offered once.
  @Test func theFilesLabelsCanBeTaken() throws {
    var desk = desk(try joined())
    desk.press("J", "Return", "j")
    #expect(desk.text.contains("place 2 of 3"))
    let readings = try #require(layer(desk)?.found[0].disagreements)
    #expect(readings.map { $0.readings.map(\.annotators) }.joined().contains(["the file"]) == false)
    let dataset = Dataset(name: "harbor", posts: Samples.posts)
    let post = dataset.posts[0]
    var stores: [[Step]] = []
    for (name, type) in [("ann", EntityType.location), ("bo", .organization)] {
      var history = EditHistory()
      let edit = try #require(Edit.setting(type, over: 6..<8, in: post))
      try history.apply(edit, to: post, by: name, at: 1)
      try history.apply(
        try #require(.reviewing(post, from: .edited)), to: post, by: name, at: 2)
      stores.append(history.steps)
    }
    let union = StepMerge.union(stores, over: dataset)
    var both = self.desk(EditHistory.replaying(union.steps, over: dataset).history)
    both.press("J", "Return")
    #expect(both.text.contains("3 the file  MISC"), "\(both.text)")
    #expect(both.text.contains("0 no mention"))
    both.press("3", "Return")
    #expect(both.gold == ["3-5 PER", "6-8 MISC"])
  }

  @Test func zeroIsNoneAndUTakesAChoiceBack() throws {
    var desk = desk(try joined())
    desk.press("J", "Return", "0", "0")
    #expect(
      layer(desk)?.walk?.choices == [
        PostReadings.Choice.none, PostReadings.Choice.none, nil,
      ])
    desk.press("u")
    #expect(layer(desk)?.walk?.place == 1 && layer(desk)?.walk?.choices.count { $0 == nil } == 2)
    desk.press("2", "0")
    desk.press("k", "k", "k")
    #expect(layer(desk)?.walk?.place == 0)
    desk.press("Tab", "Right")
    #expect(layer(desk)?.walk?.place == 2)
    desk.press("7")
    #expect(desk.noticeText.hasPrefix("7 is no answer"))
    desk.press("Return")
    #expect(desk.gold == ["3-5 PER", "6-8 LOC"])
    #expect(desk.state.currentPost?.relations.isEmpty == true)
  }

  @Test func escapeLeavesEverythingAsItWas() throws {
    let history = try joined()
    var desk = desk(history)
    desk.press("J", "Return", "1", "Escape")
    #expect(desk.text.contains("annotators disagree on 1 post"))
    desk.press("Return")
    #expect(layer(desk)?.walk?.choices == [nil, nil, nil])
    desk.press("Escape", "Escape")
    #expect(desk.state.layers.isBrowsing && desk.services.stored.isEmpty)
    #expect(desk.state.history == history)
  }

  /// The post, every reading and the numbers are on one screen, with the picture beside them.
  @Test(arguments: [(60, 20), (80, 24), (120, 36), (300, 90)])
  func itFits(_ columns: Int, _ rows: Int) throws {
    var desk = desk(try joined(), columns, rows, hasModels: true)
    desk.press("J", "Return")
    for place in 1...3 {
      #expect(desk.text.contains("place \(place) of 3"))
      #expect(desk.text.contains("1 ann") && desk.text.contains("2 bo"))
      // Where somebody says that nothing is there, it is offered with a name alone.
      #expect(desk.text.contains("0 no mention") == (place == 2))
      #expect(desk.text.contains("0 no relation") == (place == 3))
      let box = try #require(layer(desk)).box(desk.state)
      let panes = Panes(desk.state)
      #expect(box.endColumn <= panes.right.column && box.endRow <= panes.prompt.row)
      desk.press("j")
    }
    if columns >= 80 { #expect(desk.text.contains("PER────") || desk.text.contains("/per/")) }
    expectInvariants(desk.state)
  }

  /// Text of posts and names of annotators from other stores cannot steer the terminal.
  @Test func hostileNamesAndWordsAreShownSafely() throws {
    let post = Samples.posts[4]
    var histories: [EditHistory] = []
    for (name, type) in [("e\u{1B}[2Jve", EntityType("A\u{7}B")), ("bo", .person)] {
      var own = EditHistory()
      let edit = try #require(Edit.setting(type, over: 0..<2, in: post))
      try own.apply(edit, to: post, by: name, at: 1)
      let accept = try #require(Edit.reviewing(post, from: .edited))
      try own.apply(accept, to: post, by: name, at: 2)
      histories.append(own)
    }
    let dataset = Dataset(name: "harbor", posts: Samples.posts)
    let union = StepMerge.union(histories.map(\.steps), over: dataset)
    var desk = desk(EditHistory.replaying(union.steps, over: dataset).history)
    desk.press("J")
    let list = desk.text
    desk.press("Return")
    for text in [list, desk.text] {
      #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.value < 0x20 })
    }
    desk.press("1", "Return")
    #expect(desk.state.review(4) == .adjudicated)
  }

  /// The same as a script, as scripts of people run it.
  @Test func aScriptRunsThrough() throws {
    let services = FakeServices()
    var lines: [String] = []
    var runner = ScriptRunner(state: desk(try joined()).state, performer: services) {
      lines.append($0)
    }
    runner.run(
      try KeyScript.parse(
        "key J\nkey Return\nkey 2\nkey 1\nkey 2\nkey Return\nkey u", file: "adjudicate.keys"))
    let text = lines.joined(separator: "\n")
    #expect(text.contains("place 3 of 3") && text.contains("is adjudicated"))
    let commits = lines.filter { $0.hasPrefix("committed") }
    // The labels and the decision, and two steps that take them back.
    #expect(commits.count == 4)
    #expect(runner.state.review(0) != .adjudicated)
  }
}
