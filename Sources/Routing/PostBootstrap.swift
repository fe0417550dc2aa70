import Tensors

/// How far the choice of posts moves an F1: the percentile bootstrap over posts (Efron and
/// Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
package enum PostBootstrap {
  /// F1 in percent with the middle 95 % of the resamples; nil where nothing is predicted and
  /// nothing is asked for. Resamples in which that is so say nothing and are left out.
  /// - Parameters:
  ///   - counts: one element per post, drawn together.
  ///   - seed: decides the resamples.
  package static func f1(
    of counts: [MatchCounts], resamples: Int = 1000, seed: UInt64 = 1
  ) -> UnionBootstrap.Interval? {
    let whole = counts.reduce(.zero, +)
    guard whole.predicted + whole.gold > 0 else { return nil }
    var generator = SeededGenerator(seed: seed, stream: "bootstrap")
    var scores: [Double] = []
    scores.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var sum = MatchCounts.zero
      for _ in counts.indices { sum += counts[generator.index(below: counts.count)] }
      if sum.predicted + sum.gold > 0 { scores.append(sum.f1Percent) }
    }
    scores.sort()
    guard let last = scores.indices.last else { return nil }
    func quantile(_ share: Double) -> Double { scores[Int((share * Double(last)).rounded())] }
    return UnionBootstrap.Interval(
      value: whole.f1Percent, low: quantile(0.025), high: quantile(0.975))
  }
}
