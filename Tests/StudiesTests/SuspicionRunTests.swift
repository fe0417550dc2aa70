import Corpora
import Extractors
import Foundation
import Inspection
import Synchronization
import Testing

@testable import Studies

/// Experts that are asked about posts that they did not learn from.
@Suite("Asking about held-out posts")
struct SuspicionRunTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "suspicion-run-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private var posts: [Post] {
    (0..<40).map { i in
      let town = i % 2 == 0
      return Post(
        id: "p\(i)",
        tokens: ["Ada\(i)", town ? "sees" : "joins", town ? "Tarn" : "Acme"].map { Token($0) },
        imageID: nil,
        mentions: [
          EntityMention(0..<1, .person), EntityMention(2..<3, town ? .location : .organization),
        ],
        relations: i % 4 == 3
          ? []
          : [
            RelationMention(head: 0..<1, tail: 2..<3, label: town ? "None" : "/per/org/member_of")
          ],
        split: .train, source: SourceLocation(file: "memory", line: i + 1))
    }
  }

  /// Which parts reported progress.
  private final class Log: Sendable {
    let parts = Mutex<[Int]>([])
    var all: [Int] { parts.withLock { Array(Set($0)).sorted() } }
  }

  private func run(
    _ learner: SuspicionRun.Learner, _ folder: String, posts: [Post]? = nil, log: Log = Log(),
    stopsAt part: Int? = nil
  ) -> SuspicionRun {
    let posts = posts ?? self.posts
    var run = SuspicionRun(
      Dataset(name: "made", posts: posts), posts: posts, learner, folds: 4, seed: 1,
      folder: folder
    ) { at in
      log.parts.withLock { $0.append(at.fold) }
      return at.fold != part
    }
    run.changes.epochs = 2
    return run
  }

  @Test func everyPostIsAnsweredByAnExpertOfItsOwnPart() throws {
    try withFolder { folder in
      let log = Log()
      let answers = try run(.usual(.entities), folder, log: log).answers()
      #expect(answers.count == 40 && log.all == [0, 1, 2, 3])
      for (post, answer) in zip(posts, answers) {
        guard case .tags(let tags)? = answer else {
          Issue.record("\(post.id) has no tags")
          continue
        }
        #expect(tags.count == 3 && tags.columns.labels.contains("B-PER"))
      }
      // Kept answers are the same, and nothing is trained for them.
      let again = Log()
      #expect(try run(.usual(.entities), folder, log: again).answers() == answers)
      #expect(again.all.isEmpty)
      // Experts are not needed any more.
      let place = run(.usual(.entities), folder).place
      let left = try FileManager.default.contentsOfDirectory(atPath: place)
      #expect(!left.contains { $0.hasPrefix("fold-") && !$0.hasSuffix(".safetensors") })
    }
  }

  @Test func finishedPartsAreKeptAfterAnInterruption() throws {
    try withFolder { folder in
      #expect(throws: TrainingStopped.self) {
        try run(.pairWords, folder, stopsAt: 2).answers()
      }
      let log = Log()
      let answers = try run(.pairWords, folder, log: log).answers()
      #expect(log.all == [2, 3])
      for (post, answer) in zip(posts, answers) {
        guard case .pairs(let pairs)? = answer else {
          #expect(post.relations.isEmpty && answer == nil)
          continue
        }
        #expect(pairs.count == post.relations.count && pairs.allSatisfy { $0 != nil })
      }
      let whole = try withOther { try run(.pairWords, $0).answers() }
      #expect(whole == answers, "an interruption changes nothing")
    }
  }

  private func withOther<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = NSTemporaryDirectory() + "suspicion-run-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  @Test func otherLabelsAreAskedAboutAnew() throws {
    try withFolder { folder in
      let first = run(.pairWords, folder)
      _ = try first.answers()
      var changed = posts
      changed[0].relations = [RelationMention(head: 0..<1, tail: 2..<3, label: "/per/loc/x")]
      let log = Log()
      let second = run(.pairWords, folder, posts: changed, log: log)
      #expect(second.place != first.place)
      _ = try second.answers()
      #expect(log.all == [0, 1, 2, 3])
      second.forgetOthers()
      #expect(!FileManager.default.fileExists(atPath: first.place))
      #expect(FileManager.default.fileExists(atPath: second.place))
      second.forget()
      #expect(!FileManager.default.fileExists(atPath: second.place))
    }
  }

  @Test func damagedAnswersAreAskedForAgain() throws {
    try withFolder { folder in
      let answers = try run(.pairWords, folder).answers()
      let file = run(.pairWords, folder).place + "/fold-2.safetensors"
      var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
      bytes[bytes.count - 3] ^= 0x41
      try bytes.write(to: URL(fileURLWithPath: file))
      let log = Log()
      #expect(try run(.pairWords, folder, log: log).answers() == answers)
      #expect(log.all == [1])
    }
  }

  @Test func tooFewPostsAreRefused() throws {
    try withFolder { folder in
      #expect(throws: SuspicionRunError.self) {
        try run(.pairWords, folder, posts: Array(posts.prefix(3))).answers()
      }
    }
  }

  @Test func everySystemThatCanBeTrainedHasAName() {
    for name in SuspicionRun.Learner.names {
      #expect(SuspicionRun.Learner.named(name) != nil, "\(name)")
    }
    #expect(SuspicionRun.Learner.named("no such") == nil)
    for task in ExpertTask.allCases { #expect(SuspicionRun.Learner.usual(task).task == task) }
    // What nobody named needs nothing that must be named.
    if case .system(let system, _) = SuspicionRun.Learner.usual(.entities) {
      #expect(!system.needsEncoder && !system.seesPicture)
    }
  }

  @Test func progressIsAShareOfTheWhole() {
    #expect(SuspicionProgress(fold: 0, folds: 4, share: 0).whole == 0)
    #expect(SuspicionProgress(fold: 3, folds: 4, share: 1).whole == 1)
    #expect(SuspicionProgress(fold: 1, folds: 4, share: 0.5).whole == 0.375)
    #expect(SuspicionProgress(fold: 1, folds: 4, share: nil).whole == nil)
  }
}
