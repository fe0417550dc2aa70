/// What a router is worth on some posts: both experts on the sets it makes, and the union (MODELS
/// §4.7).
public struct RouterEvaluation: Sendable, Hashable {
  /// Both experts on one set of posts.
  public struct SetScore: Sendable, Hashable {
    /// How many posts the set has.
    public let posts: Int
    /// Counts of both experts over the set; scores are theirs (`f1Percent` …).
    public let counts: ExpertCounts
  }

  /// Posts routed to the text expert.
  public let unimodal: SetScore
  /// Posts routed to the multimodal expert.
  public let multimodal: SetScore
  /// All posts.
  public let full: SetScore
  /// Every post answered by the expert on its route, scored once (MODELS §2.8.3).
  public let union: MatchCounts
  /// The union of the per-post oracle, an upper bound that no router can be asked for.
  public let oracleUnion: MatchCounts
  /// The union under gold routing by `imageAdds`; nil when no post has that label.
  public let goldUnion: MatchCounts?
  /// How well p separates the posts whose picture adds, 0.5 is chance; nil without both kinds.
  public let aucImageAdds: Double?
  /// Share of posts routed to the multimodal expert; 0 without posts.
  public let fractionMultimodal: Double

  /// Evaluates a discriminator by the rule p > 0.5 (or another) on these posts.
  public init(
    _ discriminator: Discriminator, on data: RouterData, rule: DecisionRule = .threshold
  ) {
    self.init(probabilities: discriminator.probabilities(data.askedInputs), on: data, rule: rule)
  }

  /// Evaluates probabilities, one for each post that the router is asked about.
  public init(probabilities: [Float], on data: RouterData, rule: DecisionRule = .threshold) {
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
  public var betterExpertF1Percent: Double {
    max(full.counts.text.f1Percent, full.counts.multimodal.f1Percent)
  }
}

/// Numbers that depend on order only: p may live near one half, its rank does not (MODELS §4.6).
public enum RankStatistics {
  /// Area under the ROC curve: the chance that a post labelled true scores above one labelled
  /// false, ties counting one half. Posts without a label are left out; nil when only one label
  /// occurs.
  public static func auc(scores: [Float], labels: [Bool?]) -> Double? {
    let known = zip(scores, labels).compactMap { score, label in label.map { (score, $0) } }
      .sorted { $0.0 < $1.0 }
    let positives = known.count { $0.1 }
    let negatives = known.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    // Mann–Whitney: ranks from 1, equal scores share their mean rank.
    var rankSum = 0.0
    var start = 0
    while start < known.count {
      var end = start
      while end < known.count, known[end].0 == known[start].0 { end += 1 }
      let meanRank = Double(start + 1 + end) / 2
      rankSum += meanRank * Double(known[start..<end].count { $0.1 })
      start = end
    }
    let smallest = Double(positives) * Double(positives + 1) / 2
    return (rankSum - smallest) / (Double(positives) * Double(negatives))
  }

  /// Share of `sorted` (ascending) that is smaller than the value, 0 … 1; 0 when there is none.
  public static func percentile(of value: Float, in sorted: [Float]) -> Float {
    guard !sorted.isEmpty else { return 0 }
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return Float(low) / Float(sorted.count)
  }
}
