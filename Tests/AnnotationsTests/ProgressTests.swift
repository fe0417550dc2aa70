import Corpora
import Foundation
import Testing

@testable import Annotations

/// Time and progress from the times of steps.
@Suite struct ProgressTests {
  private static let posts = (0..<12).map { number in
    Post(
      id: "p\(number)", tokens: ["Ada", "met", "Tarn"].map { Token($0) }, imageID: nil,
      mentions: [EntityMention(0..<1, .person)], split: .train,
      source: SourceLocation(file: "train.jsonl", line: number + 1))
  }

  /// A history in which people do things at these seconds of a day.
  private struct Desk {
    var history = EditHistory()
    /// 2026-11-27, 09:00 UTC.
    var morning: Int64 = 1_795_770_000

    mutating func accept(_ post: Int, by annotator: String = "ada", at second: Double) throws {
      let base = ProgressTests.posts[post]
      let edit = try #require(
        Edit.reviewing(base, from: history.states[base.id]?.review ?? .untouched))
      try history.apply(edit, to: base, by: annotator, at: time(second))
    }

    mutating func label(_ post: Int, by annotator: String = "ada", at second: Double) throws {
      let base = ProgressTests.posts[post]
      let edit = try #require(Edit.setting(.location, over: 2..<3, in: history.annotated(base)))
      try history.apply(edit, to: base, by: annotator, at: time(second))
    }

    func time(_ second: Double) -> Int64 { morning * 1_000 + Int64(second * 1_000) }

    func progress(at second: Double, _ zone: String = "UTC") throws -> AnnotationProgress {
      AnnotationProgress(
        history, posts: ProgressTests.posts.map(\.id), now: time(second),
        timeZone: try #require(TimeZone(identifier: zone)))
    }
  }

  @Test func timeBetweenStepsCountsForThePostOfTheLaterOne() throws {
    var desk = Desk()
    try desk.accept(0, at: 0)
    try desk.label(1, at: 5)
    try desk.accept(1, at: 8)
    try desk.accept(2, at: 18)
    try desk.accept(3, at: 24)
    let pace = Pace(of: "ada", desk.history.steps)
    #expect(pace.spent == ["p0": 0, "p1": 8_000, "p2": 10_000, "p3": 6_000])
    // Nobody knows when the first post was begun.
    #expect(pace.accepted.map(\.spent) == [nil, 8_000, 10_000, 6_000])
    #expect(pace.median == 8)
    #expect(desk.history.secondsPerPost() == ["p0": 0, "p1": 8, "p2": 10, "p3": 6])
  }

  @Test func pausesAreLeftOut() throws {
    var desk = Desk()
    for (post, second) in [0.0, 10, 20, 30].enumerated() { try desk.accept(post, at: second) }
    // Exactly ten minutes is work, more is a pause, and then the post's beginning is unknown.
    try desk.accept(4, at: 630)
    try desk.label(5, at: 1_231)
    try desk.accept(5, at: 1_233)
    let pace = Pace(of: "ada", desk.history.steps)
    #expect(pace.accepted.map(\.spent) == [nil, 10_000, 10_000, 10_000, 600_000, nil])
    #expect(pace.spent["p5"] == 2_000, "what was measured counts for the post")
    #expect(pace.median == 10)
    // A clock that goes back says nothing either.
    try desk.accept(6, at: 1_000)
    #expect(Pace(of: "ada", desk.history.steps).accepted.last?.spent == nil)
  }

  @Test func whatIsTakenBackDoesNotCount() throws {
    var desk = Desk()
    for (post, second) in [0.0, 10, 20, 90].enumerated() { try desk.accept(post, at: second) }
    #expect(Pace(of: "ada", desk.history.steps).median == 10)
    desk.history.undo(by: "ada", at: desk.time(95))
    var pace = Pace(of: "ada", desk.history.steps)
    #expect(pace.accepted.map(\.post) == ["p0", "p1", "p2"])
    #expect(pace.median == nil, "two are too few")
    let again = desk.history.redo(by: "ada", at: desk.time(96))
    pace.take(try #require(again))
    #expect(pace.accepted.last?.spent == 70_000 && pace.median == 10)
    #expect(pace == Pace(of: "ada", desk.history.steps), "step by step or all at once")
    #expect(pace.spent["p3"] == 76_000, "undoing is work on its post")
  }

  @Test func whatIsWithdrawnOrThrownOutDoesNotCount() throws {
    var desk = Desk()
    let base = Self.posts[0]
    try desk.accept(0, at: 0)
    try desk.accept(1, at: 10)
    let reject = try #require(Edit.reviewing(base, from: .reviewed, to: .rejected))
    try desk.history.apply(reject, to: base, by: "ada", at: desk.time(20))
    var progress = try desk.progress(at: 30)
    #expect(progress.accepted == 1 && progress.rejected == 1)
    #expect(progress.people.map(\.accepted) == [1] && progress.todaysWork?.accepted == 1)
    desk.history.undo(by: "ada", at: desk.time(40))
    progress = try desk.progress(at: 50)
    #expect(progress.people.map(\.accepted) == [2] && progress.todaysWork?.accepted == 2)
    desk.history.redo(by: "ada", at: desk.time(60))
    #expect(try desk.progress(at: 70).people.map(\.accepted) == [1])
    desk.history.undo(by: "ada", at: desk.time(80))
    // Once more accepted, a post is still one post.
    try desk.label(1, at: 90)
    try desk.accept(1, at: 100)
    progress = try desk.progress(at: 110)
    #expect(progress.accepted == 2 && progress.people.map(\.accepted) == [2])
  }

  @Test func everybodyHasAPaceOfTheirOwn() throws {
    var desk = Desk()
    for post in 0..<4 {
      try desk.accept(2 * post, by: "ada", at: Double(10 * post))
      try desk.accept(2 * post + 1, by: "ben", at: Double(30 * post) + 0.5)
    }
    let progress = try desk.progress(at: 100)
    #expect(progress.people.map(\.name) == ["ada", "ben"])
    #expect(progress.people.map(\.pace) == [10, 30])
    #expect(progress.people.map(\.accepted) == [4, 4])
    #expect(progress.people.map(\.seconds) == [30, 90])
    #expect(progress.pace == 20 && progress.paceOf == 6)
  }

  @Test func theEndIsToldByTheLastWorkingDay() throws {
    var desk = Desk()
    let day = 86_400.0
    for post in 0..<3 { try desk.accept(post, at: Double(10 * post)) }
    let first = try desk.progress(at: 60)
    #expect(first.accepted == 3 && first.left == 9 && first.today == "2026-11-27")
    // Only today is known: three a day, of which today has had its share.
    #expect(first.estimate == .init(like: "2026-11-27", perDay: 3, date: "2026-11-30"))
    // The next day but one: two before noon, one of which is thrown out.
    try desk.accept(3, at: 2 * day)
    try desk.history.apply(
      try #require(Edit.reviewing(Self.posts[4], from: .untouched, to: .rejected)),
      to: Self.posts[4], by: "ada", at: desk.time(2 * day + 30))
    let second = try desk.progress(at: 2 * day + 60)
    #expect(second.days.map(\.date) == ["2026-11-27", "2026-11-29"])
    #expect(second.days.map(\.accepted) == [3, 1])
    #expect(second.days.map(\.seconds) == [20, 30])
    #expect(second.days.map(\.median) == [10, nil])
    #expect(second.todaysWork?.accepted == 1)
    #expect(second.accepted == 4 && second.rejected == 1 && second.left == 7)
    // Two more today, then five at three a day.
    #expect(second.estimate == .init(like: "2026-11-27", perDay: 3, date: "2026-12-01"))
    #expect(second.pace == nil && second.secondsLeft == nil, "two measured posts are too few")
  }

  @Test func daysBeginWhereTheAnnotatorLives() throws {
    var desk = Desk()
    // 09:00 and 23:30 UTC.
    try desk.accept(0, at: 0)
    try desk.accept(1, at: 14.5 * 3_600)
    #expect(try desk.progress(at: 15 * 3_600).days.map(\.date) == ["2026-11-27"])
    let east = try desk.progress(at: 15 * 3_600, "Asia/Tokyo")
    #expect(east.days.map(\.date) == ["2026-11-27", "2026-11-28"])
    #expect(east.today == "2026-11-28")
  }

  @Test func nothingIsToldOfNothing() throws {
    let progress = try Desk().progress(at: 0)
    #expect(progress.left == 12 && progress.accepted == 0)
    #expect(progress.pace == nil && progress.estimate == nil && progress.secondsLeft == nil)
    #expect(progress.days.isEmpty && progress.people.isEmpty && progress.todaysWork == nil)
  }

  /// Stores come from anywhere: no time traps.
  @Test(arguments: [Int64.min, -1, 0, Int64.max]) func anyTimeIsTaken(_ time: Int64) throws {
    var history = EditHistory()
    for (post, time) in [time, 0, time].enumerated() {
      let base = Self.posts[post]
      try history.apply(
        try #require(Edit.reviewing(base, from: .untouched)), to: base, by: "ada", at: time)
    }
    let progress = AnnotationProgress(
      history, posts: Self.posts.map(\.id), now: time, timeZone: .gmt)
    #expect(progress.accepted == 3)
  }
}
