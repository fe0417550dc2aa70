import Tensors

/// How probabilities become routes when predicting (MODELS §4.4).
package enum DecisionRule: Sendable, Hashable, Codable {
  /// p > 0.5 goes to the multimodal expert: the paper's rule, and the code's on test.
  case threshold
  /// The ⌊share · posts⌋ highest p go there whatever their size: the code's rule on dev, with share
  /// 0.5.
  case topShare(Float)

  /// One route per probability of posts that the router is asked about; equal p are ranked by their
  /// place, the earlier first.
  package func routes(_ probabilities: [Float]) -> [Route] {
    switch self {
    case .threshold:
      probabilities.map { $0 > RouteDecision.threshold ? .multimodal : .text }
    case .topShare(let share):
      ActionRule.top(share, of: probabilities).map { $0 ? .multimodal : .text }
    }
  }
}

/// How probabilities become actions when training; true puts a post into the multimodal set M.
package enum ActionRule: Sendable, Hashable, Codable {
  /// d_i ~ Bernoulli(p_i), as the paper says.
  case bernoulli
  /// d = 1 for the ⌊share · batch⌋ highest p, as the released code does with share 0.7. Not a
  /// sample of the policy: E[Σ(d − p)] ≠ 0 pulls the mean p towards the share (MODELS §4.6).
  case topShare(Float)

  /// One action per probability.
  package func actions(
    _ probabilities: [Float], from generator: inout SeededGenerator
  ) -> [Bool] {
    switch self {
    case .bernoulli: probabilities.map { generator.chance($0) }
    case .topShare(let share): Self.top(share, of: probabilities)
    }
  }

  static func top(_ share: Float, of probabilities: [Float]) -> [Bool] {
    // The product is taken in double precision of the decimal that was meant: ⌊0.7 · 10⌋ is 7.
    let exact = (Double(share) * 1e6).rounded() / 1e6 * Double(probabilities.count)
    let chosen = min(max(Int((exact + 1e-9).rounded(.down)), 0), probabilities.count)
    let order = probabilities.indices.sorted {
      (probabilities[$1], $0) < (probabilities[$0], $1)
    }
    var result = [Bool](repeating: false, count: probabilities.count)
    for i in order.prefix(chosen) { result[i] = true }
    return result
  }
}
