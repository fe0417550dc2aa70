import Corpora
import Screen
import Testing

@testable import Annotations
@testable import Workbench

/// How few keys a correction takes.
@Suite("Hands") struct HandsTests {
  /// The third post has four mentions, and no picture.
  private func desk(_ post: String = "hb_0003", hasModels: Bool = false) -> Desk {
    var desk = Desk(Samples.state(120, 36, hasModels: hasModels))
    desk.command("goto \(post)")
    return desk
  }

  @Test func numbersGoBeforeKeysThatMove() {
    var desk = desk()
    desk.press("0", "5", "l")
    #expect(desk.state.token == 5)
    desk.press("1", "2", "l")
    #expect(desk.state.token == 17)
    desk.press("3", "h")
    #expect(desk.state.token == 14)
    desk.press("0", "2", "w")
    #expect(desk.state.token == 6)
    desk.press("2", "G")
    #expect(desk.state.current == 1)
    desk.press("2", "j")
    #expect(desk.state.current == 3)
    // As far as there is something.
    desk.press("9", "9", "9", "k")
    #expect(desk.state.current == 0)
    desk.command("2 next")
    #expect(desk.state.current == 2)
  }

  @Test func aNumberBeforeATypeMeansThatMention() {
    var desk = desk()
    desk.press("2", "O")
    #expect(desk.gold == ["3-5 ORG", "6-8 ORG", "10-12 LOC", "20-22 PER"])
    #expect(desk.state.token == 6)
    desk.press("3", "x")
    #expect(desk.gold == ["3-5 ORG", "6-8 ORG", "20-22 PER"])
    desk.press("7", "L")
    #expect(desk.noticeText == "there is no mention 7; this post has 3")
    desk.press("3", "Return")
    #expect(desk.noticeText == "accept takes no number before it")
    #expect(desk.state.current == 2)
  }

  /// Esc forgets a number; so does every key that reads it.
  @Test func numbersAreSeenAndForgotten() {
    var desk = desk()
    let first = desk.state.token
    desk.press("4")
    #expect(desk.noticeText.hasPrefix("4 …"))
    desk.press("Escape", "l")
    #expect(desk.state.token == first + 1)
    for _ in 0..<6 { desk.press("9") }
    #expect(desk.state.count == nil && desk.noticeText.contains("99,999"))
  }

  /// Where words are selected, or a suggestion was gone to, digits are types.
  @Test func digitsAreTypesWhereATypeComesNext() {
    var desk = desk()
    desk.press("0", "v", "l", "2")
    #expect(desk.gold.first == "0-2 LOC")
  }

  @Test func edgesMoveByNumbersInOneStep() {
    var desk = desk()
    let before = desk.gold
    desk.press("2", "]")
    #expect(desk.gold.first == "3-7 ORG")
    desk.press("9", "[")
    #expect(desk.gold.first == "3-4 ORG")
    desk.press("2", "u")
    #expect(desk.gold == before)
  }

  @Test func everyWordIsThreeKeysAway() {
    var desk = desk()
    let count = desk.state.posts[2].tokens.count
    for token in 0..<count {
      desk.press(";")
      #expect(desk.text.contains("jump:"))
      for letter in JumpLayer.labels(count)[token] { desk.press(String(letter)) }
      #expect(desk.state.token == token && desk.state.selection == nil)
    }
    // The last letter as a capital selects.
    desk.press("0", ";")
    desk.press(JumpLayer.labels(count)[2].uppercased())
    #expect(desk.state.selection == 0..<3)
    desk.press("P")
    #expect(desk.gold.first == "0-3 PER")
    desk.press(";", "Escape")
    #expect(desk.state.layers[JumpLayer.self] == nil && desk.state.token == 2)
    for count in [1, 26, 27, 300, 676] {
      let labels = JumpLayer.labels(count)
      #expect(Set(labels).count == count && labels.allSatisfy { (1...2).contains($0.count) })
      // No word's letters begin another's.
      #expect(Set(labels.map(\.count)).count == 1)
    }
    #expect(JumpLayer.labels(900).count == 676)
  }

  @Test func theLastChangeIsMadeAgain() {
    var desk = desk()
    desk.press("&")
    #expect(desk.noticeText == "repeat: nothing was changed in this session")
    desk.press("P", "w", "&")
    #expect(desk.gold.prefix(2) == ["3-5 PER", "6-8 PER"])
    // On words without a mention, over as many as before.
    desk.press("0", "&")
    #expect(desk.gold.first == "0-2 PER")
    desk.press("x", "w", "&")
    #expect(desk.gold.first == "6-8 PER")
    desk.press("w", "]", "2", "w", "&")
    #expect(desk.gold.last == "20-23 PER")
  }

  private let echo = [
    Samples.post("a", "Mercy , Mercy and Little Mercy", [(0..<1, .location)], image: nil),
    Samples.post("b", "we love Mercy", [(2..<3, .person)], image: nil),
    Samples.post("c", "Mercy Bay is not Mercy", [(0..<2, .location)], image: nil),
    Samples.post("d", "nobody here", [], image: nil),
    Samples.post("e", "at Mercy again", [(1..<2, .location)], image: nil),
  ]

  private func echoing() -> Desk {
    Desk(
      WorkbenchState(
        opened: .init(
          dataset: "echo", store: "", hasModels: false, hasRouter: false, clock: { 0 }),
        posts: echo, size: Size(columns: 100, rows: 30)))
  }

  @Test func sameWordsOfAPostAreLabelledAlike() {
    var desk = echoing()
    desk.press("*")
    #expect(desk.gold == ["0-1 LOC", "2-3 LOC", "5-6 LOC"])
    #expect(desk.services.stored.count == 1, "one key, one step")
    desk.press("*")
    #expect(desk.noticeText == "'Mercy' is LOC everywhere in this post")
    // On words that nobody cleared nothing is cleared elsewhere.
    desk.press("l", "*", "W")
    #expect(desk.gold.count == 3 && desk.noticeText.hasPrefix("everywhere: the cursor is on no"))
    desk.press("h", "x", "*")
    #expect(desk.gold.isEmpty)
    desk.press("u", "u", "u")
    #expect(desk.gold == ["0-1 LOC"])
  }

  @Test func sameWordsOfAllPostsAreLabelledByAReviewedList() {
    var desk = echoing()
    desk.press("*", "W")
    // What is labelled alike already is not in the list.
    #expect(desk.state.layers[EverywhereLayer.self]?.found.map(\.post) == [1, 2, 2])
    #expect(desk.text.contains("2 of 2 posts") && desk.text.contains("we love"))
    desk.press("j", "Space")
    #expect(desk.text.contains("1 of 2 posts"))
    let steps = desk.services.stored.count
    desk.press("Return")
    #expect(desk.services.stored.count == steps + 1 && desk.state.current == 0)
    #expect(desk.state.post(1).mentions.map(\.type) == [.location])
    #expect(desk.state.post(2).mentions.count == 1, "what was not chosen stays")
    desk.press("W", "Return")
    #expect(desk.state.post(2).mentions.map(\.range) == [0..<2, 4..<5])
    // A longer mention is cut only by who chooses that.
    desk.press("W")
    #expect(desk.text.contains("0 of 1 post that labels it otherwise; longer mentions only if"))
    desk.press("Return")
    #expect(desk.noticeText.hasPrefix("no post is chosen"))
    desk.press("Space", "Return")
    #expect(desk.state.post(2).mentions.map(\.range) == [0..<1, 4..<5])
    #expect(desk.noticeText.contains("1 post, 1 place, 1 longer mention cut"))
    let before = desk.services.stored.count
    desk.press("W")
    #expect(desk.noticeText == "every post that says 'Mercy' has it as LOC")
    // The Enter that was typed for the list accepts nothing.
    desk.press("Return")
    #expect(desk.noticeText.hasPrefix("not accepted: Enter was for everywhere"))
    #expect(desk.services.stored.count == before)
    desk.press("Return")
    #expect(desk.services.stored.count == before + 1)
  }

  @Test func sameWordsInLongerMentionsAreLeft() {
    let post = Samples.post(
      "a", "Mercy met Little Mercy and Mercy", [(0..<1, .location), (2..<4, .person)], image: nil)
    var desk = Desk(
      WorkbenchState(
        opened: .init(
          dataset: "echo", store: "", hasModels: false, hasRouter: false, clock: { 0 }),
        posts: [post], size: Size(columns: 100, rows: 30)))
    desk.press("*")
    #expect(desk.gold == ["0-1 LOC", "2-4 PER", "5-6 LOC"])
    #expect(desk.noticeText.hasSuffix("1 longer mention with it left"))
    desk.press("*")
    #expect(desk.noticeText == "'Mercy' is LOC everywhere in this post, longer mentions aside")
    desk.press("W")
    desk.press("Escape")
    #expect(desk.gold.count == 3)
  }

  /// What one key did to many posts, one key takes back, and another does again; also after the
  /// steps went through a store.
  @Test func togetherMadeTogetherTakenBack() throws {
    var desk = echoing()
    desk.press("P", "W", "Return")
    let all = desk.state.posts.indices.map { desk.state.post($0).mentions }
    let made = desk.services.stored
    #expect(made.count == 4 && Set(made.dropFirst().map(\.group)) == [made[1].sequence])
    desk.press("u")
    #expect(desk.noticeText.contains("and 2 more edits with it"))
    // The cursor is where the edit of the post on screen was.
    #expect(desk.state.current == 0 && desk.state.token == 2)
    #expect(desk.state.post(2).mentions == echo[2].mentions)
    #expect(desk.state.post(4).mentions == echo[4].mentions)
    #expect(desk.state.post(0).mentions.map(\.type) == [.person], "the edit before stays")
    desk.press("ctrl+r")
    #expect(desk.state.posts.indices.map { desk.state.post($0).mentions } == all)
    // Through the rows of a store.
    for step in desk.services.stored {
      #expect(Step.additions(in: step.payload).group == step.group)
    }
  }

  /// What was made together is taken back together or not at all.
  @Test func whatOthersChangedIsNotTakenBackByHalves() throws {
    var desk = echoing()
    desk.press("P", "W", "Return")
    let made = desk.state.posts.indices.map { desk.state.post($0).mentions }
    var theirs = desk.state.history
    let edit = try #require(Edit.setting(.organization, over: 1..<2, in: desk.state.post(4)))
    let step = try theirs.apply(edit, to: echo[4], by: "bo", at: 5)
    desk.send(.othersWrote(AnnotationStore.Others([step])))
    desk.press("u")
    #expect(desk.noticeText.hasPrefix("bo changed e after that"), "\(desk.noticeText)")
    #expect(desk.noticeText.contains("nothing of what was changed together is taken back"))
    #expect(
      desk.state.posts.indices.prefix(4).map { desk.state.post($0).mentions } == Array(made[..<4]))
    desk.command("undo-any")
    desk.press("u")
    #expect(desk.noticeText.contains("and 2 more edits with it"))
    #expect(desk.state.post(4).mentions == echo[4].mentions)
  }

  /// Two longer mentions in one post are two rows.
  @Test func whatStandsThereHasARowEach() {
    let posts = [
      Samples.post("a", "Mercy left", [(0..<1, .location)], image: nil),
      Samples.post(
        "b", "Ida Mercy at Mercy Tower", [(0..<2, .person), (3..<5, .organization)], image: nil),
    ]
    var desk = Desk(
      WorkbenchState(
        opened: .init(
          dataset: "echo", store: "", hasModels: false, hasRouter: false, clock: { 0 }),
        posts: posts, size: Size(columns: 100, rows: 30)))
    desk.press("W")
    #expect(desk.text.contains("PER 'Ida Mercy'") && desk.text.contains("ORG 'Mercy Tower'"))
    desk.press("Space", "Return")
    #expect(desk.state.post(1).mentions.map(\.type) == [.location, .organization])
  }

  @Test func aPairIsTurnedRound() {
    var desk = desk("hb_0001")
    desk.press("~")
    #expect(
      desk.state.pairs == [
        RelationMention(head: 6..<8, tail: 3..<5, label: "/per/misc/present_in")
      ])
    desk.press("u")
    #expect(desk.state.pairs.map(\.head) == [3..<5])
  }

  @Test func theNextSuggestionIsOneKeyAway() {
    var desk = desk(hasModels: true)
    desk.press("0", "+")
    #expect(desk.gold != Samples.posts[2].mentions.map { "\($0.range)" })
    #expect(desk.gold.contains("19-22 PER"))
    var shown = self.desk(hasModels: true)
    shown.press("A")
    let name = shown.state.traced?.system ?? ""
    let answered = shown.state.analysis?.answer(name)?.mentions?.mentions.map(\.mention) ?? []
    #expect(
      shown.state.currentPost?.mentions
        == answered.sorted { $0.range.lowerBound < $1.range.lowerBound })
  }
}

extension ActionTests {
  static let hands: [String: Check] = [
    "jump": {
      $0.command("jump"); $0.press("d"); return $0.state.token == 2
    },
    "adopt-shown": {
      $0.command("goto hb_0003")
      $0.command("adopt-shown")
      return $0.noticeText.hasPrefix("from ") && !$0.services.stored.isEmpty
    },
    "repeat": {
      $0.press("O", "w")
      $0.command("repeat")
      return $0.gold == ["3-5 ORG", "6-8 ORG"]
    },
    "same": {
      $0.command("same"); return $0.noticeText.hasPrefix("this post says 'Anna Berg' once")
    },
    "everywhere": {
      $0.command("everywhere")
      return $0.noticeText == "no other post says 'Anna Berg'"
    },
    "swap-pair": {
      $0.command("swap-pair"); return $0.state.pairs.map(\.head) == [6..<8]
    },
  ]
}
