import Tensors

/// 95 % intervals of routed scores by resampling posts (Efron and Tibshirani 1993, percentile
/// method). Several runs (seeds) answer the same posts: a resample takes the same posts from each,
/// and a score is the mean over the runs, so the interval speaks of the posts, not of the seeds.
package struct UnionBootstrap: Sendable {
  /// Both experts' counts of one run and where its posts go; one element per post.
  package struct Run: Sendable {
    let counts: [ExpertCounts]
    let routes: [Route]

    /// A run over as many counts as routes.
    package init(counts: [ExpertCounts], routes: [Route]) {
      precondition(
        counts.count == routes.count, "\(routes.count) routes for \(counts.count) posts")
      self.counts = counts
      self.routes = routes
    }
  }

  /// A score in percent with its interval.
  package struct Interval: Sendable, Hashable, Codable {
    /// The score over all posts.
    package let value: Double
    /// 2.5 % of the resamples are below.
    package let low: Double
    /// 2.5 % of the resamples are above.
    package let high: Double

    /// An interval by its parts.
    package init(value: Double, low: Double, high: Double) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// F1 of the text expert on all posts.
  package let text: Interval
  /// F1 of the multimodal expert on all posts.
  package let multimodal: Interval
  /// F1 of the union.
  package let union: Interval
  /// Union above the better of the two experts.
  package let gain: Interval
  /// F1 of the text expert above the multimodal one's on the posts routed to it; 0 without any.
  package let unimodalLead: Interval
  /// F1 of the multimodal expert above the text expert's on the posts routed to it; 0 without any.
  package let multimodalLead: Interval

  /// Resamples posts.
  ///
  /// - Parameters:
  ///   - runs: runs over the same posts (or pairs) in the same order; not empty.
  ///   - groups: what is drawn together, e.g. the pairs of one post, as a number for each; nil:
  ///     each is drawn alone.
  ///   - seed: decides the resamples.
  package init(_ runs: [Run], groups: [Int]? = nil, resamples: Int = 1000, seed: UInt64 = 1) {
    let posts = runs.first?.counts.count ?? 0
    precondition(runs.allSatisfy { $0.counts.count == posts }, "runs over different posts")
    let tables = runs.map(Sums.init)
    var samples: [Scores] = []
    samples.reserveCapacity(resamples)
    var generator = SeededGenerator(seed: seed, stream: "bootstrap")
    let members = Self.members(groups ?? Array(0..<posts))
    var drawn: [Int] = []
    drawn.reserveCapacity(posts)
    for _ in 0..<(posts == 0 ? 0 : resamples) {
      drawn.removeAll(keepingCapacity: true)
      for _ in members { drawn += members[generator.index(below: members.count)] }
      samples.append(Self.mean(tables.map { $0.scores(drawn) }))
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
    unimodalLead = interval(4)
    multimodalLead = interval(5)
  }

  /// The places of each group, groups in the order in which they first come.
  private static func members(_ groups: [Int]) -> [[Int]] {
    var places: [Int: Int] = [:]
    var members: [[Int]] = []
    for (i, group) in groups.enumerated() {
      if let place = places[group] {
        members[place].append(i)
      } else {
        places[group] = members.count
        members.append([i])
      }
    }
    return members
  }

  /// F1 of text, multimodal and union, the gain, the leads on the Unimodal and the Multimodal set,
  /// and whether these sets hold anything, 1 or 0.
  private typealias Scores = SIMD8<Double>

  /// Over the runs; a lead over those whose set holds anything.
  private static func mean(_ scores: [Scores]) -> Scores {
    let sum = scores.reduce(.zero, +)
    var mean = sum / Double(max(1, scores.count))
    for lane in 4...5 { mean[lane] = sum[lane] / max(1, sum[lane + 2]) }
    return mean
  }

  /// Per post: correct and predicted + gold of text, multimodal and union, then of text and
  /// multimodal on the Unimodal set, then of both on the Multimodal set.
  private struct Sums {
    private let correct: [SIMD8<Double>]
    private let both: [SIMD8<Double>]

    init(_ run: Run) {
      func pick(_ number: (MatchCounts) -> Int) -> [SIMD8<Double>] {
        zip(run.counts, run.routes).map { counts, route in
          let (text, multimodal) = (
            Double(number(counts.text)), Double(number(counts.multimodal))
          )
          let isText = route == .text
          return SIMD8(
            text, multimodal, isText ? text : multimodal, isText ? text : 0,
            isText ? multimodal : 0, isText ? 0 : text, isText ? 0 : multimodal, 0)
        }
      }
      correct = pick(\.correct)
      both = pick { $0.predicted + $0.gold }
    }

    /// In percent.
    func scores(_ posts: some Sequence<Int>) -> Scores {
      var (c, b) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
      for post in posts {
        c += correct[post]
        b += both[post]
      }
      var f1 = SIMD8<Double>.zero
      for i in 0..<7 where b[i] > 0 { f1[i] = 200 * c[i] / b[i] }
      return Scores(
        f1[0], f1[1], f1[2], f1[2] - max(f1[0], f1[1]), f1[3] - f1[4], f1[6] - f1[5],
        b[3] + b[4] > 0 ? 1 : 0, b[5] + b[6] > 0 ? 1 : 0)
    }
  }
}
