import Tensors

/// By how much one router's union is better than another's on the same posts, with an interval by
/// resampling the posts (Efron and Tibshirani 1993, percentile method).
struct RoutingDifference: Sendable {
  /// F1 of the first router's union, percent.
  let before: Double
  /// F1 of the second router's union, percent.
  let after: Double
  /// The difference in points, with 95 % of its resamples.
  let interval: UnionBootstrap.Interval

  init(
    from old: Discriminator, to new: Discriminator, on data: RouterData, resamples: Int = 1000,
    seed: UInt64 = 1
  ) {
    let posts = [old, new].map { router in
      zip(data.routes(router.probabilities(data.askedInputs)), data.counts).map {
        let counts = $1[$0]
        return SIMD2(Double(counts.correct), Double(counts.predicted + counts.gold))
      }
    }
    func f1(_ sum: SIMD2<Double>) -> Double { sum[1] > 0 ? 200 * sum[0] / sum[1] : 0 }
    let (before, after) = (f1(posts[0].reduce(.zero, +)), f1(posts[1].reduce(.zero, +)))
    (self.before, self.after) = (before, after)
    var generator = SeededGenerator(seed: seed, stream: "bootstrap")
    let samples = (0..<resamples).map { _ in
      var (a, b) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
      for _ in 0..<data.count {
        let post = generator.index(below: data.count)
        a += posts[0][post]
        b += posts[1][post]
      }
      return f1(b) - f1(a)
    }.sorted()
    func quantile(_ share: Double) -> Double {
      samples.isEmpty ? after - before : samples[Int((share * Double(samples.count - 1)).rounded())]
    }
    interval = UnionBootstrap.Interval(
      value: after - before, low: quantile(0.025), high: quantile(0.975))
  }
}
