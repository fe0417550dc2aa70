import Testing

@testable import Annotations
@testable import Corpora

/// What others did since somebody was last here.
@Suite struct UnreadTests {
  private let posts = ["p1", "p2", "p3"].map { id in
    Post(
      id: id, tokens: ["Paris", "in", "May"].map { Token($0) }, imageID: nil,
      mentions: [EntityMention(0..<1, .person)], split: .all,
      source: SourceLocation(file: "f", line: 1))
  }
  private var history = EditHistory()

  private mutating func retype(_ post: Int, by annotator: String) throws {
    let type: EntityType =
      history.annotated(posts[post]).mentions.first?.type == .location ? .person : .location
    try history.apply(
      #require(.setting(type, over: 0..<1, in: history.annotated(posts[post]))), to: posts[post],
      by: annotator)
  }

  private mutating func accept(_ post: Int, by annotator: String) throws {
    let state = history.labels(of: posts[post]).review
    try history.apply(
      #require(.reviewing(posts[post], from: state)), to: posts[post], by: annotator)
  }

  private func unread(after seen: Int64 = 0, by annotator: String = "me") -> [String] {
    history.changes(after: seen, byOthersThan: annotator).people.map {
      "\($0.annotator) +\($0.accepted.sorted()) ~\($0.changed.sorted())"
    }
  }

  @Test mutating func peopleAreToldApart() throws {
    #expect(unread().isEmpty)
    try retype(0, by: "cy")
    try retype(0, by: "bo")
    try accept(0, by: "bo")
    try accept(1, by: "bo")
    try retype(2, by: "me")
    #expect(unread() == [#"bo +["p1", "p2"] ~[]"#, #"cy +[] ~["p1"]"#])
    #expect(unread(by: "bo") == [#"cy +[] ~["p1"]"#, #"me +[] ~["p3"]"#])
    #expect(history.changes(after: 0, byOthersThan: "me").posts == ["p1", "p2"])
    // A post that is accepted and changed again is changed.
    try retype(1, by: "bo")
    #expect(unread().first == #"bo +["p1"] ~["p2"]"#)
  }

  @Test mutating func onlyWhatIsNewCounts() throws {
    try retype(0, by: "bo")
    let seen = try #require(history.steps.last?.sequence)
    #expect(unread(after: seen).isEmpty)
    try accept(1, by: "bo")
    #expect(unread(after: seen) == [#"bo +["p2"] ~[]"#])
    #expect(unread(after: seen + 1).isEmpty)
    #expect(unread(after: 999).isEmpty)
  }

  @Test mutating func whatWasTakenBackIsNothing() throws {
    try retype(0, by: "bo")
    let seen = try #require(history.steps.last?.sequence)
    try retype(1, by: "bo")
    history.undo(by: "bo")
    #expect(unread(after: seen).isEmpty)
    history.redo(by: "bo")
    #expect(unread(after: seen) == [#"bo +[] ~["p2"]"#])
    // Whoever takes it back.
    history.undo(by: "me")
    #expect(unread(after: seen).isEmpty)
    // What was there before is a change when it is taken back, and none when it is there again.
    history.undo(by: "bo")
    #expect(unread(after: seen) == [#"bo +[] ~["p1"]"#])
    history.redo(by: "bo")
    #expect(unread(after: seen).isEmpty)
  }

  @Test mutating func postsThatAreNotMeantDoNotCount() throws {
    try retype(0, by: "bo")
    try retype(1, by: "bo")
    let unread = history.changes(after: 0, byOthersThan: "me") { $0 == "p2" }
    #expect(unread.posts == ["p2"] && !unread.isEmpty)
  }
}
