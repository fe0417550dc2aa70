import Corpora
import Screen
import Testing

@testable import Annotations
@testable import Workbench

/// Keys that were typed for a list, or another place, that did not come about.
@Suite("Typed ahead for nothing") struct TypedAheadForNothingTests {
  private func desk(_ post: String = "hb_0003") -> Desk {
    var desk = Desk(Samples.state(120, 36, hasModels: false))
    desk.command("goto \(post)")
    return desk
  }

  /// A list that did not open, and keys that would change labels where they are.
  @Test(arguments: [
    ["W", "L", "Return"], ["W", "x", "Space"], ["c", "L", "Return"], ["2", "c", "x"], ["Q", "x"],
    ["!", "M", "Return"], ["J", "Return", "L"], ["y", "L"],
  ])
  func theyChangeNothing(_ keys: [String]) throws {
    var desk = desk()
    // A mention that nobody else has, and a place without any for `y`.
    desk.press("w")
    if keys[0] == "y" { desk.press("0") }
    let (labels, steps) = (desk.gold, desk.services.stored.count)
    for key in keys { desk.press(key) }
    #expect(desk.gold == labels && desk.services.stored.count == steps, "\(keys)")
    #expect(desk.noticeText.contains("once more"), "\(desk.noticeText)")
  }

  /// The same key once more is meant; a key that moves ends the matter.
  @Test func theyAreMeantAtLast() {
    var desk = desk()
    desk.press("w", "W", "O")
    #expect(desk.noticeText.hasPrefix("not done: O was for everywhere, which did not open"))
    desk.press("O")
    #expect(desk.services.stored.count == 1)
    var moved = self.desk()
    moved.press("w", "W", "l", "h", "O")
    #expect(moved.services.stored.count == 1)
  }

  @Test func whatChangesAPostIsAnAction() {
    let names = Set(Action.all.map(\.name))
    #expect(Action.changing.isSubset(of: names), "\(Action.changing.subtracting(names))")
  }

  /// Half a pair is not forgotten by accepting the post.
  @Test func aPairBegunIsFinishedFirst() {
    var desk = desk("hb_0001")
    desk.press("w", "y", "Return")
    #expect(desk.state.newHead != nil && desk.services.stored.isEmpty)
    #expect(desk.noticeText.contains("a pair has a head and no tail yet"))
    desk.press("Escape", "Return")
    #expect(desk.services.stored.count == 1)
  }

  /// `C-u` takes the note, not the command.
  @Test func aNoteIsEmptied() {
    var desk = desk()
    desk.press("N")
    desk.type("see below")
    desk.press("Return")
    #expect(desk.state.currentRemarks.note == "see below")
    desk.press("N", "ctrl+u", "Return")
    #expect(desk.state.currentRemarks.note == nil, "\(desk.noticeText)")
    desk.press(":")
    desk.type("note x")
    desk.press("ctrl+u")
    #expect(desk.state.layers[CommandLayer.self]?.line.text == "")
  }

  /// A query that was refused can be mended.
  @Test func queriesAreRecalled() {
    var desk = desk()
    desk.press("/")
    desk.type("label:PERS")
    desk.press("Return")
    #expect(desk.state.queue.filter == nil)
    desk.press("/", "Up")
    #expect(desk.state.layers[SearchLayer.self]?.line.text == "label:PERS")
  }

  // MARK: What happens in the background

  /// What went wrong does not wait for a key that says nothing.
  @Test func errorsAreToldAtOnce() {
    var desk = desk()
    desk.press("w", "L")
    desk.send(.notice("a word", isError: false))
    #expect(desk.noticeText != "a word")
    desk.send(.notice("the disk is full", isError: true))
    #expect(desk.noticeText == "the disk is full")
    // An error of one's own is read first; the other comes with the next key.
    desk.press("Q")
    desk.send(.notice("the disk is full", isError: true))
    #expect(desk.noticeText.hasPrefix("no query is saved"))
    desk.press("l")
    #expect(desk.noticeText == "the disk is full")
  }

  /// A changed file stays on screen, also of somebody who labels with every key.
  @Test func aChangedFileStaysNamed() {
    var desk = desk()
    desk.send(.fileChanged(name: "valid.txt", words: "valid.txt was changed by another program"))
    #expect(desk.noticeText.hasPrefix("valid.txt was changed"))
    desk.press("w", "L", "O", "M")
    #expect(desk.text.contains("valid.txt changed; saved #"), "\(desk.text)")
  }

  /// What one key took back in many posts leaves the person where they are.
  @Test func manyPostsTakenBackMoveNobody() {
    let posts = ["a", "b", "c", "d"].map {
      Samples.post($0, "Mercy left \($0)", [(0..<1, .location)], image: nil)
    }
    var desk = Desk(
      WorkbenchState(
        opened: .init(
          dataset: "echo", store: "", hasModels: false, hasRouter: false, clock: { 0 }),
        posts: posts, size: Size(columns: 100, rows: 30)))
    desk.command("goto c")
    desk.press("O", "W", "Return")
    desk.command("goto d")
    desk.press("u")
    #expect(desk.state.currentPost?.id == "d" && desk.state.post(0).mentions[0].type == .location)
  }

  /// What somebody took back of another's can be done again, until they edit something.
  @Test func anothersEditIsDoneAgain() throws {
    var desk = desk()
    var theirs = desk.state.history
    let post = desk.state.posts[0]
    let edit = try #require(Edit.setting(.organization, over: 0..<1, in: post))
    let step = try theirs.apply(edit, to: post, by: "bo", at: 5)
    desk.send(.othersWrote(AnnotationStore.Others([step])))
    let labelled = desk.state.post(0).mentions
    desk.command("undo-any")
    #expect(desk.state.post(0).mentions == post.mentions)
    desk.press("ctrl+r")
    #expect(desk.state.post(0).mentions == labelled, "\(desk.noticeText)")
    desk.command("undo-any")
    desk.command("goto hb_0003")
    desk.press("w", "O", "ctrl+r")
    #expect(desk.state.post(0).mentions == post.mentions)
  }

  /// A pair that is turned round stays where it is.
  @Test func aTurnedPairKeepsItsPlace() {
    let words = "Ada met Bo and Cy"
    let pairs = [(0, 2), (2, 4), (0, 4)].map {
      RelationMention(head: $0.0..<($0.0 + 1), tail: $0.1..<($0.1 + 1), label: "knows")
    }
    let plain = Samples.post("a", words, [], image: nil)
    let post = plain.replacing(tokens: plain.tokens, mentions: [], relations: pairs)
    var desk = Desk(
      WorkbenchState(
        opened: .init(
          dataset: "pairs", store: "", hasModels: false, hasRouter: false, clock: { 0 }),
        posts: [post], size: Size(columns: 100, rows: 30)))
    desk.press("~")
    #expect(desk.state.pairs.map(\.head) == [2..<3, 2..<3, 0..<1])
    #expect(desk.state.pair?.tail == 0..<1, "the pair on screen is the one that was turned")
    desk.press(")")
    #expect(desk.state.pair?.tail == 4..<5)
  }
}
