import Corpora
import Testing

@testable import Inspection
@testable import Studies

/// The linear classifier of pairs.
@Suite("Linear classifier of pairs")
struct PairWordsTests {
  private func post(_ i: Int, _ words: String, _ label: String) -> Post {
    Post(
      id: "p\(i)", tokens: words.split(separator: " ").map { Token(String($0)) }, imageID: nil,
      mentions: [EntityMention(0..<1, .person)],
      relations: [RelationMention(head: 0..<1, tail: 3..<4, label: label)], split: .train,
      source: SourceLocation(file: "memory", line: i + 1))
  }

  private var posts: [Post] {
    (0..<60).map { i in
      i % 2 == 0
        ? post(i, "Ada\(i % 7) born in Tarn\(i % 5)", "/per/loc/place_of_birth")
        : post(i, "Ada\(i % 7) works at Acme\(i % 5)", "/per/org/member_of")
    }
  }

  @Test func itLearnsTheWordsBetween() throws {
    let learned = try #require(PairWords(posts, seed: 1))
    #expect(learned.labels == ["/per/loc/place_of_birth", "/per/org/member_of"])
    let answer = learned.answers(post(99, "Zoe born in Ulm", "None"))
    let pair = try #require(answer.first ?? nil)
    #expect(pair.best.label == "/per/loc/place_of_birth" && pair.best.probability > 0.8)
    #expect(abs(pair.probabilities.reduce(0, +) - 1) < 1e-4)
    #expect(pair.probability(of: "None") == 0)
  }

  @Test func itRepeatsAndStops() throws {
    let one = try #require(PairWords(posts, seed: 1))
    let same = try #require(PairWords(posts, seed: 1))
    #expect(one.answers(posts[3]) == same.answers(posts[3]))
    var shares: [Double] = []
    let stopped = PairWords(posts, seed: 1) { share in
      shares.append(share)
      return shares.count < 2
    }
    #expect(stopped == nil && shares.count == 2)
  }

  @Test func theLabelItselfIsNotSeen() {
    let (a, b) = (post(1, "Ada works at Acme", "x"), post(2, "Ada works at Acme", "y"))
    #expect(
      PairWords.features(of: a.relations[0], a, slots: 1 << 17)
        == PairWords.features(of: b.relations[0], b, slots: 1 << 17))
  }

  @Test func oddPairsAreNoTrap() throws {
    let learned = try #require(PairWords(posts, seed: 1))
    var odd = posts[0]
    odd.relations = [
      RelationMention(head: 3..<4, tail: 0..<1, label: "None"),
      RelationMention(head: 0..<3, tail: 1..<2, label: "None"),
      RelationMention(head: 2..<9, tail: 7..<9, label: "None"),
    ]
    #expect(learned.answers(odd).allSatisfy { $0 != nil })
    let empty = try #require(PairWords([], seed: 1))
    #expect(empty.answers(odd) == [nil, nil, nil])
  }
}
