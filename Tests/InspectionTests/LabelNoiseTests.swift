import Corpora
import Extractors
import Testing

@testable import Inspection

/// Labels that are spoiled on purpose.
@Suite("Spoiled labels")
struct LabelNoiseTests {
  /// Posts of ten words, with mentions of one and two words.
  static func posts(_ count: Int, types: [String] = ["LOC", "ORG", "PER"]) -> [Post] {
    (0..<count).map { i in
      Post(
        id: "p\(i)", tokens: (0..<10).map { Token("w\($0)x\(i % 7)") }, imageID: nil,
        mentions: [
          EntityMention(1..<2, EntityType(types[i % types.count])),
          EntityMention(4..<6, EntityType(types[(i / 2) % types.count])),
        ],
        relations: [
          RelationMention(head: 1..<2, tail: 4..<6, label: i % 3 == 0 ? "None" : "/per/loc/x")
        ], split: .train, source: SourceLocation(file: "memory", line: i + 1))
    }
  }

  private func expectValid(_ posts: [Post]) {
    for post in posts {
      for (a, b) in zip(post.mentions, post.mentions.dropFirst()) {
        #expect(a.range.upperBound <= b.range.lowerBound, "\(post.id) overlaps")
      }
      #expect(
        post.mentions.allSatisfy {
          $0.range.lowerBound >= 0 && $0.range.upperBound <= post.tokens.count
        })
    }
  }

  @Test func kindsHaveTheSharesThatAreStated() {
    #expect(LabelNoise.counts(100).map(\.count) == [40, 20, 20, 20])
    #expect(LabelNoise.counts(1).map(\.count) == [0, 0, 0, 1])
    #expect(LabelNoise.counts(3).map(\.count) == [1, 1, 1, 0])
    #expect(LabelNoise.counts(0).map(\.count) == [0, 0, 0, 0])
    for total in 0..<50 { #expect(LabelNoise.counts(total).map(\.count).reduce(0, +) == total) }
  }

  @Test(arguments: [0.01, 0.05, 0.2, 0.5])
  func asManyAreSpoiledAsWereAskedFor(rate: Double) {
    let posts = Self.posts(500)
    let noise = LabelNoise(of: posts, .entities, rate: rate, seed: 3)
    let wanted = LabelNoise.counts(Int((rate * 1000).rounded()))
    for (kind, count) in wanted {
      #expect(noise.places.count { $0.kind == kind } == count, "\(kind)")
    }
    expectValid(noise.posts)
  }

  @Test func whatIsSaidToBeSpoiledIs() {
    let posts = Self.posts(200)
    let noise = LabelNoise(of: posts, .entities, rate: 0.3, seed: 5)
    for place in noise.places {
      let (before, after) = (posts[place.post].mentions, noise.posts[place.post].mentions)
      let there = after.first { $0.range == place.range }
      switch place.kind {
      case .type:
        let old = before.first { $0.range == place.range }
        #expect(old != nil && there != nil && old?.type != there?.type)
      case .boundary:
        let old = before.first { $0.range.overlaps(place.range) }
        let moved =
          abs((old?.range.lowerBound ?? 99) - place.range.lowerBound)
          + abs((old?.range.upperBound ?? 99) - place.range.upperBound)
        #expect(moved == 1 && there?.type == old?.type)
      case .dropped:
        #expect(before.contains { $0.range == place.range })
        // Another mention may have grown into its words.
        #expect(there == nil)
      case .invented:
        #expect(there != nil && !before.contains { $0.range.overlaps(place.range) })
      case .relation: Issue.record("no pair is spoiled among mentions")
      }
    }
    // And nothing else.
    let touched = Set(noise.places.map(\.post))
    for i in posts.indices where !touched.contains(i) { #expect(noise.posts[i] == posts[i]) }
    #expect(noise.posts.map(\.relations) == posts.map(\.relations))
  }

  @Test func aSeedDecidesEverything() {
    let posts = Self.posts(100)
    func noise(_ seed: UInt64, _ stream: String = "label noise") -> LabelNoise {
      LabelNoise(of: posts, .entities, rate: 0.1, seed: seed, stream: stream)
    }
    #expect(noise(1) == noise(1))
    #expect(noise(1) != noise(2))
    #expect(noise(1) != noise(1, "another"))
  }

  @Test func pairsGetAnotherRelation() {
    let posts = Self.posts(200)
    let noise = LabelNoise(of: posts, .relations, rate: 0.1, seed: 2)
    #expect(noise.places.count == 20)
    for place in noise.places {
      #expect(place.kind == .relation && place.tail == 4..<6)
      #expect(noise.posts[place.post].relations[0].label != posts[place.post].relations[0].label)
    }
    #expect(Set(noise.places.map(\.post)).count == 20, "no pair is spoiled twice")
    #expect(noise.posts.map(\.mentions) == posts.map(\.mentions))
  }

  @Test func whatCannotBeDoneIsLeftUndone() {
    // One type: nothing to exchange it with; the other kinds are still done.
    let noise = LabelNoise(of: Self.posts(100, types: ["PER"]), .entities, rate: 0.2, seed: 1)
    #expect(!noise.places.contains { $0.kind == .type })
    #expect(noise.places.count { $0.kind == .dropped } == 8)
    let bare = Self.posts(3).map { $0.replacing(tokens: $0.tokens, mentions: [], relations: []) }
    #expect(LabelNoise(of: bare, .entities, rate: 0.5, seed: 1).places.isEmpty)
    #expect(LabelNoise(of: bare, .relations, rate: 0.5, seed: 1).places.isEmpty)
    #expect(LabelNoise(of: [], .entities, rate: 0.5, seed: 1).posts.isEmpty)
  }
}
