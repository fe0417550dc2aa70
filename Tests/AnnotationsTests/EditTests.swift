import Testing

@testable import Annotations
@testable import Corpora

/// What single edits do, what they are called, and what is refused.
@Suite struct EditTests {
  let post = Post(
    id: "p", tokens: ["New", "York", "and", "Pa\u{1B}ris", "!"].map { Token($0) }, imageID: nil,
    mentions: [EntityMention(0..<2, .person), EntityMention(3..<4, .location)], split: .all,
    source: SourceLocation(file: "f", line: 1))

  func after(_ edit: Edit?) throws -> [EntityMention] {
    var history = EditHistory()
    try history.apply(#require(edit), to: post, by: "a")
    return history.annotated(post).mentions
  }

  @Test func editsDoWhatTheySay() throws {
    let paris = post.mentions[1]
    #expect(
      try after(.setting(.organization, over: 1..<3, in: post))
        == [EntityMention(1..<3, .organization), paris])
    #expect(try after(.clearing(1..<4, in: post)) == [])
    #expect(try after(.retyping(mentionAt: 1, to: .location, in: post)).first?.type == .location)
    #expect(
      try after(.extending(mentionAt: 1, .right, in: post))
        == [EntityMention(0..<3, .person), paris])
    #expect(
      try after(.extending(mentionAt: 3, .left, in: post))
        == [post.mentions[0], EntityMention(2..<4, .location)])
    #expect(
      try after(.shrinking(mentionAt: 0, .left, in: post))
        == [EntityMention(1..<2, .person), paris])
    // A mention that grows over its neighbour replaces it.
    #expect(
      try after(.setting(.person, over: 0..<4, in: post)) == [EntityMention(0..<4, .person)])
  }

  @Test func editsThatChangeNothingAreNone() {
    #expect(Edit.setting(.person, over: 0..<2, in: post) == nil)
    #expect(Edit.setting(.person, over: 4..<9, in: post) == nil)
    #expect(Edit.setting(.person, over: -1..<1, in: post) == nil)
    #expect(Edit.clearing(2..<3, in: post) == nil)
    #expect(Edit.shrinking(mentionAt: 3, .left, in: post) == nil)
    #expect(Edit.extending(mentionAt: 0, .left, in: post) == nil)
    #expect(Edit.retyping(mentionAt: 2, to: .person, in: post) == nil)
    #expect(Edit.reviewing(post, from: .reviewed) == nil)
    #expect(Edit.relating(head: 0..<1, tail: 1..<2, label: nil, in: post) == nil)
  }

  @Test func stepsAreNamed() throws {
    func name(_ edit: Edit?) throws -> String { try #require(edit).name(in: post) }
    #expect(
      try name(.retyping(mentionAt: 3, to: .organization, in: post)) == "LOC → ORG on 'Paris'")
    #expect(try name(.setting(.person, over: 4..<5, in: post)) == "PER on '!'")
    #expect(try name(.clearing(0..<1, in: post)) == "clear PER on 'New York'")
    #expect(
      try name(.shrinking(mentionAt: 0, .right, in: post)) == "shrink PER 'New York' → 'New'")
    #expect(
      try name(.extending(mentionAt: 3, .right, in: post)) == "extend LOC 'Paris' → 'Paris !'")
    // What was wanted stands before what had to go for it.
    #expect(
      try name(.extending(mentionAt: 0, .right, by: 2, in: post))
        == "extend PER 'New York' → 'New York and Paris'; without LOC 'Paris'")
    #expect(
      try name(.setting(.organization, over: 1..<4, in: post))
        == "ORG on 'York and Paris'; without PER 'New York', LOC 'Paris'")
    #expect(try name(.reviewing(post, from: .untouched)) == "accept p")
    #expect(
      try name(.relating(head: 0..<2, tail: 3..<4, label: "x", in: post))
        == "no relation → x on 'New York', 'Paris'")
    var history = EditHistory()
    try history.apply(#require(.clearing(3..<4, in: post)), to: post, by: "a")
    let step = try #require(history.steps.first)
    #expect(step.logLine.hasSuffix("  a  p  clear LOC on 'Paris'"))
    #expect(history.undo(by: "a")?.name == "undo: clear LOC on 'Paris'")
    #expect(history.redo(by: "a")?.name == "redo: clear LOC on 'Paris'")
  }

  @Test func undoPutsTheReviewStateBack() throws {
    var history = EditHistory()
    try history.apply(#require(.reviewing(post, from: .untouched)), to: post, by: "a", at: 5)
    #expect(history.labels(of: post).review == .reviewed)
    #expect(history.labels(of: post).annotator == "a")
    try history.apply(#require(.clearing(3..<4, in: post)), to: post, by: "b", at: 6)
    #expect(history.labels(of: post).review == .edited)
    history.undo(by: "c")
    #expect(history.labels(of: post).review == .reviewed)
    #expect(history.labels(of: post).time == 5)
    history.undo(by: "c")
    #expect(history.labels(of: post) == LabelState(post))
    #expect(history.undo(by: "c") == nil)
    history.redo(by: "c")
    try history.apply(#require(.clearing(0..<1, in: post)), to: post, by: "b")
    #expect(history.redo(by: "c") == nil)
    #expect(history.steps.map(\.sequence) == Array(1...6))
  }

  @Test func wrongEditsAreRefusedAndChangeNothing() throws {
    var history = EditHistory()
    let stale = try #require(Edit.clearing(3..<4, in: post))
    try history.apply(#require(.retyping(mentionAt: 3, to: .person, in: post)), to: post, by: "a")
    let before = history
    #expect(throws: EditError.outOfDate) { try history.apply(stale, to: post, by: "a") }
    let outside = Edit(
      post: "p", action: .mentions(range: 4..<6, before: [], after: [EntityMention(4..<6, .person)])
    )
    #expect(throws: EditError.outside(4..<6, tokens: 5)) {
      try history.apply(outside, to: post, by: "a")
    }
    let overlapping = Edit(
      post: "p",
      action: .mentions(
        range: 4..<5, before: [],
        after: [EntityMention(4..<5, .person), EntityMention(4..<5, .location)]))
    #expect(throws: EditError.invalid) { try history.apply(overlapping, to: post, by: "a") }
    #expect(throws: EditError.wrongPost(edit: "q", post: "p")) {
      try history.apply(Edit(post: "q", action: stale.action), to: post, by: "a")
    }
    #expect(history == before)
  }
}
