import Corpora
import Extractors
import Testing

@testable import Inspection

/// Scores of labels by what experts and other posts say.
@Suite("Suspicious labels")
struct SuspicionScoringTests {
  private let origin = SuspicionRanking.Origin(
    dataset: "made", system: "expert", subject: "mentions", folds: 5, seed: 1)

  private func ranking(
    _ posts: [Post] = SuspicionSamples.posts,
    _ answers: [HeldOutAnswer?] = SuspicionSamples.answers
  ) throws -> SuspicionRanking {
    try #require(SuspicionScoring(posts, answers, .entities, seed: 1).ranking(origin))
  }

  @Test func wrongLabelsComeFirstWithTheirReasons() throws {
    let ranking = try ranking()
    #expect(ranking.posts.count == 60)
    #expect(Set(ranking.posts.prefix(4).map(\.id)) == ["p7", "p11", "p13", "p17"])
    #expect(ranking.posts[3].score > 5 * ranking.posts[4].score)
    func why(_ i: Int) -> String { ranking.post("p\(i)")?.why ?? "" }
    #expect(
      why(SuspicionSamples.swapped)
        == "‘Paris’ is PER here, LOC in 57 of 59 other posts; the expert gives LOC .94")
    #expect(
      why(SuspicionSamples.dropped)
        == "‘Paris’ is no mention here, LOC in 57 of 59 other posts; the expert gives LOC .86")
    #expect(
      why(SuspicionSamples.moved)
        == "‘to Paris’ is LOC here, part of other mentions in 58 of 59 other posts; "
        + "the expert gives ‘Paris’ LOC .90")
    #expect(
      why(SuspicionSamples.invented)
        == "‘went’ is PER here, no mention in all 59 other posts; the expert gives no mention .82")
    #expect(why(0).hasPrefix("‘") && why(0).hasSuffix("the expert agrees .80"), "\(why(0))")
  }

  @Test func theCursorGoesToTheWordsInQuestion() throws {
    let ranking = try ranking()
    func worst(_ i: Int) -> Suspicion? { ranking.post("p\(i)")?.worst }
    let swapped = worst(SuspicionSamples.swapped)
    #expect(swapped?.range == 3..<4 && swapped?.given == "PER" && swapped?.suggested == "LOC")
    #expect(swapped?.suggestedRange == nil)
    let dropped = worst(SuspicionSamples.dropped)
    #expect(dropped?.range == 3..<4 && dropped?.given == nil && dropped?.suggested == "LOC")
    let moved = worst(SuspicionSamples.moved)
    #expect(moved?.range == 2..<4 && moved?.suggestedRange == 3..<4)
    let invented = worst(SuspicionSamples.invented)
    #expect(invented?.range == 1..<2 && invented?.given == "PER" && invented?.suggested == nil)
    // The post's other mentions have scores of their own.
    #expect(ranking.post("p\(SuspicionSamples.swapped)")?.mentions.count == 2)
    let scores = ranking.posts.flatMap { $0.mentions.map(\.score) }
    #expect(scores.allSatisfy { (0...1).contains($0) })
    for post in ranking.posts {
      #expect(post.mentions.map(\.score) == post.mentions.map(\.score).sorted(by: >))
      #expect(post.score >= (post.mentions.first?.score ?? 0) - 0.0002)
    }
  }

  @Test func theSameRunGivesTheSameRanking() throws {
    #expect(try ranking() == ranking())
  }

  @Test func postsWithoutAnAnswerAreNotJudged() throws {
    var answers = SuspicionSamples.answers
    answers[3] = nil
    let ranking = try ranking(SuspicionSamples.posts, answers)
    #expect(ranking.posts.count == 59 && ranking.score(of: "p3") == nil)
  }

  @Test func wordsThatWereNotReadAreNotJudged() throws {
    var answers = SuspicionSamples.answers
    // The expert read two words: Paris is unknown to it, not wrong.
    answers[5] = SuspicionSamples.tags(
      [EntityMention(0..<1, .person)], words: 2, sure: 0.9
    ).map(HeldOutAnswer.tags)
    answers[6] = SuspicionSamples.tags([], words: 0, sure: 0.9).map(HeldOutAnswer.tags)
    let ranking = try ranking(SuspicionSamples.posts, answers)
    #expect(ranking.post("p5")?.mentions.map(\.range) == [0..<1])
    #expect(ranking.post("p6")?.score == 0)
    #expect(ranking.post("p6")?.why.contains("longer than its input") == true)
  }

  @Test func aStopIsHeeded() {
    let scoring = SuspicionScoring(
      SuspicionSamples.posts, SuspicionSamples.answers, .entities, seed: 1)
    var calls = 0
    let result = scoring.judged { _ in
      calls += 1
      return calls < 3
    }
    #expect(result == nil && calls == 3)
  }

  @Test func aDatasetWithoutMentionsHasNothingSuspicious() throws {
    let posts = (0..<5).map { SuspicionSamples.post($0, []) }
    let answers = posts.map { _ in
      SuspicionSamples.tags([], words: 5, sure: 0.99).map(HeldOutAnswer.tags)
    }
    let ranking = try ranking(posts, answers)
    #expect(ranking.posts.allSatisfy { $0.score < 0.01 && $0.mentions.isEmpty })
    #expect(ranking.posts[0].why == "nothing is labelled here, and the expert finds nothing")
  }

  // MARK: Pairs

  /// Pairs of a person and a company or a town, of which one is labelled as if it were a town.
  private var related: (posts: [Post], answers: [HeldOutAnswer?]) {
    let labels = ["None", "/per/loc/place_of_birth", "/per/org/member_of"]
    let posts = (0..<80).map { i -> Post in
      let label = i == 9 ? labels[1] : labels[i % 2 == 0 ? 1 : 2]
      let tail = i % 2 == 0 ? "Tarn" : "Acme"
      var post = SuspicionSamples.post(i, [])
      post = post.replacing(
        tokens: ["Ada\(i % 9)", "of", tail].map { Token($0) }, mentions: [],
        relations: [RelationMention(head: 0..<1, tail: 2..<3, label: label)])
      return post
    }
    let answers = posts.indices.map { i -> HeldOutAnswer? in
      let sure = 0.7 + 0.03 * Float(i % 8)
      let rest = (1 - sure) / 2
      let right = i % 2 == 0 ? 1 : 2
      return .pairs([
        HeldOutPair(labels: labels, probabilities: (0..<3).map { $0 == right ? sure : rest })
      ])
    }
    return (posts, answers)
  }

  @Test func wrongRelationsComeFirst() throws {
    let (posts, answers) = related
    let ranking = try #require(
      SuspicionScoring(posts, answers, .relations, seed: 1).ranking(origin))
    let first = try #require(ranking.posts.first)
    #expect(first.id == "p9" && first.score > 5 * ranking.posts[1].score)
    let pair = try #require(first.pairs.first)
    #expect(pair.range == 0..<1 && pair.tail == 2..<3)
    #expect(pair.given == "/per/loc/place_of_birth" && pair.suggested == "/per/org/member_of")
    #expect(
      first.why.hasPrefix("‘Ada0’ → ‘Acme’ is /per/loc/place_of_birth here, /per/org/member_of in"))
    #expect(
      first.why.hasSuffix("the expert gives /per/org/member_of .73, this .14"), "\(first.why)")
  }

  @Test func pairsThatWereCutOffAreNotJudged() throws {
    var (posts, answers) = related
    answers[9] = .pairs([nil])
    posts[10].relations.append(RelationMention(head: 2..<3, tail: 0..<1, label: "None"))
    let first = try #require(answers[10])
    guard case .pairs(let pairs) = first else { return }
    answers[10] = .pairs(pairs + [nil])
    let ranking = try #require(
      SuspicionScoring(posts, answers, .relations, seed: 1).ranking(origin))
    #expect(ranking.score(of: "p9") == nil && ranking.post("p10")?.pairs.count == 1)
  }
}
