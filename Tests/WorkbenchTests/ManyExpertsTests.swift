import Corpora
import Extractors
import Inspection
import Screen
import Tensors
import Testing
import Traces

@testable import Queries
@testable import Workbench

/// Three taggers and two relation experts over the same posts.
@Suite("Many experts") struct ManyExpertsTests {
  private static let members = [
    ("bilstm-crf", ExpertTask.entities, false), ("riva", .entities, true),
    ("umt", .entities, true), ("mtb", .relations, false), ("mega-lite", .relations, true),
  ].map { PostAnalysis.Member(name: $0.0, task: $0.1, seesPicture: $0.2) }

  private func analysis(_ index: Int) -> PostAnalysis {
    var result = Samples.analysis(index)
    result.answers.append(
      Answer(
        expert: "umt", seesPicture: true,
        .mentions(
          Samples.prediction(
            "umt", Samples.posts[index], index == 0 ? [(3..<5, .person, 0.9)] : [], trace: .init()))
      ))
    result.members = Self.members
    result.router = "rds"
    return result
  }

  private func desk(_ columns: Int = 120, _ rows: Int = 36) -> Desk {
    var desk = Desk(Samples.state(columns, rows))
    desk.send(.analysed(analysis(0)))
    return desk
  }

  /// A table that has room for two of three says so.
  @Test func expertsWithoutAColumnAreCounted() {
    func counts(_ columns: Int) -> Bool {
      let text = desk(columns, 30).text
      return text.contains(" 2 of 3 experts") || text.contains(" 2/3 experts")
    }
    #expect(stride(from: 90, through: 140, by: 5).contains(where: counts) && !counts(200))
  }

  @Test func whatIsHiddenCanBeShownAgain() {
    var desk = desk()
    desk.command("hide umt")
    #expect(desk.noticeText == "umt is hidden; :hide umt shows it again, :hide all of them")
    #expect(!desk.state.seats.map(\.name).contains("umt"))
    desk.command("system umt")
    #expect(desk.noticeText.contains("umt is hidden; :hide umt shows it again"))
    desk.command("hide umt")
    #expect(desk.noticeText == "umt is shown" && desk.state.seats.map(\.name).contains("umt"))
    // An expert that was not asked about this post can be hidden too.
    desk.command("hide mtb")
    #expect(desk.state.choice.hidden == ["mtb"])
    desk.command("hide mtb")
    for name in ["bilstm-crf", "riva", "umt", "mtb"] { desk.command("hide \(name)") }
    desk.command("hide mega-lite")
    #expect(desk.noticeText == "mega-lite is the only expert on screen")
    desk.press(":")
    desk.type("hide mega")
    desk.press("Tab")
    #expect(desk.state.layers[CommandLayer.self]?.line.text == "hide mega-lite ")
  }

  /// Where rows are few, a gauge has its name without what explains it, rather than no place.
  @Test func namesOfGaugesAreShort() {
    var desk = Desk(Samples.state(80, 24))
    var trace = Trace()
    trace.append(
      Signal(
        name: "rgn/gate", caption: "relation gate s^G: the picture adds to the text",
        kind: .scalar(low: 0, high: 1, threshold: 0.5, percentile: 0.34),
        tensor: Tensor(scalar: 0.25)))
    let post = desk.state.posts[0]
    var analysis = Samples.analysis(0)
    analysis.answers = [
      Answer(
        expert: "riva", seesPicture: true,
        .mentions(
          Prediction(
            expert: "riva", mentions: [], labels: ["O", "B-PER"], marginals: [],
            path: post.tokens.map { _ in 0 }, trace: trace)))
    ]
    desk.send(.analysed(analysis))
    #expect(desk.text.contains("relation gate s^G     .25 34%"), "\(desk.text)")
    desk.state.size = Size(columns: 200, rows: 50)
    #expect(desk.text.contains("relation gate s^G: the picture adds to the text"))
  }

  /// What can be negative grows from where nothing is, to either side.
  @Test(arguments: [
    (-1.0, "####...."), (-0.4, "..##...."), (0, "........"), (0.5, "....##.."), (1, "....####"),
  ])
  func barsGrowFromNothing(_ value: Double, _ drawn: String) {
    var state = Samples.state(80, 24)
    state.look = Look(theme: state.look.theme, glyphs: .ascii, sanitizer: state.look.sanitizer)
    var pen = Pen(size: Size(columns: 8, rows: 1), look: state.look)
    state.bar(
      &pen, Box(column: 0, row: 0, columns: 8, rows: 1), row: 0, value: (value + 1) / 2, from: 0.5)
    #expect(pen.frame.lines == [drawn])
  }

  /// With many experts a gauge says whose it is, and its name is whole wherever it stands.
  @Test(arguments: [(80, 24), (100, 30), (120, 36), (200, 50)])
  func namesOfGaugesAreWhole(_ columns: Int, _ rows: Int) throws {
    let desk = desk(columns, rows)
    let at = try #require(SidePanel.all.firstIndex { $0.title == "gates and router" })
    let box = try #require(Panes(desk.state).panels[at])
    let lines = view(desk.state).lines[box.row..<box.endRow].map {
      String($0.dropFirst(box.column).prefix(box.columns))
    }
    let words = lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
    let left = words.firstMatch(of: #/(\d+) more; z gives room/#).flatMap { Int($0.1) } ?? 0
    let captions = desk.state.gauges.map(\.caption)
    #expect(captions.count > left && captions.allSatisfy { $0.contains(": ") })
    for caption in captions.dropLast(left) {
      // Bar and numbers stand at its end.
      #expect(words.contains(caption), "\(lines.joined(separator: "\n"))")
    }
    #expect(!words.contains("…"))
  }

  /// Columns keep their names while the next post's answers are on their way.
  @Test func columnsAreThereBeforeTheAnswers() {
    var desk = desk()
    desk.press("G", answers: false)
    #expect(desk.state.analysis == nil)
    #expect(desk.state.seats.map(\.name) == ["bilstm-crf", "riva", "umt"])
    #expect(desk.text.contains("bilstm-crf") && !desk.text.contains("multimodal  "))
  }

  @Test func whoIsOnScreenDecidesWhatIsDisputed() {
    var desk = desk()
    desk.isQuiet = true
    var batch = FactBatch()
    for index in Samples.posts.indices {
      // umt stands alone on two posts, the relation experts differ on a third.
      batch.verdicts[index] = [
        "bilstm-crf": 2, "riva": 2, "umt": index < 2 ? 4 : 2, "mtb": 3,
        "mega-lite": index == 3 ? 5 : 3,
      ]
    }
    desk.send(.facts(batch))
    desk.press("D")
    #expect(desk.state.queue.count == 3)
    desk.command("hide umt")
    #expect(desk.state.queue.count == 1, "the list is made again")
    desk.command("hide umt")
    #expect(desk.state.queue.count == 3)
    for name in ["riva", "umt", "mtb"] { desk.command("hide \(name)") }
    desk.press("Escape", "D")
    #expect(desk.noticeText.contains("no two experts on screen answer the same question"))
  }

  /// What an expert that failed would have said is not known, and not called agreement.
  @Test func failuresAreNoAgreement() {
    var desk = desk()
    desk.isQuiet = true
    var batch = FactBatch()
    for index in Samples.posts.indices { batch.verdicts[index] = ["bilstm-crf": 2, "riva": 2] }
    batch.failures[1] = .init(.dispute, "hb_0002: umt: the program has ended without an answer")
    desk.send(.facts(batch))
    desk.press("D")
    #expect(desk.noticeText.contains("umt: the program has ended"), "\(desk.text)")
  }

  @Test func disagreementIsMarkedBesideWordsAndPairs() {
    let desk = desk(200, 50)
    let row = desk.text.split(separator: "\n").first { $0.contains("St Mary ") && $0.contains("≠") }
    #expect(row?.contains("⇄") == true)
  }

  /// Where not all columns fit, the line of hints says how many there are and which key turns them.
  @Test func theKeyThatTurnsColumnsIsNamed() {
    let narrow = desk(80, 24)
    #expect(narrow.text.contains("s next of 3 experts"))
    #expect(!narrow.text.contains("s system"))
    #expect(Desk(Samples.state(300, 90)).text.contains("s system"))
  }

  /// A key that is about a layer's signals waits for them, however fast it comes.
  @Test func keysWaitForTheReasonsOfARoute() {
    var slow = desk()
    slow.press("e", answers: false)
    slow.press("#", answers: false)
    #expect(slow.state.isHoldingInput && slow.state.layers[NumbersLayer.self] == nil)
    slow.send(.explained(Samples.explanation(0)))
    #expect(slow.state.layers[NumbersLayer.self] != nil)
    var fast = desk()
    fast.press("e", "#")
    #expect(fast.text == slow.text)
  }

  /// The folder's router may choose between others than those that are open.
  @Test func aRouterThatIsLeftOutIsNotThere() {
    var desk = Desk(Samples.state(120, 36), answers: false)
    var found = analysis(0)
    found.router = nil
    found.decision = nil
    desk.send(.analysed(found))
    #expect(!desk.state.opened.hasRouter)
    desk.press("t")
    #expect(desk.noticeText.contains("no router is loaded"))
  }
}
