import Corpora
import Screen
import TestSupport
import Testing

@testable import Workbench

@Suite struct RelationTests {
  func desk(_ columns: Int = 80, _ rows: Int = 24) -> Desk {
    Desk(RelationSamples.state(columns, rows))
  }

  @Test(arguments: RelationInventory.mnre) func everyLabelTakesTwoKeys(_ label: String) throws {
    var desk = desk()
    desk.press(")", "c")
    let key = try #require(desk.state.inventory.key(of: label))
    desk.send(.key(.character(key)))
    #expect(desk.state.pairs.map(\.label) == ["/per/org/member_of", label, "None"])
    #expect(desk.state.layers.isBrowsing)
    #expect(desk.state.review(0) == (label == "None" ? .untouched : .edited))
    #expect(desk.services.stored.count == (label == "None" ? 0 : 1))
    expectInvariants(desk.state)
  }

  @Test func fittingLabelsComeFirst() throws {
    var desk = desk()
    // The pair's own label says what its ends are.
    desk.press("c")
    let first = try #require(desk.state.layers[RelationLayer.self])
    #expect(first.fitting == ["None", "/per/org/member_of"])
    #expect(first.entries[first.chosen] == "/per/org/member_of")
    #expect(Set(first.entries) == Set(RelationInventory.mnre) && first.entries.count == 23)
    // The second has no label: the names stand in other pairs, of this post and of another.
    desk.press("Escape", ")", "c")
    let second = try #require(desk.state.layers[RelationLayer.self])
    #expect(second.headType == .person && second.tailType == .location)
    #expect(
      second.fitting == ["None", "/per/loc/place_of_residence", "/per/loc/place_of_birth"])
    desk.press("Down", "Return")
    #expect(desk.state.pair?.label == "/per/loc/place_of_residence")
  }

  @Test func typesOfMentionsCountFirst() throws {
    var desk = Desk(Samples.state())
    desk.press("c")
    let chooser = try #require(desk.state.layers[RelationLayer.self])
    #expect(chooser.headType == .person && chooser.tailType == .miscellaneous)
    #expect(chooser.fitting == ["None", "/per/misc/present_in"])
  }

  @Test func undoRedoAndMarks() {
    var desk = desk()
    desk.press("c", "0")
    #expect(desk.state.pair?.label == "None" && desk.state.pairs.count == 3)
    #expect(desk.noticeText == "/per/org/member_of → None on 'Ada Lund', 'Grayport Rovers'")
    #expect(desk.state.pair.map(desk.state.isEdited) == true)
    desk.press("j", "u")
    #expect(desk.state.current == 0 && desk.state.pair?.label == "/per/org/member_of")
    #expect(desk.state.review(0) == .untouched)
    desk.press("ctrl+r", "Return")
    #expect(desk.state.post(0).relations[0].label == "None")
    #expect(desk.state.review(0) == .reviewed)
    #expect(desk.services.stored.map(\.name).last == "accept pairs")
  }

  @Test func pairsAreMadeAndRemoved() {
    var desk = desk()
    desk.press(")", "w", "y")
    #expect(desk.state.newHead == 3..<5)
    #expect(desk.text.contains("head──"))
    desk.press("b", "y")
    #expect(desk.text.contains("new pair: 'Grayport Rovers' → 'Ada Lund'"))
    // The ends change places before there is a pair; then it is the one that is there.
    desk.press("Tab")
    #expect(!desk.text.contains("new pair"))
    desk.press("Escape", "(", "w", "y", "b", "y")
    desk.type("u")
    #expect(desk.state.pairs.count == 4)
    #expect(
      desk.state.pair
        == RelationMention(head: 3..<5, tail: 0..<2, label: "/org/org/subsidiary"))
    desk.press("c", "Delete")
    #expect(desk.state.pairs.count == 3)
    desk.press("-")
    #expect(desk.state.pairs.count == 2)
    desk.press("u", "u", "u")
    #expect(desk.state.pairs == RelationSamples.posts[0].relations)
  }

  @Test func selectedWordsCanBeAnEnd() {
    var desk = desk()
    // Where nothing is labelled but pairs, the word under the cursor is one.
    desk.press("l", "l", "y")
    #expect(desk.noticeText.hasPrefix("head 'joins'"))
    desk.press("Escape", "v", "y", "w", "y", "0")
    #expect(desk.state.pairs.last == RelationMention(head: 2..<3, tail: 3..<5, label: "None"))
    desk.press("y", "y")
    #expect(desk.noticeText.contains("alone"))
    desk.press("y", "Escape")
    #expect(desk.state.newHead == nil)
  }

  @Test func noneRemovesWhereTheDatasetHasNoNone() {
    var desk = Desk(RelationSamples.state(relations: ["/per/org/member_of"]))
    desk.press("c", "0")
    #expect(desk.state.pairs.count == 2)
  }

  @Test func otherKeysSetNothing() {
    var desk = desk()
    for key in ["z", ":", "/", "F5", "Z"] {
      desk.press("c", key)
      #expect(desk.state.pairs == RelationSamples.posts[0].relations, "\(key)")
      desk.press("Escape")
    }
    desk.press("c")
    desk.send(.paste("0"))
    #expect(desk.state.pairs == RelationSamples.posts[0].relations)
  }

  @Test func clicksChoosePairsAndLabels() throws {
    var desk = desk(120, 36)
    func place(_ words: String) throws -> Position {
      let lines = view(desk.state).lines
      let row = try #require(lines.firstIndex { $0.contains(words) })
      let line = lines[row]
      let start = try #require(line.range(of: words)).lowerBound
      return Position(column: line.distance(from: line.startIndex, to: start), row: row)
    }
    desk.send(.key(.click(try place("Grayport Rovers → Tarn"))))
    #expect(desk.state.pair?.head == 3..<5 && desk.state.pair?.tail == 6..<7)
    desk.press("c")
    desk.send(.key(.click(try place("L locate_at"))))
    #expect(desk.state.pair?.label == "/org/loc/locate_at")
    desk.press("c")
    desk.send(.key(.click(Position(column: 110, row: 3))))
    #expect(desk.state.layers.isBrowsing)
  }

  @Test func nothingIsShownWithoutRelations() {
    let plain = Samples.posts.map { post in
      var copy = post
      copy.relations = []
      return copy
    }
    var desk = Desk(RelationSamples.state(relations: [], posts: plain))
    #expect(!desk.text.contains("pair") && !desk.text.contains("relation"))
    for key in ["c", ")", "(", "y", "-"] {
      desk.press(key)
      #expect(desk.noticeText.contains("the dataset has no relations"), "\(key)")
    }
  }

  @Test func searchKnowsEditedRelations() {
    var desk = desk()
    desk.press("c", "r")
    desk.command("search relation:present_in")
    #expect(desk.state.queue.filter == [0])
    desk.command("search relation:member_of")
    #expect(desk.noticeText.contains("no post matches"))
  }

  @Test func expertsAreHeldAgainstGold() {
    var desk = desk(120, 36)
    desk.send(.analysed(RelationSamples.analysis(0)))
    #expect(desk.state.disagreements == [0])
    #expect(desk.text.contains("mtb /per/loc/place_of_residence .64"))
    #expect(desk.text.contains("/per/org/member_of ≠"))
  }

  @Test func thePairOnScreenDecidesTheMap() {
    var desk = desk(120, 36)
    desk.send(.analysed(RelationSamples.analysis(0)))
    #expect(desk.state.shownName == "mega-lite" && desk.state.spatialSignal != nil)
    let first = desk.state.heat?.values
    desk.press(")")
    #expect(first != nil && desk.state.heat != nil && desk.state.heat?.values != first)
    var state = desk.state
    _ = state.chooseSystem(nil)
    #expect(state.shownName == "mtb" && state.spatialSignal == nil)
    _ = state.chooseSystem("mega-lite")
    #expect(state.shownName == "mega-lite" && state.spatialSignal != nil)
  }

  @Test(arguments: GoldenFrameTests.sizes) func frames(_ size: Size) throws {
    var texts: [String] = []
    var desk = desk(size.columns, size.rows)
    desk.send(.analysed(RelationSamples.analysis(0)))
    texts.append(desk.text)
    desk.press(")", "c")
    texts.append(desk.text)
    desk.press("o", "j", "j", ")", ")", ")", ")", ")", ")", ")")
    texts.append(desk.text)
    desk.press("j")
    texts.append(desk.text)
    try expectGolden(
      texts.joined(separator: "\n\n"), "relations-\(size.columns)x\(size.rows)")
  }

  @Test func everySizeIsDrawn() {
    for columns in [60, 61, 77, 78, 80, 100, 140, 300] {
      for rows in [20, 21, 24, 30, 50, 90] {
        for index in RelationSamples.posts.indices {
          var desk = desk(columns, rows)
          for _ in 0..<index { desk.press("j") }
          desk.send(.analysed(RelationSamples.analysis(index)))
          desk.press("(", "c", "End")
          #expect(view(desk.state).cells.count == columns * rows)
          desk.press("0")
          expectInvariants(desk.state)
        }
      }
    }
  }

  /// Head and tail can be told without colours: by their marks under the words.
  @Test func marksNeedNoColour() {
    let desk = desk()
    #expect(desk.text.contains("head────"))
    #expect(desk.text.contains("tail────"))
    var typed = Desk(Samples.state())
    #expect(typed.text.contains("head PER──") || typed.text.contains("head PER"))
    typed.press("c")
    #expect(typed.text.contains("T MISC") || typed.text.contains("tail MISC"))
  }
}
