import Corpora
import Extractors
import Foundation
import Routing

/// The tables of a run of RDS's protocol, as numbers: means over seeds, and 95 % intervals over the
/// posts of test.
package struct RDSReport: Sendable, Codable {
  /// What was run.
  package let settings: RDSSettings
  /// The dataset's name.
  package let dataset: String
  /// What must stand beside every number, e.g. that regions leak; nil when nothing.
  package let mark: String?
  /// The seeds.
  package let seeds: [UInt64]
  /// Units of test: posts, or pairs.
  package let units: Int
  /// Units of D_split.
  package let splitUnits: Int
  /// Both experts on all of test.
  package let text: Interval
  /// The multimodal expert on all of test.
  package let multimodal: Interval
  /// The objectives, then the routings that need no training.
  package let routings: [Routing]
  /// Best dev F1 of the experts, mean over seeds: on D_model and finally.
  package let devF1: [String: Double]
  /// What is left when the multimodal expert sees less; empty where it was not asked for.
  package var controls: [RDSControls] = []
  /// What tells it from other runs of the same experts on the same dataset, in words: what they are
  /// built on, and settings that are not as usual.
  package var setup: [String] = []

  /// A score with its interval.
  package typealias Interval = UnionBootstrap.Interval

  /// One way of routing.
  package struct Routing: Sendable, Codable {
    /// `exact`, `paper`, `code`, `random`, `cosine`, `gold imageAdds`, `oracle`.
    package let name: String
    /// F1 of the union.
    package let union: UnionBootstrap.Interval
    /// Union above the better expert of each seed.
    package let gain: UnionBootstrap.Interval
    /// The text expert above the multimodal one on the units routed to it.
    package let unimodalLead: UnionBootstrap.Interval
    /// The multimodal expert above the text expert on the units routed to it.
    package let multimodalLead: UnionBootstrap.Interval
    /// Union of each seed.
    package let seeds: [Double]
    /// Share of units routed to the multimodal expert, percent, mean over seeds.
    package let multimodalShare: Double
    /// Area under the ROC curve of p against `imageAdds`, mean over seeds; nil where unknown.
    package let auc: Double?
    /// Both experts on the sets that it makes, over the seeds where the set is not empty.
    package let unimodalSet: ExpertPair
    /// The same for the units routed to the multimodal expert.
    package let multimodalSet: ExpertPair
    /// Precision, recall and F1 of the union, mean over seeds.
    package let unionScore: Score
    /// The same of the text expert on all units.
    package let fullText: Score
    /// The same of the multimodal expert.
    package let fullMultimodal: Score
    /// The best point of the grid of each seed; empty where nothing was searched.
    package let best: [GridPoint]
    /// Points of the grid.
    package let points: Int
    /// Whether it can be had without knowing the gold.
    package let isFair: Bool
  }

  /// Both experts on one set of units.
  package struct ExpertPair: Sendable, Codable {
    /// Share of all units, percent.
    package let share: Double
    /// The text expert.
    package let text: Score
    /// The multimodal expert.
    package let multimodal: Score
  }

  /// Percent, mean over the seeds in which it is defined; nil where it is in none.
  package struct Score: Sendable, Codable {
    /// Correct / predicted; not defined where nothing is predicted.
    package let precision: Double?
    /// Correct / gold; not defined where nothing is labelled.
    package let recall: Double?
    /// Harmonic mean of the two, of each seed; not defined where neither is.
    package let f1: Double?

    init(_ counts: [MatchCounts]) {
      func mean(
        _ value: (MatchCounts) -> Double, where isDefined: (MatchCounts) -> Bool
      ) -> Double? {
        let values = counts.filter(isDefined).map(value)
        return values.isEmpty ? nil : 100 * values.reduce(0, +) / Double(values.count)
      }
      precision = mean(\.precision) { $0.predicted > 0 }
      recall = mean(\.recall) { $0.gold > 0 }
      f1 = mean(\.f1) { $0.predicted + $0.gold > 0 }
    }
  }

  /// A report of finished seeds, at least one.
  package init(
    _ results: [RDSSeedResult], settings: RDSSettings, dataset: String, mark: String? = nil
  ) {
    self.settings = settings
    self.mark = mark
    self.dataset = dataset
    seeds = results.map(\.seed)
    units = results.first?.ids.count ?? 0
    splitUnits = results.first?.splitUnits ?? 0
    let counts = results.map(\.counts)
    // The pairs of one post share words, picture and route.
    var numbers: [Substring: Int] = [:]
    let groups = (results.first?.ids ?? []).map { id -> Int in
      let post = settings.task == .relations ? RoutedUnit.post(of: id) : id[...]
      let number = numbers[post] ?? numbers.count
      numbers[post] = number
      return number
    }
    func make(
      _ name: String, isFair: Bool = true, scores: [[Float?]] = [], best: [GridPoint] = [],
      points: Int = 0, _ routes: [[Route]]
    ) -> (Routing, UnionBootstrap) {
      let bootstrap = UnionBootstrap(
        zip(counts, routes).map(UnionBootstrap.Run.init), groups: groups,
        resamples: settings.resamples)
      let unions = zip(counts, routes).map { $0.union(routes: $1) }
      let all = routes.reduce(0) { $0 + $1.count }
      let toMultimodal = routes.reduce(0) { $0 + $1.count { $0 == .multimodal } }
      let aucs = zip(scores, results).compactMap { scores, result in
        let known = zip(scores, result.imageAdds).compactMap { score, adds in
          score.map { ($0, adds) }
        }
        return RankStatistics.auc(scores: known.map(\.0), labels: known.map(\.1))
      }
      let routing = Routing(
        name: name, union: bootstrap.union, gain: bootstrap.gain,
        unimodalLead: bootstrap.unimodalLead, multimodalLead: bootstrap.multimodalLead,
        seeds: unions.map(\.f1Percent),
        multimodalShare: all == 0 ? 0 : 100 * Double(toMultimodal) / Double(all),
        auc: aucs.isEmpty ? nil : aucs.reduce(0, +) / Double(aucs.count),
        unimodalSet: Self.pair(counts, routes, .text),
        multimodalSet: Self.pair(counts, routes, .multimodal), unionScore: Score(unions),
        fullText: Score(counts.map { $0.total().text }),
        fullMultimodal: Score(counts.map { $0.total().multimodal }), best: best, points: points,
        isFair: isFair)
      return (routing, bootstrap)
    }
    var made: [(Routing, UnionBootstrap)] = []
    for router in settings.routers {
      made.append(
        make(
          router.name, scores: results.map { $0.routers[router.name]?.probabilities ?? [] },
          best: results.compactMap { $0.routers[router.name]?.best },
          points: results.first?.routers[router.name]?.points ?? 0,
          results.map { $0.routes(of: router.name) }))
    }
    // Random routing sends as many units to the multimodal expert as the first objective does.
    let share = Float((made.first?.0.multimodalShare ?? 50) / 100)
    made.append(
      make(
        "random",
        results.map {
          let pictured = Float($0.cosines.count { $0 != nil }) / Float(max(1, $0.cosines.count))
          return $0.withoutPictures(
            ReferenceRouting.random(
              count: $0.ids.count, multimodalShare: pictured > 0 ? min(1, share / pictured) : 0,
              seed: $0.seed))
        }))
    made.append(
      make(
        "cosine", scores: results.map(\.cosines),
        results.map { result in
          result.cosines.map { cosine in
            cosine.map { $0 >= result.cosineThreshold } == true ? .multimodal : .text
          }
        }))
    if results.contains(where: { $0.imageAdds.contains { $0 != nil } }) {
      made.append(
        make(
          "gold imageAdds", isFair: false,
          results.map { $0.withoutPictures(ReferenceRouting.gold(imageAdds: $0.imageAdds)) }))
    }
    made.append(make("oracle", isFair: false, counts.map { $0.oracleRoutes() }))
    routings = made.map(\.0)
    let any = made.first?.1
    text = any?.text ?? Interval(value: 0, low: 0, high: 0)
    multimodal = any?.multimodal ?? Interval(value: 0, low: 0, high: 0)
    var dev: [String: Double] = [:]
    for key in ["text", "multimodal", "finalText", "finalMultimodal"] {
      let values = results.compactMap { $0.devF1[key] }
      dev[key] = values.reduce(0, +) / Double(max(1, values.count))
    }
    devF1 = dev
  }

  private static func pair(
    _ counts: [[ExpertCounts]], _ routes: [[Route]], _ route: Route
  ) -> ExpertPair {
    var (members, all) = (0, 0)
    var totals: [ExpertCounts] = []
    for (counts, routes) in zip(counts, routes) {
      let set = zip(counts, routes).filter { $0.1 == route }.map(\.0)
      members += set.count
      all += counts.count
      if !set.isEmpty { totals.append(set.total()) }
    }
    return ExpertPair(
      share: all == 0 ? 0 : 100 * Double(members) / Double(all),
      text: Score(totals.map(\.text)), multimodal: Score(totals.map(\.multimodal)))
  }

  /// Whether RDS's pattern holds for a routing: each expert is better on its own set, and the union
  /// gains, all with their whole intervals above 0.
  package func holds(_ routing: Routing) -> Bool {
    routing.gain.low > 0 && routing.unimodalLead.low > 0 && routing.multimodalLead.low > 0
  }
}

extension RDSReport {
  /// What stands beside every number of a run: of regions that leak, and of posts that the best
  /// epochs and routers were chosen on.
  package static func mark(boxes: String?, scored: Split) -> String? {
    let parts = [boxes, scored == .dev ? "scored on dev, for want of a test split" : nil]
      .compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}
