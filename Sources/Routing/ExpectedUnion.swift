/// The expected counts of the union under independent routing, and F1 of them: the `exact`
/// objective.
///
/// With p_i the probability of the multimodal expert, C = Σ p_i c^m_i + (1 − p_i) c^u_i, and D the
/// same sum of predicted + gold; F = 2C / D. It is the F1 of expected counts, not the expected F1;
/// for many posts the two agree. Differentiable in p, so nothing needs to be sampled.
package struct ExpectedUnion: Sendable, Hashable {
  /// Expected correct answers.
  package let correct: Double
  /// Expected predicted + gold.
  package let predictedAndGold: Double

  /// F = 2C / D as a fraction; 0 when nothing is predicted or asked for.
  package var f1: Double { predictedAndGold == 0 ? 0 : 2 * correct / predictedAndGold }

  /// The expectation for posts with these counts and probabilities, one each.
  package init(counts: [ExpertCounts], probabilities: [Float]) {
    precondition(
      counts.count == probabilities.count, "\(probabilities.count) p for \(counts.count) posts")
    self.init(
      table: CountTable(counts, weights: [Float](repeating: 1, count: counts.count)),
      probabilities: probabilities)
  }

  init(table: CountTable, probabilities: [Float]) {
    var (correct, both) = (0.0, 0.0)
    for (post, p) in probabilities.enumerated() {
      let (at, p) = (4 * post, Double(p))
      correct += p * table.values[at + 2] + (1 - p) * table.values[at]
      both += p * table.values[at + 3] + (1 - p) * table.values[at + 1]
    }
    self.correct = correct
    predictedAndGold = both
  }

  /// ∂F/∂z_i per post, with z the logit of p:
  /// ∂F/∂p_i = [2 (c^m − c^u)_i D − 2C ((n + g)^m − (n + g)^u)_i] / D², and ∂p/∂z = p (1 − p).
  func logitGradient(table: CountTable, probabilities: [Float]) -> [Float] {
    guard predictedAndGold > 0 else { return [Float](repeating: 0, count: probabilities.count) }
    let (c, d) = (correct, predictedAndGold)
    return probabilities.enumerated().map { post, p in
      let (at, p) = (4 * post, Double(p))
      let moreCorrect = table.values[at + 2] - table.values[at]
      let moreBoth = table.values[at + 3] - table.values[at + 1]
      return Float((2 * moreCorrect * d - 2 * c * moreBoth) / (d * d) * p * (1 - p))
    }
  }
}
