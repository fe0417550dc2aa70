import Routing
import Tensors

/// What became of one post's p through the retrainings of the router, and which corrections moved
/// it.
package struct RouteHistory: Sendable {
  /// The post's id.
  package let post: String
  /// What each router of the line said of the post: the base first, the installed one last.
  package let points: [Point]
  /// Corrections that the installed router was retrained on; nil where they were not kept.
  package let total: Int?
  /// What those that were tried so far did, the largest effect first.
  package private(set) var influences: [Influence] = []
  /// p by the router retrained here on all corrections; nil before that is known. Effects are
  /// against it.
  package var whole: Float?
  /// Until all were tried, by the pace so far; nil while that is not known.
  package var secondsLeft: Double?
  /// Posts whose routes were compared with and without each correction.
  package var compared = 0
  /// Why effects are missing; nil when nothing is.
  package var notice: String?

  /// One router's word.
  package struct Point: Sendable, Hashable {
    /// Counts installed routers; 1 is the base.
    package let version: Int
    /// What it was retrained with; nil for the base.
    package let stamp: RouterBundle.RetrainingStamp?
    /// How its corrections differ from those of the router before; nil for the base and where they
    /// were not kept.
    package let difference: RouterVersion.Difference?
    /// What it says.
    package let scores: RouteScores

    /// Where it sends the post.
    package var route: Route { RouteDecision.asked(scores).route }
  }

  /// What one correction did to the router.
  package struct Influence: Sendable, Hashable {
    /// The corrected post's id.
    package let correction: String
    /// False: it only judges, and moves the router by the choice of its checkpoint alone.
    package let teaches: Bool
    /// Both experts' answers against its labels.
    package let counts: ExpertCounts
    /// p of the post by the router retrained without it.
    package let probability: Float
    /// p − p without it: positive pulls to the multimodal expert.
    package let contribution: Float
    /// How many routes of the dataset's posts are others without it.
    package let routesTurned: Int
  }

  /// Whether every correction was tried.
  package var isWhole: Bool { notice != nil || influences.count == total }

  /// The line of routers asked about a post; no points where the router is not asked.
  package init(post: String, input: RouterInput?, versions: [RouterVersion]) {
    self.post = post
    var points: [Point] = []
    for (place, version) in versions.enumerated() {
      guard let input, let scores = try? version.router.decide(input).scores else { continue }
      points.append(
        Point(
          version: version.number, stamp: version.router.configuration.stamp,
          difference: place > 0 ? version.difference(from: versions[place - 1]) : nil,
          scores: scores))
    }
    self.points = points
    total = versions.last?.corrections?.count
  }

  /// Takes what the router without a correction says into account.
  package mutating func take(_ influence: Influence) {
    let place =
      influences.firstIndex {
        (-abs(influence.contribution), influence.correction)
          < (-abs($0.contribution), $0.correction)
      } ?? influences.count
    influences.insert(influence, at: place)
  }
}

/// What the corrections of a router did to it: the routers retrained without each, which are the
/// same for every post that is asked about.
package struct CorrectionEffects: Sendable {
  /// The installed router.
  package let version: RouterVersion
  /// What is retrained; nil where there is nothing to leave out.
  package let leaveOneOut: LeaveOneOut?
  /// Retrained on all corrections; what the others are compared with. The installed weights come
  /// out again on the same kind of CPU.
  package var whole: Discriminator?
  /// Retrained without the correction of an id.
  package var without: [String: Discriminator] = [:]

  /// Effects of the corrections of a version, none of them known yet.
  package init(_ version: RouterVersion, parallel: Bool = false) {
    self.version = version
    leaveOneOut = LeaveOneOut(version, parallel: parallel)
  }

  /// The next correction to leave out; nil when all were.
  package var next: Correction? {
    leaveOneOut?.corrections.first { without[$0.id] == nil }
  }

  /// Gives a history what is known of the corrections' effects on its post.
  /// - Parameters:
  ///   - x: the post's input.
  ///   - others: inputs of the dataset's posts, posts × dimensions, row-major: whose routes turn.
  package func complete(_ history: RouteHistory, x: [Float], others: [Float]) -> RouteHistory {
    var result = history
    guard let leaveOneOut else {
      result.notice = missing
      return result
    }
    guard let whole, x.count == whole.dimensions else { return result }
    let p = whole.probability(x)
    let routes = whole.routes(others)
    result.whole = p
    result.compared = routes.count
    for correction in leaveOneOut.corrections {
      guard let without = without[correction.id] else { continue }
      let q = without.probability(x)
      result.take(
        RouteHistory.Influence(
          correction: correction.id, teaches: LeaveOneOut.teaches(correction),
          counts: correction.counts, probability: q, contribution: p - q,
          routesTurned: zip(routes, without.routes(others)).count { $0 != $1 }))
    }
    return result
  }

  private var missing: String {
    version.router.configuration.stamp == nil
      ? "the router in use is the one that was made, so no correction moved it"
      : version.corrections == nil
        ? "the corrections of this router were not kept; the next retraining keeps them"
        : "without its cached counts the router cannot be retrained to tell"
  }
}
