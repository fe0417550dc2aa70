import Corpora
import Extractors
import Inspection
import Queries
import Routing

/// A search for the posts that are nearest to one, a piece of the dataset at a time.
struct NeighbourSearch: Sendable {
  /// Whose neighbours are sought, by place in the dataset.
  let post: Int
  private var found: RouteNeighbours?
  private var version: Int?
  private var done = 0

  /// Posts that are looked at together.
  private static let piece = 64

  init(post: Int) { self.post = post }

  func isDone(_ dataset: Dataset) -> Bool { done >= dataset.posts.count }

  /// Looks at the next posts; at the end asks the experts about those that are nearest.
  /// - Returns: what was found so far; nil where the post itself has no input.
  mutating func look(
    _ dataset: Dataset, _ models: Roster, _ cache: AnswerCache
  ) -> RouteNeighbours? {
    guard dataset.posts.indices.contains(post), let router = models.router else {
      done = dataset.posts.count
      return nil
    }
    // Another router sends posts other ways.
    if version != router.configuration.version { (found, done) = (nil, 0) }
    version = router.configuration.version
    if found == nil {
      var own = FactPiece(dataset, [post], models, cache)
      guard let input = own.routerInputs()[post], let x = input.product,
        let route = (try? router.decide(input))?.route
      else {
        done = dataset.posts.count
        return nil
      }
      found = RouteNeighbours(
        of: post, route: route, x: x, total: dataset.posts.count,
        alpha: router.configuration.training.alpha)
    }
    let places = Array(done..<min(dataset.posts.count, done + Self.piece))
    var piece = FactPiece(dataset, places, models, cache)
    let inputs = piece.routerInputs()
    for place in places {
      let input = inputs[place]
      found?.take(place, input, input.flatMap { try? router.decide($0) })
    }
    done += places.count
    if isDone(dataset) { ask(dataset, models, cache) }
    return found
  }

  private mutating func ask(_ dataset: Dataset, _ models: Roster, _ cache: AnswerCache) {
    guard let all = found.map({ $0.same + $0.other }), !all.isEmpty else { return }
    let places = all.map(\.post)
    var piece = FactPiece(dataset, places, models, cache)
    var labels: [Int: [Route: Labels]] = [:]
    // What fails here leaves the neighbour without counts.
    var failures = FactBatch()
    for (route, expert) in [
      (Route.text, models.routed.text), (.multimodal, models.routed.multimodal),
    ] {
      guard let expert else { continue }
      let asked = places.filter {
        expert.task == .entities || !dataset.posts[$0].relations.isEmpty
      }
      for (place, answer) in piece.answers(of: expert, asked, into: &failures) {
        labels[place, default: [:]][route] = answer
      }
    }
    let own = models.see(dataset.posts[post], of: dataset)
    found?.complete {
      labels[$0] ?? [:]
    } swapped: { place in
      let other = piece.seen[place]
      let changed = try? own.changed([.swapPicture(dataset.posts[place].id)]) { _ in other }
      return changed.flatMap { models.decision($0)?.scores }
    }
  }
}
