import Extractors
import Tensors
import Testing

@testable import Routing

struct EvaluationTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func aucIsTheShareOfPairsInOrder(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    // Few different scores, so that ties are common; some posts without a label.
    let scores = (0..<40).map { _ in Float(generator.index(below: 6)) }
    let labels = scores.map { _ in generator.chance(0.1) ? nil : generator.chance(0.4) }
    var (pairs, inOrder) = (0.0, 0.0)
    for i in 0..<40 where labels[i] == true {
      for j in 0..<40 where labels[j] == false {
        pairs += 1
        inOrder += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
      }
    }
    let auc = RankStatistics.auc(scores: scores, labels: labels)
    #expect(abs((auc ?? -1) - inOrder / pairs) < 1e-12, "seed \(seed)")
  }

  @Test func aucNeedsBothKinds() {
    #expect(RankStatistics.auc(scores: [0.1, 0.2], labels: [true, true]) == nil)
    #expect(RankStatistics.auc(scores: [0.1, 0.2], labels: [nil, nil]) == nil)
    #expect(RankStatistics.auc(scores: [], labels: []) == nil)
    #expect(RankStatistics.auc(scores: [0.1, 0.2], labels: [false, true]) == 1)
  }

  @Test func percentilesCountSmallerValues() {
    let sorted: [Float] = [0.1, 0.2, 0.2, 0.4]
    for value: Float in [0, 0.1, 0.15, 0.2, 0.3, 0.4, 1] {
      let plain = Float(sorted.count { $0 < value }) / 4
      #expect(RankStatistics.percentile(of: value, in: sorted) == plain)
    }
    #expect(RankStatistics.percentile(of: 0.5, in: []) == 0)
  }

  @Test func setsAddUpAndTheUnionIsScoredOnce() throws {
    let data = try World.separable(200, seed: 4)
    let p = data.imageAdds.enumerated().map { i, adds -> Float in
      (adds == true) != i.isMultiple(of: 5) ? 0.8 : 0.3
    }
    let evaluation = RouterEvaluation(probabilities: p, on: data)
    #expect(evaluation.unimodal.posts + evaluation.multimodal.posts == 200)
    #expect(
      evaluation.unimodal.counts + evaluation.multimodal.counts == evaluation.full.counts)
    #expect(
      evaluation.union
        == evaluation.unimodal.counts.text + evaluation.multimodal.counts.multimodal)
    #expect(evaluation.fractionMultimodal == Double(p.count { $0 > 0.5 }) / 200)
    #expect(evaluation.union.f1 > evaluation.betterExpertF1Percent / 100)
    #expect(try #require(evaluation.goldUnion).f1 > evaluation.union.f1)
    #expect(evaluation.oracleUnion.f1 >= (evaluation.goldUnion?.f1 ?? 1))
    #expect(try #require(evaluation.aucImageAdds) > 0.7)
  }

  @Test func noPostsAreEvaluatedToo() throws {
    let data = try RouterData(dimensions: 3, ids: [], x: [], counts: [])
    let evaluation = RouterEvaluation(probabilities: [], on: data)
    #expect(evaluation.union.f1 == 0)
    #expect(evaluation.fractionMultimodal == 0)
    #expect(evaluation.goldUnion == nil)
  }

  @Test func dataIsChecked() throws {
    func make(
      dimensions: Int = 2, ids: [String] = ["a", "b"], x: [Float] = [1, 2, 3, 4],
      counts: [ExpertCounts] = [.zero, .zero]
    ) throws { _ = try RouterData(dimensions: dimensions, ids: ids, x: x, counts: counts) }
    try make()
    #expect(throws: RoutingError.wrongDimensions(have: 2, need: 4)) { try make(dimensions: 4) }
    #expect(throws: RoutingError.unequalCounts(what: "embeddings", have: 1, posts: 2)) {
      try make(x: [1, 2, 3])
    }
    #expect(throws: RoutingError.unequalCounts(what: "pairs of counts", have: 1, posts: 2)) {
      try make(counts: [.zero])
    }
    #expect(throws: RoutingError.notFinite(post: "b")) { try make(x: [1, 2, .infinity, 4]) }
    let impossible = MatchCounts(correct: 3, predicted: 2, gold: 5)
    #expect(throws: RoutingError.impossibleCounts(post: "b")) {
      try make(counts: [.zero, ExpertCounts(text: .zero, multimodal: impossible)])
    }
    #expect(throws: RoutingError.self) { try make(dimensions: 0) }
  }

  @Test func inputsAreNormalisedProducts() throws {
    let x = try RouterInput(text: [3, 4], picture: [0, 2]).product ?? []
    #expect(largestDifference(x, [0, 0.8]) < 1e-6)
    #expect(try RouterInput(text: [0, 0], picture: [1, 1]) == .product([0, 0]))
    #expect(try RouterInput(text: [3, 4], picture: nil) == .withoutPicture)
    #expect(throws: RoutingError.wrongDimensions(have: 1, need: 2)) {
      _ = try RouterInput(text: [1, 2], picture: [1])
    }
  }
}
