import Extractors

/// What a router is worth on some posts: both experts on the sets it makes, and the union (MODELS
/// §4.7).
package struct RouterEvaluation: Sendable, Hashable {
  /// Both experts on one set of posts.
  package struct SetScore: Sendable, Hashable {
    /// How many posts the set has.
    package let posts: Int
    /// Counts of both experts over the set; scores are theirs (`f1Percent` …).
    package let counts: ExpertCounts
  }

  /// Posts routed to the text expert.
  package let unimodal: SetScore
  /// Posts routed to the multimodal expert.
  package let multimodal: SetScore
  /// All posts.
  package let full: SetScore
  /// Every post answered by the expert on its route, scored once (MODELS §2.8.3).
  package let union: MatchCounts
  /// The union of the per-post oracle, an upper bound that no router can be asked for.
  package let oracleUnion: MatchCounts
  /// The union under gold routing by `imageAdds`; nil when no post has that label.
  package let goldUnion: MatchCounts?
  /// How well p separates the posts whose picture adds, 0.5 is chance; nil without both kinds.
  package let aucImageAdds: Double?
  /// Share of posts routed to the multimodal expert; 0 without posts.
  package let fractionMultimodal: Double

  /// Evaluates a discriminator by the rule p > 0.5 (or another) on these posts.
  package init(
    _ discriminator: Discriminator, on data: RouterData, rule: DecisionRule = .threshold
  ) {
    self.init(probabilities: discriminator.probabilities(data.askedInputs), on: data, rule: rule)
  }

  /// Evaluates probabilities, one for each post that the router is asked about.
  package init(probabilities: [Float], on data: RouterData, rule: DecisionRule = .threshold) {
    precondition(
      probabilities.count == data.asked.count,
      "\(probabilities.count) p for \(data.asked.count) posts")
    let routes = data.routes(probabilities, by: rule)
    func set(_ holds: (Route) -> Bool) -> SetScore {
      let members = zip(routes, data.counts).filter { holds($0.0) }
      return SetScore(posts: members.count, counts: members.map(\.1).total())
    }
    unimodal = set { $0 == .text }
    multimodal = set { $0 == .multimodal }
    full = set { _ in true }
    union = data.counts.union(routes: routes)
    oracleUnion = data.counts.union(routes: data.counts.oracleRoutes())
    let labelled = data.imageAdds.contains { $0 != nil }
    goldUnion =
      labelled
      ? data.counts.union(routes: ReferenceRouting.gold(imageAdds: data.imageAdds)) : nil
    aucImageAdds = RankStatistics.auc(
      scores: probabilities, labels: data.asked.map { data.imageAdds[$0] })
    fractionMultimodal =
      data.count == 0 ? 0 : Double(multimodal.posts) / Double(data.count)
  }

  /// F1 of the better expert over all posts, in percent: what routing must beat.
  package var betterExpertF1Percent: Double {
    max(full.counts.text.f1Percent, full.counts.multimodal.f1Percent)
  }
}
