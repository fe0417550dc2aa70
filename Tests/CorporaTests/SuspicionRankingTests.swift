import Foundation
import Testing

@testable import Corpora

/// The ranking of suspicious posts and its file.
@Suite("Ranking of suspicious posts")
struct SuspicionRankingTests {
  private let origin = SuspicionRanking.Origin(
    dataset: "har\"bor", system: "small", subject: "mentions", folds: 5, seed: .max,
    newestEdit: 77)

  private func post(_ id: String, _ score: Double, _ more: [Suspicion] = []) -> SuspiciousPost {
    SuspiciousPost(id: id, score: score, why: "why \(id)", mark: "0123456789abcdef", mentions: more)
  }

  private var ranking: SuspicionRanking {
    let mention = Suspicion(
      2..<4, given: "MISC", suggested: "PER", suggestedRange: 1..<4, score: 0.93,
      why: "‘St\u{1B}Mary’ is MISC here")
    let missing = Suspicion(0..<1, given: nil, suggested: "LOC", score: 0.5, why: "missing")
    let pair = Suspicion(
      0..<1, tail: 2..<4, given: "None", suggested: nil, score: 0.2, why: "a pair")
    return SuspicionRanking(
      origin: origin,
      posts: [
        post("low", 0.1), post("high", 0.95, [mention, missing]), post("low", 0.99),
        SuspiciousPost(id: "pair", score: 0.2, why: "a pair", mark: "", pairs: [pair]),
        post("equal", 0.1),
      ])
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "suspicion-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func theMostSuspiciousComesFirstAndAnIdCountsOnce() {
    #expect(ranking.posts.map(\.id) == ["high", "pair", "low", "equal"])
    #expect(ranking.score(of: "low") == 0.1)
    #expect(ranking.rank(of: "pair") == 1)
    #expect(ranking.score(of: "other") == nil && ranking.rank(of: "other") == nil)
    #expect(ranking.post("high")?.worst?.given == "MISC")
    #expect(ranking.post("pair")?.worst?.tail == 2..<4)
    #expect(ranking.post("low")?.worst == nil)
  }

  @Test func scoresAreHeldInsideAndRounded() {
    #expect(post("a", 0.123_456).score == 0.1235)
    #expect(post("a", 1.5).score == 1 && post("a", -1).score == 0 && post("a", .nan).score == 0)
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    try withFolder { folder in
      let store = folder + "/annotations.sqlite"
      #expect(try SuspicionRanking.reading(besideStore: store) == nil)
      let path = SuspicionRanking.path(besideStore: store)
      #expect(path == folder + "/suspicion.json")
      try ranking.write(to: path)
      #expect(try SuspicionRanking.reading(besideStore: store) == ranking)
      // The same text again, and JSON for everybody else.
      #expect(try SuspicionRanking.reading(path).json == ranking.json)
      let object = try JSONSerialization.jsonObject(with: Data(ranking.json.utf8)) as? [String: Any]
      let posts = try #require(object?["posts"] as? [[String: Any]])
      #expect(posts.count == 4 && posts[0]["id"] as? String == "high")
      #expect(posts[0]["score"] as? Double == 0.95)
    }
  }

  @Test func storesOfOtherNamesHaveRankingsOfTheirOwn() {
    #expect(SuspicionRanking.path(besideStore: "a/b.sqlite") == "a/b.sqlite-suspicion.json")
    #expect(SuspicionRanking.path(besideStore: "b.sqlite") == "./b.sqlite-suspicion.json")
    #expect(
      SuspicionRanking.folder(besideStore: "/x/.twinlens/annotations.sqlite")
        == "/x/.twinlens/suspicion")
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"format":1}"#, #"{"format":2,"posts":[]}"#,
    #"{"format":1,"posts":[{"id":"a"}]}"#,
    #"{"format":1,"posts":[{"id":"","score":0.5}]}"#,
    #"{"format":1,"posts":[{"id":"a","score":1.5}]}"#,
    #"{"format":1,"posts":[{"id":"a","score":-0.1}]}"#,
    #"{"format":1,"posts":[{"id":"a","score":0.5,"mentions":[{"words":[2,2],"score":0.5}]}]}"#,
    #"{"format":1,"posts":[{"id":"a","score":0.5,"mentions":[{"words":[-1,2],"score":0.5}]}]}"#,
    #"{"format":1,"posts":[{"id":"a","score":0.5,"mentions":[{"words":[0,99999],"score":0.5}]}]}"#,
    #"{"format":1,"posts":[{"id":"a","score":0.5,"pairs":[{"words":[0,1,2],"score":0.5}]}]}"#,
    #"{"format":1,"seed":-1,"posts":[]}"#,
    #"{"format":1,"posts":[]} and more"#,
  ])
  func whatIsNoRankingIsAnErrorThatNamesTheFile(_ text: String) throws {
    try withFolder { folder in
      let path = folder + "/suspicion.json"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect {
        try SuspicionRanking.reading(path)
      } throws: { error in
        "\(error)".hasPrefix(path) && "\(error)".contains("twinlens suspect")
      }
    }
  }

  @Test func aPostWithTooManySuspicionsIsRefused() throws {
    let one = #"{"words":[0,1],"score":0.5}"#
    let all = [String](repeating: one, count: SuspicionRanking.mostOfPost + 1)
    let text =
      #"{"format":1,"posts":[{"id":"a","score":0.5,"mentions":["# + all.joined(separator: ",")
      + "]}]}"
    try withFolder { folder in
      let path = folder + "/suspicion.json"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: SuspicionError.self) { try SuspicionRanking.reading(path) }
    }
  }

  @Test func aFileThatIsNoneIsNotWaitedFor() throws {
    try withFolder { folder in
      mkfifo(folder + "/suspicion.json", 0o600)
      #expect(throws: CorporaError.self) {
        try SuspicionRanking.reading(besideStore: folder + "/annotations.sqlite")
      }
    }
  }

  @Test func markChangesWithLabelsAndWordsAlone() {
    func post(_ words: [String], _ mentions: [EntityMention], image: String? = nil) -> Post {
      Post(
        id: "a", tokens: words.map { Token($0) }, imageID: image, mentions: mentions,
        split: .train, source: SourceLocation(file: "f", line: 1))
    }
    let first = post(["St", "Mary"], [EntityMention(0..<2, .person)])
    let mark = SuspicionRanking.mark(of: first)
    #expect(mark.count == 16 && mark.allSatisfy(\.isHexDigit))
    #expect(SuspicionRanking.mark(of: post(["St", "Mary"], first.mentions, image: "x")) == mark)
    #expect(SuspicionRanking.mark(of: post(["StM", "ary"], first.mentions)) != mark)
    #expect(
      SuspicionRanking.mark(of: post(["St", "Mary"], [EntityMention(0..<2, .location)])) != mark)
    var related = first
    related.relations = [RelationMention(head: 0..<1, tail: 1..<2, label: "None")]
    #expect(SuspicionRanking.mark(of: related) != mark)
    let ranking = SuspicionRanking(
      origin: origin, posts: [SuspiciousPost(id: "a", score: 0.5, why: "", mark: mark)])
    #expect(ranking.isCurrent(first) == true && ranking.isCurrent(related) == false)
    #expect(ranking.staleCount(in: [first, related]) == 1)
  }

  @Test func onlyTheFirstPostsKeepTheirDetails() {
    let mention = Suspicion(0..<1, given: "PER", suggested: "PER", score: 0.5, why: "a")
    let count = SuspicionRanking.mostDetailed + 2
    let ranking = SuspicionRanking(
      origin: origin, posts: (0..<count).map { post("\($0)", 0.5, [mention]) })
    #expect(ranking.posts.count { !$0.mentions.isEmpty } == SuspicionRanking.mostDetailed)
    #expect(ranking.posts.last?.score == 0.5 && ranking.posts.last?.why == "why \(count - 1)")
  }
}
