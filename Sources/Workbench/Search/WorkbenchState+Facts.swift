import Corpora
import Inspection
import Queries
import Routing

extension WorkbenchState {
  /// What the runtime is asked to find out: what a growing list needs, else which routes a new
  /// router changes, so that their number can be told without a search.
  mutating func wishedFacts() -> FactRequest? {
    if let growth {
      flipWish = nil
      return growth.request
    }
    guard case .candidate = training.state, !hasLookedForFlips, showsModels else {
      flipWish = nil
      return nil
    }
    if flipWish == nil {
      let unknown = posts.indices.filter { facts.flips[$0] == nil }
      hasLookedForFlips = unknown.isEmpty
      guard !unknown.isEmpty else { return nil }
      factRequests += 1
      flipWish = FactRequest(number: factRequests, needs: .flip, posts: unknown)
    }
    return flipWish
  }

  /// Takes over what was found out, and lists the posts that match because of it.
  mutating func take(_ batch: FactBatch) -> [Effect] {
    let (labels, posts) = (labels, posts)
    facts.take(batch, count: posts.count) { labels.history.annotated(posts[$0]) }
    for (index, decision) in batch.routes where posts.indices.contains(index) {
      forgetExplanation(index, unless: decision)
    }
    return grow(by: batch.posts)
  }

  /// Notes the router's decision; an answer of the expert that is not chosen any more says nothing.
  mutating func setRoute(_ decision: RouteDecision, of index: Int) {
    facts.setRoute(decision, of: index)
    forgetExplanation(index, unless: decision)
  }

  /// Another router is installed: nothing that was known of routes holds any more.
  mutating func routerChanged() -> [Effect] {
    facts.forgetRoutes()
    (nearest, requested.neighbours) = (nil, nil)
    (routerHistory, requested.routerHistory) = (nil, nil)
    study.isStale = true
    // A what-if is asked again: it tells of the router, too.
    whatIfs.removeAll()
    requested.whatIf = nil
    guard let text = queue.query, let query = parsed(text),
      !query.needs.isDisjoint(with: [.route, .answer])
    else { return [] }
    return search(text, adopt: true)
  }
}
