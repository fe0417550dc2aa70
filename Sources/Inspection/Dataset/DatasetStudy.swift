import Corpora
import Extractors
import Routing

/// A whole dataset as its models see it: distributions, calibration, confusion, who is right on
/// which route, thresholds, words, a plane of posts and how the experts learned. Arithmetic over
/// what is known of each post; no model is asked here.
package struct DatasetStudy: Sendable, Encodable {
  package let dataset: String
  /// The part that was looked at; `all`: every post.
  package let split: String
  /// What to call the router; nil without one.
  package let router: String?
  package let routed: Routed
  package let task: ExpertTask
  /// How many posts the part has.
  package let posts: Int
  /// Posts whose labels were edited, and are counted as they are now.
  package let edited: Int
  /// What could not be found out: the first sentences, and of how many posts something is missing.
  package let failures: [String]
  package let failedPosts: Int
  /// p and the cosine, then what experts show.
  package let distributions: [ScalarDistribution]
  /// Each expert, then p.
  package let reliability: [Reliability]
  package let confusion: [Confusion]
  /// Posts by route and by who is right; nil without a router and two experts that answer.
  package let cells: RouteCells?
  package let threshold: ThresholdSweep?
  package let words: [WordCoverage]
  package let projection: Projection?
  package let training: [TrainingCurve]
  /// The posts that `cells` counts, by route and cell.
  package let counted: [Counted]

  /// A post on its route, with both experts' counts.
  package struct Counted: Sendable {
    package let place: Int
    package let split: Split
    package let p: Float?
    package let route: Route
    package let counts: ExpertCounts
    package let imageAdds: Bool?
  }

  /// Names of the router's experts.
  package struct Routed: Sendable, Hashable, Encodable {
    package let text: String?
    package let multimodal: String?

    package init(text: String?, multimodal: String?) {
      (self.text, self.multimodal) = (text, multimodal)
    }
  }

  /// What was asked.
  package struct Subject: Sendable {
    package var dataset: String
    package var split: Split
    package var router: String?
    package var routed: Routed
    package var task: ExpertTask
    /// The experts that were asked, in their order, with how they learned.
    package var experts: [TrainingCurve]
    /// How many posts of the part have an x; `StudiedPost.input` may be kept for some.
    package var projected = 0
    /// How many were edited.
    package var edited = 0

    /// What models are asked about a part of a dataset.
    package init(_ models: Roster, dataset: String, split: Split) {
      (self.dataset, self.split) = (dataset, split)
      router = models.router?.title
      let (text, multimodal) = models.routed
      routed = Routed(text: text?.name, multimodal: multimodal?.name)
      task = models.task
      experts = models.experts.map {
        TrainingCurve(expert: $0.name, epochs: $0.card.notes.epochs ?? [])
      }
    }

    /// What is asked about all of a dataset, by names.
    package init(dataset: String, routed: Routed, experts: [String], task: ExpertTask = .entities) {
      (self.dataset, split, router) = (dataset, .all, nil)
      (self.routed, self.task) = (routed, task)
      self.experts = experts.map { TrainingCurve(expert: $0, epochs: []) }
    }
  }

  enum CodingKeys: String, CodingKey {
    case dataset, split, router, routed, task, posts, edited, failures, failedPosts, distributions
    case reliability, confusion, cells, threshold, words, projection, training
  }

  /// Most failures that are told one by one.
  private static let mostFailures = 20

  /// - Parameter goesOn: asked now and then; false stops.
  /// - Returns: nil when stopped.
  package init?(
    _ subject: Subject, _ posts: [StudiedPost], goesOn: () -> Bool = { true }
  ) {
    (dataset, split, router) = (subject.dataset, subject.split.rawValue, subject.router)
    (routed, task) = (subject.routed, subject.task)
    self.posts = posts.count
    edited = subject.edited
    let failed = posts.filter { !$0.failures.isEmpty }
    failedPosts = failed.count
    failures = Array(failed.lazy.flatMap(\.failures).prefix(Self.mostFailures))
    distributions = Self.distributions(posts)
    guard goesOn() else { return nil }
    let routed = subject.routed
    reliability =
      subject.experts.compactMap { Reliability.expert($0.expert, posts) }
      + [Reliability.router(posts, routed)].compactMap(\.self)
    guard goesOn() else { return nil }
    confusion = subject.experts.compactMap { Confusion($0.expert, posts) }
    guard goesOn() else { return nil }
    let task = subject.task
    counted = posts.compactMap { post in
      guard task == .entities || !post.post.relations.isEmpty, let decision = post.decision,
        let counts = post.counts(routed)
      else { return nil }
      return Counted(
        place: post.place, split: post.post.split, p: decision.scores?.probability,
        route: decision.route, counts: counts, imageAdds: post.post.imageAdds)
    }
    cells =
      counted.isEmpty ? nil : RouteCells(counted.map { ($0.route, $0.counts.cell) })
    threshold = ThresholdSweep(counted.map(\.p), counted.map(\.counts))
    words = WordCoverage.all(posts)
    training = subject.experts
    projection = Projection(posts, posts: subject.projected, routed, goesOn: goesOn)
    guard goesOn() else { return nil }
  }

  private static func distributions(_ posts: [StudiedPost]) -> [ScalarDistribution] {
    func router(
      _ name: String, _ caption: String, _ threshold: Float?,
      _ value: KeyPath<RouteScores, Float>
    ) -> ScalarDistribution? {
      ScalarDistribution(
        expert: nil, name: name, caption: caption, threshold: threshold,
        posts.compactMap { post in
          post.decision?.scores.map {
            (post.place, $0[keyPath: value], post.post.imageAdds)
          }
        })
    }
    struct Key: Hashable { let expert, name: String }
    var order: [Key] = []
    var found: [Key: (ShownScalar, [(place: Int, value: Float, imageAdds: Bool?)])] = [:]
    for post in posts {
      for scalar in post.scalars where scalar.value.isFinite {
        let key = Key(expert: scalar.expert, name: scalar.name)
        if found[key] == nil { order.append(key) }
        found[key, default: (scalar, [])].1.append((post.place, scalar.value, post.post.imageAdds))
      }
    }
    return [
      router("p", "probability of the multimodal expert", RouteDecision.threshold, \.probability),
      router("cosine", "cosine of text and picture", nil, \.cosine),
    ].compactMap(\.self)
      + order.compactMap { key in
        found[key].flatMap { first, values in
          ScalarDistribution(
            expert: key.expert, name: key.name, caption: first.caption,
            threshold: first.threshold, values)
        }
      }
  }

  /// The posts in a cell of a route, by their places.
  package func posts(in cell: AgreementCell, on route: Route) -> [Int] {
    counted.filter { $0.route == route && $0.counts.cell == cell }.map(\.place)
  }
}
