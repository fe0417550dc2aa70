import Corpora
import Extractors
import Inspection
import Screen
import Testing
import Traces

@testable import Workbench

/// What has no room says so and how much it is; what has room is not cut.
@Suite("Room on the screen") struct RoomTests {
  private func state(_ words: Int, ascii: Bool = false) -> WorkbenchState {
    let text = (0..<words).map { "word\($0)" }.joined(separator: " ")
    let post = Samples.post("long", text, [], image: nil)
    var state = WorkbenchState(
      opened: .init(dataset: "long", store: "", hasModels: false, hasRouter: false, clock: { 0 }),
      posts: [post], size: Size(columns: 80, rows: 24))
    if ascii { state.look = Look(glyphs: .ascii, sanitizer: Sanitizer(ascii: true)) }
    return state
  }

  /// The numbers behind an arrow in a frame.
  private func numbers(_ arrow: Character, _ state: WorkbenchState) -> [Int] {
    view(state).lines.compactMap { line in
      guard let at = line.firstIndex(of: arrow) else { return nil }
      return Int(line[line.index(after: at)...].prefix { $0.isNumber })
    }
  }

  @Test func linesOutOfSightAreCounted() {
    for ascii in [false, true] {
      let glyphs: Glyphs = ascii ? .ascii : .unicode
      let (up, down) = (Character(glyphs.up), Character(glyphs.down))
      var state = state(300, ascii: ascii)
      let below = numbers(down, state)
      #expect(below.count == 1 && numbers(up, state).isEmpty, "\(view(state).text)")
      // As many above at the end as below at the beginning, and as many together between.
      state.token = 299
      #expect(numbers(up, state) == below && numbers(down, state).isEmpty)
      state.token = 150
      let both = numbers(up, state) + numbers(down, state)
      #expect(both.count == 2 && both.reduce(0, +) == below.first, "\(view(state).text)")
    }
    #expect(numbers("↓", state(5)).isEmpty)
  }

  @Test func linesBelowAPaneAreCounted() {
    var pen = Pen(size: Size(columns: 20, rows: 6), look: Look(glyphs: .unicode))
    let box = Box(column: 0, row: 0, columns: 10, rows: 3)
    let next = pen.wrap("one two three four five six seven eight", in: box, row: 1)
    #expect(pen.cut == next - box.rows && pen.cut > 1)
    pen.line("one more", in: box, row: next)
    #expect(pen.cut == next + 1 - box.rows)
    pen.miss(next + 1, in: box, lines: 2)
    pen.markCut(in: box)
    #expect(pen.frame.lines[2].contains("↓\(next + 3 - box.rows)"))
    // What fits is not marked.
    var roomy = Pen(size: Size(columns: 20, rows: 6), look: Look(glyphs: .unicode))
    roomy.wrap("one two", in: box, row: 0)
    roomy.markCut(in: box)
    #expect(roomy.cut == 0 && !roomy.frame.lines.joined().contains("↓"))
  }

  /// The free columns go to the names that are cut, and the sum stays as wide as the pane.
  @Test func namesTakeTheFreeColumns() {
    func table(_ columns: Int) -> WorkbenchState.MentionTable {
      .init(columns: columns, rows: 12, mentions: 2, seats: 2, type: 4)
    }
    let narrow = table(33)
    #expect(narrow.answers == [10, 10] && narrow.gold == 7)
    // One column has no space behind it.
    let wider = narrow.widened(for: [10, 4], longest: 9, columns: 33)
    #expect(wider.answers == [11, 10] && wider.words == narrow.words)
    #expect(narrow.widened(for: [40, 40], longest: 9, columns: 33).answers == [15, 10])
    #expect(narrow.widened(for: [4, 4], longest: 9, columns: 33).answers == [10, 10])
    // Where mentions are shorter than their column, names take what is over.
    let wide = table(70)
    let named = wide.widened(for: [20, 16], longest: 9, columns: 70)
    #expect(named.answers == [21, 17])
    #expect(named.words == 70 - wide.gold - 38 + 1 && named.words >= 12)
    let full = wide.widened(for: [20, 16], longest: 60, columns: 70)
    #expect(full.words == wide.words)
    // Many mentions in a narrow pane: their types without probabilities.
    let brief = WorkbenchState.MentionTable(columns: 29, rows: 8, mentions: 5, seats: 2, type: 4)
    #expect(brief.isBrief && brief.rowsPerMention == 1 && brief.words >= 12)
  }

  @Test func aNameIsNotCutBesideFreeColumns() {
    let desk = Desk(Samples.state(80, 24))
    #expect(desk.text.contains("bilstm-crf "), "\(desk.text)")
    #expect(!desk.text.contains("bilstm-c…"))
  }

  /// Head and tail say what they are and of which type, as far as there is room.
  @Test func endsOfAPairKeepTheirType() {
    let mark = TextPane.Mark(
      range: 0..<1, names: ["head PER", "H PER"], style: .plain, brief: ("H", "PER"))
    #expect((1...6).map { mark.shortened(to: $0) } == ["H", "HP", "H P", "HPER", "HPER", "HPER"])
    #expect(TextPane.Mark(range: 0..<1, names: ["x"], style: .plain).shortened(to: 3) == nil)
    // Two names of four and three letters beside each other.
    var state = Samples.state(80, 24)
    let post = Samples.post(
      "pair", "Anna Ulm x", [(0..<1, .person), (1..<2, .location)], image: nil,
      relations: [RelationMention(head: 0..<1, tail: 1..<2, label: "/per/per/peer")])
    state = WorkbenchState(
      opened: .init(
        dataset: "pair", store: "", relations: ["/per/per/peer"], hasModels: false,
        hasRouter: false, clock: { 0 }),
      posts: [post], size: Size(columns: 80, rows: 24))
    let text = Desk(state).text
    #expect(text.contains("HPER tail LOC"), "\(text)")
  }

  /// What cannot be looked at is said before anything is drawn.
  @Test func regionsNeedAnExpertThatLooksAtThem() {
    var state = Samples.state(80, 24)
    var member = PostAnalysis.Member(name: "riva", task: .entities, seesPicture: true)
    state.members = [member]
    var desk = Desk(state)
    desk.press("B")
    #expect(desk.noticeText.contains("no expert that is open looks at regions"))
    #expect(desk.noticeText.contains("--system NAME"))
    #expect(desk.state.layers[RegionLayer.self] == nil)
    member.takesRegions = true
    desk.state.members = [member]
    desk.press("B")
    #expect(desk.state.layers[RegionLayer.self] != nil)
    #expect(desk.text.contains("region 1 of 1"), "\(desk.text)")
    // It can be closed, whoever is open by now.
    desk.state.size = Size(columns: 120, rows: 36)
    desk.state.members = [PostAnalysis.Member(name: "x", task: .entities, seesPicture: true)]
    #expect(desk.text.contains("no expert that is open looks at regions"))
    desk.press("B")
    #expect(desk.state.layers[RegionLayer.self] == nil)
  }

  @Test func nothingToStepThroughIsSaid() {
    var desk = Desk(Samples.state(80, 24))
    desk.command("system bilstm-crf")
    for key in [".", ","] {
      desk.press(key)
      #expect(desk.noticeText.contains("bilstm-crf shows nothing here that has heads, layers"))
      #expect(desk.noticeText.contains("s shows the next system"))
    }
    desk.command("system riva")
    desk.press(".")
    #expect(desk.noticeText.contains("head 1 of 8"))
    desk.command("hide bilstm-crf")
    desk.state.choice.hidden = ["bilstm-crf", "riva"]
    desk.press(".")
    #expect(desk.noticeText.contains("hidden; :hide shows them again"))
  }

  /// An expert that learned no labels shows its signals and has no row and no column of answers.
  @Test func whoHasNoLabelsHasNoRow() {
    var analysis = Samples.analysis(0)
    let post = Samples.posts[0]
    analysis.answers.removeAll(where: \.seesPicture)
    let silent = Prediction(
      expert: "silent", mentions: [], labels: ["O"], marginals: post.tokens.map { _ in [1] },
      path: post.tokens.map { _ in 0 }, trace: Trace())
    analysis.answers.append(Answer(expert: "silent", seesPicture: true, .mentions(silent)))
    var members = ["bilstm-crf", "silent"].map {
      PostAnalysis.Member(name: $0, task: .entities, seesPicture: $0 == "silent")
    }
    members[1].isWithoutLabels = true
    analysis.members = members
    var desk = Desk(Samples.state(120, 36))
    desk.send(.analysed(analysis))
    #expect(desk.state.seats.map(\.name) == ["bilstm-crf"])
    #expect(desk.state.systems.map(\.expert) == ["bilstm-crf"])
    #expect(desk.state.tracedSystems.map(\.system).contains("silent"))
    #expect(desk.state.disputedRanges.isEmpty && desk.state.nothingDisputed != nil)
    #expect(desk.text.contains(/bilstm-crf +B-PER/) && !desk.text.contains(/silent +O/))
    #expect(analysis.chosen?.expert == "bilstm-crf")
  }
}
