import Corpora
import Tensors

/// The cached counts of one post, for the text and the multimodal expert: the experts are frozen,
/// so routing can be scored and trained without running a model (MODELS §4.5, "Exact fast
/// implementation").
package struct ExpertCounts: Sendable, Hashable, AdditiveArithmetic {
  /// Counts of the text expert f_u.
  package var text: MatchCounts
  /// Counts of the multimodal expert f_m.
  package var multimodal: MatchCounts

  /// Counts of the two experts.
  package init(text: MatchCounts, multimodal: MatchCounts) {
    self.text = text
    self.multimodal = multimodal
  }

  /// Counts of one post from both experts' mentions and the gold ones.
  package static func count(
    text: some Sequence<EntityMention>, multimodal: some Sequence<EntityMention>,
    gold: some Sequence<EntityMention>
  ) -> ExpertCounts {
    let gold = Set(gold)
    return ExpertCounts(
      text: .count(predicted: text, gold: gold),
      multimodal: .count(predicted: multimodal, gold: gold))
  }

  /// The counts of the expert on a route.
  package subscript(route: Route) -> MatchCounts {
    switch route {
    case .text: text
    case .multimodal: multimodal
    }
  }

  /// No posts.
  package static let zero = ExpertCounts(text: .zero, multimodal: .zero)

  /// The counts of both sets of posts together.
  package static func + (a: Self, b: Self) -> Self {
    Self(text: a.text + b.text, multimodal: a.multimodal + b.multimodal)
  }

  /// The counts without those of a part.
  package static func - (a: Self, b: Self) -> Self {
    Self(text: a.text - b.text, multimodal: a.multimodal - b.multimodal)
  }
}

extension Sequence<ExpertCounts> {
  /// Both experts' counts over all posts.
  package func total() -> ExpertCounts { reduce(.zero, +) }
}

extension Array where Element == ExpertCounts {
  /// Counts of the union: every post is answered by the expert on its route, and all answers are
  /// scored once (MODELS §2.8.3). `routes` has one element per post.
  package func union(routes: [Route]) -> MatchCounts {
    precondition(routes.count == count, "\(routes.count) routes for \(count) posts")
    return zip(self, routes).reduce(.zero) { $0 + $1.0[$1.1] }
  }

  /// The per-post oracle, which no router can know: the routes whose union has the highest F1 that
  /// any routing between these answers can reach.
  ///
  /// F = 2C / (N + G) of the union grows as long as posts change to the expert with the larger
  /// 2c − F · (n + g) (Dinkelbach 1967); where none does, no other routing is better. Ties go to
  /// the text expert.
  package func oracleRoutes() -> [Route] {
    var routes = [Route](repeating: .text, count: count)
    var best = union(routes: routes).f1
    while true {
      func worth(_ counts: MatchCounts) -> Double {
        2 * Double(counts.correct) - best * Double(counts.predicted + counts.gold)
      }
      let next = map { worth($0.multimodal) > worth($0.text) ? Route.multimodal : .text }
      let f1 = union(routes: next).f1
      guard f1 > best else { return routes }
      (routes, best) = (next, f1)
    }
  }

  /// Every post to the one expert whose F1 over all posts is higher; ties to the text expert.
  package func betterExpertRoutes() -> [Route] {
    let sums = total()
    let route: Route = sums.multimodal.f1 > sums.text.f1 ? .multimodal : .text
    return [Route](repeating: route, count: count)
  }
}

/// Ways of routing that need no router, to compare one with.
package enum ReferenceRouting {
  /// Gold routing: the multimodal expert exactly where the picture is known to add; unknown counts
  /// as no.
  package static func gold(imageAdds: [Bool?]) -> [Route] {
    imageAdds.map { $0 == true ? .multimodal : .text }
  }

  /// Random routing with the given share of multimodal posts in expectation, decided by the seed.
  package static func random(count: Int, multimodalShare: Float, seed: UInt64) -> [Route] {
    var generator = SeededGenerator(seed: seed, stream: "random routing")
    return (0..<count).map { _ in generator.chance(multimodalShare) ? .multimodal : .text }
  }
}
