import Annotations
import Corpora
import Screen
import Tensors
import Testing

@testable import Workbench

/// What the screen gives its room to.
@Suite("The screen's design") struct DesignTests {
  @Test(arguments: [
    (["hb_0001", "hb_0002", "hb_0010"], ["01", "02", "10"]),
    (["dev-00001", "dev-00002", "test-00001"], ["1", "2", "test-00001"]),
    (["dev-01", "dev-02", "test-01", "test-02"], ["dev-01", "dev-02", "test-01", "test-02"]),
    (["dev-01", "dev-02", "test-13", "test-14"], ["1", "2", "3", "4"]),
    (["pairs", "other"], ["pairs", "other"]),
    (["102", "201", "149"], ["102", "201", "149"]),
    (["7", "42", "1007"], ["7", "42", "1007"]),
    (["820731846", "820112846", "820112847"], ["731846", "112846", "112847"]),
    (["16_05_15_484", "16_05_15_517", "16_05_29_510"], ["484", "517", "16_05_29_510"]),
    ([""], [""]),
  ])
  func idsAreToldAsFarAsTheyDiffer(_ ids: [String], _ expected: [String]) {
    let short = ShortIDs(ids)
    #expect(ids.map { short.short($0) } == expected)
  }

  /// Whatever the ids are, what is shown is the end of one, and differs where the ids begin alike.
  @Test(arguments: 0..<40) func shortIDsAreTheEndsOfIDs(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let stems = ["a", "ab", "b-", "x_", "", "7-", "é"].shuffled(using: &random).prefix(4)
    let ids = Set(
      (0..<60).map { _ in
        stems.randomElement(using: &random)! + "\(Int.random(in: 0..<2000, using: &random))"
      })
    let short = ShortIDs(ids)
    #expect(ids.allSatisfy { $0.hasSuffix(short.short($0)) }, "seed \(seed)")
    for stem in stems {
      let own = ids.filter { $0.hasPrefix(stem) && $0.dropFirst(stem.count).allSatisfy(\.isNumber) }
      #expect(Set(own.map { short.short($0) }).count == own.count, "seed \(seed), \(stem)")
    }
  }

  /// No line of the text has rows under it in which nothing stands.
  @Test(arguments: [(80, 24), (120, 36), (200, 50)])
  func noRowUnderTheWordsIsBlank(_ columns: Int, _ rows: Int) {
    for index in Samples.posts.indices {
      var desk = Desk(Samples.state(columns, rows))
      for _ in 0..<index { desk.press("j") }
      let panes = Panes(desk.state)
      let lines = view(desk.state).lines
      for row in panes.text.row..<panes.text.endRow {
        let line = lines[row].dropFirst(panes.text.column + (panes.showsExperts ? 7 : 0))
          .prefix(panes.text.columns)
        // Wide characters make a line of text shorter than its cells.
        #expect(line.contains { $0 != " " && $0 != "│" }, "row \(row) of \(desk.text)")
      }
    }
  }

  /// Where no post has a picture, none takes room from the words.
  @Test(arguments: [(80, 24), (120, 36), (200, 50)])
  func withoutPicturesTheWordsHaveTheRoom(_ columns: Int, _ rows: Int) {
    var state = Samples.state(columns, rows, hasModels: false)
    state.opened.hasPictures = false
    state.opened.hasRouter = false
    var desk = Desk(state)
    let panes = Panes(desk.state)
    #expect(panes.right.isEmpty && panes.picture == nil)
    #expect(panes.centre.endColumn == columns)
    #expect(!desk.text.contains("picture ─"))
    desk.press("z")
    #expect(desk.state.fullScreen == .text, "there is no picture to fill the screen")
    desk.press("z")
    #expect(desk.state.fullScreen == nil)
    // What models say has the whole column.
    var other = Samples.state(columns, rows)
    other.opened.hasPictures = false
    let with = Panes(Desk(other).state)
    #expect(with.picture == nil && with.panels.contains { ($0?.rows ?? 0) > rows / 3 })
  }

  @Test func whatWasNotJudgedIsNotCalledGold() {
    var desk = Desk(Samples.state(120, 36))
    #expect(desk.text.contains("labels") && !desk.text.contains("gold "), "\(desk.text)")
    desk.press("Return", "k")
    #expect(desk.text.contains("gold "), "\(desk.text)")
  }

  @Test func panelsWithNothingToSayAreNotThere() {
    let without = Desk(Samples.state(120, 36, hasModels: false))
    #expect(!without.text.contains("router") && !without.text.contains("training"))
    let picture = Panes(without.state).picture
    let with = Panes(Desk(Samples.state(120, 36)).state).picture
    #expect(picture.map { $0.rows * $0.columns } ?? 0 > (with.map { $0.rows * $0.columns } ?? 0))
  }

  @Test func theLegendIsThereWithTheHeat() {
    var desk = Desk(Samples.state(120, 36))
    #expect(Panes(desk.state).legend == nil)
    desk.press("H")
    #expect(Panes(desk.state).legend != nil && desk.text.contains("mean of 8"))
  }

  /// `z` gives the screen away and back; what is to be seen takes it back meanwhile.
  @Test func oneThingCanHaveTheScreen() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("z")
    #expect(Panes(desk.state).picture == Box(column: 0, row: 2, columns: 120, rows: 32))
    desk.press("c")
    #expect(desk.state.fullScreen == nil && desk.state.choice.fullScreen == .picture)
    desk.press("Escape")
    #expect(desk.state.fullScreen == .picture)
    desk.press("z")
    #expect(Panes(desk.state).centre.columns == 120 && Panes(desk.state).picture == nil)
    desk.press("e")
    #expect(desk.state.fullScreen == .text, "what stands under the text is to be seen there")
    desk.press("e", "#")
    #expect(desk.state.fullScreen == nil && Panes(desk.state).cover != nil)
    desk.press("#", "z")
    #expect(Panes(desk.state).panels.allSatisfy { $0 != nil })
    desk.press("Escape")
    #expect(desk.state.fullScreen == nil)
    // Without the models there are no values.
    desk.press("Z", "z", "z")
    #expect(desk.state.fullScreen == .text)
    desk.press("z")
    #expect(desk.state.fullScreen == nil)
  }

  /// An edit brings back what it changed.
  @Test func nobodyEditsWhatIsNotSeen() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("z")
    #expect(view(desk.state).lines[34].hasPrefix(" Esc back  z the text"), "\(desk.text)")
    desk.press("L")
    #expect(desk.state.fullScreen == nil && desk.text.contains("PER → LOC"))
    desk.press("z", "z", "P")
    #expect(desk.state.fullScreen == .text)
  }

  /// What to do next stands behind a short notice.
  @Test func hintsStandBehindShortNotices() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("Return")
    #expect(view(desk.state).lines[34].contains("accept hb_0001   Enter accept"), "\(desk.text)")
    desk.press("3")
    #expect(!view(desk.state).lines[34].contains("Enter accept"))
  }

  /// Where the file holds pairs alone, types are no hints.
  @Test func pairsAloneHaveNoHintsForTypes() {
    let desk = RelationTests().desk(80, 24)
    #expect(!view(desk.state).lines[22].contains("PER"), "\(desk.text)")
    #expect(view(desk.state).lines[22].contains("c relation"))
  }

  /// With the cursor on what an expert suggests, the first hint says how to take it.
  @Test func theHintSaysHowToTakeASuggestion() {
    var desk = Desk(Samples.state(80, 24))
    desk.press("j", "j", "4", "w")
    #expect(view(desk.state).lines[22].contains("+ take PER  Enter accept"), "\(desk.text)")
  }

  /// What somebody wrote stands first, and what has no room is counted.
  @Test func notesComeFirstAndMentionsAreCounted() {
    var desk = Desk(Samples.state(80, 24))
    desk.press("N")
    desk.type("look here again please, before the others do")
    desk.press("Return")
    let panes = Panes(desk.state)
    let line = view(desk.state).lines[panes.details.row].dropFirst(panes.details.column)
    #expect(line.hasPrefix("note: look here"), "\(desk.text)")
    desk.state.size = Size(columns: 80, rows: 20)
    desk.press("j", "j")
    #expect(desk.text.contains(" of 5"), "\(desk.text)")
  }

  /// Numbers and names that decide are whole at the sizes people work in.
  @Test(arguments: [(80, 24), (120, 36)])
  func whatDecidesIsNotCut(_ columns: Int, _ rows: Int) {
    for index in 0..<4 {
      var desk = Desk(Samples.state(columns, rows))
      for _ in 0..<index { desk.press("j") }
      let panes = Panes(desk.state)
      let lines = view(desk.state).lines
      for row in panes.centre.row..<panes.centre.endRow {
        // Many mentions beside each other are told by their beginnings: they stand in the text.
        let words = columns == 80 && index == 2 ? 13 : 0
        let line = lines[row].dropFirst(panes.centre.column + words)
        #expect(!line.contains("…"), "post \(index), row \(row): \(line)")
      }
    }
  }
}
