import Tensors

/// 95 % intervals of routed scores by resampling posts (Efron and Tibshirani 1993, percentile
/// method). Several runs (seeds) answer the same posts: a resample takes the same posts from each,
/// and a score is the mean over the runs, so the interval speaks of the posts, not of the seeds.
public struct UnionBootstrap: Sendable {
  /// Both experts' counts of one run and where its posts go; one element per post.
  public struct Run: Sendable {
    let counts: [ExpertCounts]
    let routes: [Route]

    /// A run over as many counts as routes.
    public init(counts: [ExpertCounts], routes: [Route]) {
      precondition(
        counts.count == routes.count, "\(routes.count) routes for \(counts.count) posts")
      self.counts = counts
      self.routes = routes
    }
  }

  /// A score in percent with its interval.
  public struct Interval: Sendable, Hashable, Codable {
    /// The score over all posts.
    public let value: Double
    /// 2.5 % of the resamples are below.
    public let low: Double
    /// 2.5 % of the resamples are above.
    public let high: Double

    /// An interval by its parts.
    public init(value: Double, low: Double, high: Double) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// F1 of the text expert on all posts.
  public let text: Interval
  /// F1 of the multimodal expert on all posts.
  public let multimodal: Interval
  /// F1 of the union.
  public let union: Interval
  /// Union above the better of the two experts.
  public let gain: Interval

  /// Resamples posts.
  ///
  /// - Parameters:
  ///   - runs: runs over the same posts in the same order; not empty.
  ///   - seed: decides the resamples.
  public init(_ runs: [Run], resamples: Int = 1000, seed: UInt64 = 1) {
    let posts = runs.first?.counts.count ?? 0
    precondition(runs.allSatisfy { $0.counts.count == posts }, "runs over different posts")
    let tables = runs.map(Sums.init)
    var samples: [SIMD4<Double>] = []
    samples.reserveCapacity(resamples)
    var generator = SeededGenerator(seed: seed, stream: "bootstrap")
    var drawn = [Int32](repeating: 0, count: posts)
    for _ in 0..<(posts == 0 ? 0 : resamples) {
      for i in drawn.indices { drawn[i] = Int32(generator.index(below: posts)) }
      samples.append(Self.mean(tables.map { $0.scores(drawn.lazy.map { Int($0) }) }))
    }
    let whole = Self.mean(tables.map { $0.scores(0..<posts) })
    func interval(_ i: Int) -> Interval {
      let sorted = samples.map { $0[i] }.sorted()
      guard let last = sorted.indices.last else {
        return Interval(value: whole[i], low: whole[i], high: whole[i])
      }
      func quantile(_ share: Double) -> Double { sorted[Int((share * Double(last)).rounded())] }
      return Interval(value: whole[i], low: quantile(0.025), high: quantile(0.975))
    }
    text = interval(0)
    multimodal = interval(1)
    union = interval(2)
    gain = interval(3)
  }

  private static func mean(_ scores: [SIMD4<Double>]) -> SIMD4<Double> {
    scores.reduce(.zero, +) / Double(max(1, scores.count))
  }

  /// Per post: correct and predicted + gold of text, multimodal and union.
  private struct Sums {
    private let correct: [SIMD4<Double>]
    private let both: [SIMD4<Double>]

    init(_ run: Run) {
      func pick(_ number: (MatchCounts) -> Int) -> [SIMD4<Double>] {
        zip(run.counts, run.routes).map { counts, route in
          SIMD4(
            Double(number(counts.text)), Double(number(counts.multimodal)),
            Double(number(counts[route])), 0)
        }
      }
      correct = pick(\.correct)
      both = pick { $0.predicted + $0.gold }
    }

    /// F1 of text, multimodal and union, and the gain, in percent.
    func scores(_ posts: some Sequence<Int>) -> SIMD4<Double> {
      var (c, b) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
      for post in posts {
        c += correct[post]
        b += both[post]
      }
      var f1 = SIMD4<Double>.zero
      for i in 0..<3 where b[i] > 0 { f1[i] = 200 * c[i] / b[i] }
      f1[3] = f1[2] - max(f1[0], f1[1])
      return f1
    }
  }
}
