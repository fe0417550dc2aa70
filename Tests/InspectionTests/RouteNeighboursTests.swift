import Corpora
import Extractors
import Routing
import Tensors
import Testing

@testable import Inspection

/// The posts that are most like one to the router.
@Suite struct RouteNeighboursTests {
  private func decision(_ p: Float) -> RouteDecision {
    RouteDecision(probability: p, percentile: 0.5, cosine: 0)
  }

  /// Equal to sorting all posts, in whatever pieces they come.
  @Test(arguments: [1, 2, 3] as [UInt64]) func theNearestAreKept(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let inputs = (0..<40).map { _ in (0..<5).map { _ in generator.normal() } }
    let p = (0..<40).map { _ in generator.uniform() }
    var found = RouteNeighbours(
      of: 7, route: decision(p[7]).route, x: inputs[7], total: 40, alpha: 0.5)
    for (place, x) in inputs.enumerated() { found.take(place, .product(x), decision(p[place])) }
    func cosine(_ place: Int) -> Double {
      func dot(_ a: [Float], _ b: [Float]) -> Double {
        zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      let (a, b) = (inputs[7], inputs[place])
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    for (neighbours, isSame) in [(found.same, true), (found.other, false)] {
      let wanted = inputs.indices
        .filter { $0 != 7 && (decision(p[$0]).route == decision(p[7]).route) == isSame }
        .sorted { (-cosine($0), $0) < (-cosine($1), $1) }.prefix(3)
      #expect(neighbours.map(\.post) == Array(wanted), "seed \(seed)")
      for neighbour in neighbours {
        #expect(abs(Double(neighbour.similarity) - cosine(neighbour.post)) < 1e-6)
      }
    }
    #expect(found.isWhole && found.lookedAt == 40)
  }

  /// Posts without a picture are none; answers about other pairs are not counted.
  @Test func whatCannotBeComparedIsLeftOut() throws {
    var found = RouteNeighbours(of: 0, route: .text, x: [1, 0], total: 4, alpha: 0.5)
    found.take(1, .withoutPicture, .withoutPicture)
    found.take(2, nil, nil)
    found.take(3, .product([0.5, 0.5]), decision(0.2))
    #expect(found.same.map(\.post) == [3] && found.other.isEmpty)
    let pair = RelationMention(head: 0..<1, tail: 1..<2, label: "x")
    let post = Post(
      id: "a", tokens: [Token("Ann"), Token("Bo")], imageID: nil, mentions: [], relations: [pair],
      split: .all, source: SourceLocation(file: "a", line: 1))
    func answer(_ label: String) -> Labels {
      .relations([RelationAnswer(head: 0..<1, tail: 1..<2, label: label, probabilities: [])])
    }
    found.complete({ _ in [.text: answer("x"), .multimodal: answer("y")] }, swapped: { _ in nil })
    let counts = try #require(found.same[0].counts(gold: post))
    #expect(counts.text.correct == 1 && counts.multimodal.correct == 0)
    // The text expert alone is right, and gets the post.
    #expect(found.same[0].reward(gold: post, alpha: 0.5) == 0.5)
    var other = post
    other.relations = []
    #expect(found.same[0].counts(gold: other) == nil)
  }
}
