import Queries

/// Where an annotator stopped, so that the workbench opens there the next time.
package struct StoppingPlace: Sendable, Hashable, Codable {
  /// The post on screen.
  package var post: String
  /// The token under the cursor.
  package var token: Int
  /// The search of the list; nil where all posts were listed.
  package var query: String?

  package init(post: String, token: Int, query: String? = nil) {
    (self.post, self.token, self.query) = (post, token, query)
  }

  /// Whether it can be one: a file may say anything.
  package var isPlausible: Bool {
    (1...Self.mostBytes).contains(post.utf8.count) && (0...Self.mostTokens).contains(token)
      && (query.map { $0.count <= LineEditor.limit } ?? true)
  }

  /// No id is longer, and no post has more tokens.
  private static let (mostBytes, mostTokens) = (1_000, 1_000_000)
}

extension WorkbenchState {
  /// Where the person is now; nil where no post is listed.
  package var stoppingPlace: StoppingPlace? {
    current.map { StoppingPlace(post: posts[$0].id, token: token, query: queue.query) }
  }

  /// The last step of the history that is in the store: later ones are not saved, and somebody else
  /// may get their numbers.
  package var lastStored: Int64 {
    let unsaved = (saving.failed + saving.pending).map(\.sequence).min()
    return unsaved.map { $0 - 1 } ?? history.steps.last?.sequence ?? 0
  }

  /// Goes to where the person stopped, before the first key: the post, the token and the list.
  /// False when the post is not there any more; then the list is as it was all the same.
  @discardableResult
  package mutating func resume(at place: StoppingPlace) -> Bool {
    resumedQuery = place.query
    guard open(post: place.post) else { return false }
    _ = moveToken(to: place.token)
    return true
  }

  /// Lists what a query finds, from the first screen on.
  package mutating func list(_ query: String) { resumedQuery = query }

  /// Makes the search of the list again that was left.
  mutating func searchAgain() -> [Effect] {
    guard let query = resumedQuery else { return [] }
    resumedQuery = nil
    // What a file says may be no query, or ask for models that are not open today.
    guard let known = parsed(query), known.unavailable(queryMeans) == nil else { return [] }
    return search(query, adopt: true, stays: true)
  }
}
