/// Matches that are not final: of some posts something must be found out first. They grow while
/// that comes in.
package struct QueryGrowth: Sendable, Equatable {
  package let query: Query
  /// What is to be found out, of which posts, in which order.
  package let request: FactRequest
  /// Matches so far, in the order that is asked for as far as that is known.
  package private(set) var matches: [Int]
  /// Posts that cannot be judged yet.
  package private(set) var unknown: Set<Int>
  /// Posts that never will be, and why for the first.
  package private(set) var unjudged: Int
  package private(set) var reason: String?
  private let ranks: Ranks
  /// How many posts of the request were judged without a gap.
  private var settled = 0

  /// - Parameters:
  ///   - job: a query that was carried out over all posts.
  ///   - number: of the request.
  ///   - here: the post on screen.
  package init(_ job: QueryJob, number: Int, here: Int?, _ context: inout QueryContext) {
    query = job.query
    unknown = Set(job.unknown)
    unjudged = job.unjudged
    reason = job.reason
    let ranks: Ranks
    if job.unknown.isEmpty {
      // Nothing will come between.
      matches = query.sorted(job.matches, &context)
      ranks = Ranks(total: job.total)
    } else if !query.orders.isEmpty, query.orderNeeds.isEmpty {
      let sorted = query.sorted((job.matches + job.unknown).sorted(), &context)
      let waiting = Set(job.unknown)
      matches = sorted.filter { !waiting.contains($0) }
      ranks = Ranks(sorted, from: here, among: job.matches)
    } else {
      matches = job.matches
      ranks = Ranks(total: job.total, from: here, among: job.matches)
    }
    self.ranks = ranks
    // A picture that is not there needs no decoding, and so on: all of it is asked for at once.
    var order = job.unknown.map { (rank: ranks[$0], post: $0) }
      .sorted { $0.rank < $1.rank }.map(\.post)
    // Whether the post on screen matches decides where the list opens.
    if let here, let at = order.firstIndex(of: here) { order.insert(order.remove(at: at), at: 0) }
    request = FactRequest(number: number, needs: query.needs, posts: order)
  }

  /// The matches that can be listed: those that nothing can come before any more. So a list opens
  /// at the same post and the next post is the same one whatever was looked at earlier.
  package mutating func certain(here: Int?) -> [Int] {
    while settled < request.posts.count, !unknown.contains(request.posts[settled]) { settled += 1 }
    guard settled < request.posts.count else { return matches }
    // Any post may come first where the order is only known in the end.
    guard query.orderNeeds.isEmpty else { return [] }
    // A post on screen that is not judged yet may become the first of the list.
    if let here, unknown.contains(here) { return [] }
    let reached = ranks[request.posts[settled]]
    return matches.filter { ranks[$0] < reached || $0 == here }
  }

  /// Judges posts again of which something was found out.
  package mutating func grow(by indices: some Sequence<Int>, _ context: inout QueryContext) {
    guard !unknown.isEmpty else { return }
    var matcher = QueryMatcher(query)
    var found: [Int] = []
    for index in indices where unknown.contains(index) {
      switch matcher.verdict(index, &context) {
      case .unknown: continue
      case .yes: found.append(index)
      case .no: break
      case .unjudged(let why):
        unjudged += 1
        reason = reason ?? why
      }
      unknown.remove(index)
    }
    if !found.isEmpty {
      matches += found
      matches.sort { [ranks] in ranks.place($0) < ranks.place($1) }
    }
    finishOrder(&context)
  }

  /// Nothing more will be found out.
  package mutating func giveUp(_ why: String?, _ context: inout QueryContext) {
    unjudged += unknown.count
    if !unknown.isEmpty { reason = why ?? reason }
    unknown = []
    finishOrder(&context)
  }

  /// Sorts by what is known now, once all is.
  private mutating func finishOrder(_ context: inout QueryContext) {
    guard unknown.isEmpty, !query.orderNeeds.isEmpty else { return }
    matches = query.sorted(matches, &context)
  }
}

/// In which order posts are looked at: as they are to be listed, from the post on screen on if it
/// matches, else from the first, and around.
private struct Ranks: Sendable, Equatable {
  /// The place of each post in the order that is asked for; nil: the dataset's order, or one that
  /// is only known in the end.
  private var places: [Int: Int]?
  private var start = 0
  private let total: Int

  init(total: Int, from here: Int? = nil, among matches: [Int] = []) {
    self.total = max(1, total)
    if let here, matches.contains(here) { start = here }
  }

  init(_ sorted: [Int], from here: Int?, among matches: [Int]) {
    total = max(1, sorted.count)
    places = Dictionary(uniqueKeysWithValues: zip(sorted, sorted.indices))
    if let here, matches.contains(here) { start = place(here) }
  }

  func place(_ post: Int) -> Int { places?[post] ?? post }

  subscript(post: Int) -> Int { (place(post) - start + total) % total }
}
