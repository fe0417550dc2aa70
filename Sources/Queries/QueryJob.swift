/// A query over all posts, carried out in pieces so that no key ever waits for it.
package struct QueryJob: Sendable, Equatable {
  package let query: Query
  /// How many posts there are.
  package let total: Int
  /// The next post to look at.
  package private(set) var next = 0
  /// Matches so far, in the dataset's order.
  package private(set) var matches: [Int] = []
  /// Posts of which something must be found out first, in order.
  package private(set) var unknown: [Int] = []
  /// Posts of which it cannot be found out, and why for the first.
  package private(set) var unjudged = 0
  package private(set) var reason: String?
  /// The only posts that can match, in order; nil: all of them.
  private let candidates: [Int]?
  private var nextCandidate = 0
  /// How many posts are judged together, as few as their texts are long.
  private var stretch = 256

  /// Work of a piece, some milliseconds: 1 is about ten nanoseconds.
  package static let piece = 800_000
  private static let stretches = 64...4_096

  /// - Parameter earlier: a search that was done over the same posts with the same labels. Where
  ///   this query only asks for more, no other post than its matches can match.
  package init(_ query: Query, total: Int, after earlier: QueryJob? = nil) {
    self.query = query
    self.total = total
    if let earlier, earlier.isDone, earlier.unjudged == 0, query.narrows(earlier.query) {
      candidates = earlier.matches
    } else {
      candidates = nil
    }
  }

  package var isDone: Bool { next >= total }

  /// Looks at the next posts, until about so much work is done.
  /// - Returns: the work that was done.
  @discardableResult
  package mutating func step(_ context: inout QueryContext, work: Int = QueryJob.piece) -> Int {
    var matcher = QueryMatcher(query, limit: work)
    while !isDone, matcher.work < work {
      let before = matcher.work
      let range = next..<min(total, next + stretch)
      let (verdicts, end) = matcher.judge(mask(range), &context)
      take(verdicts, upTo: end, matcher, context)
      next = end
      let spent = matcher.work - before
      if spent < work / 16 { stretch = min(2 * stretch, Self.stretches.upperBound) }
      if spent > work / 2 { stretch = max(stretch / 2, Self.stretches.lowerBound) }
    }
    return matcher.work
  }

  private mutating func mask(_ range: Range<Int>) -> PostSet {
    guard let candidates else { return PostSet(range, all: true) }
    var mask = PostSet(range)
    while nextCandidate < candidates.count, candidates[nextCandidate] < range.lowerBound {
      nextCandidate += 1
    }
    var place = nextCandidate
    while place < candidates.count, candidates[place] < range.upperBound {
      mask.insert(candidates[place])
      place += 1
    }
    return mask
  }

  private mutating func take(
    _ verdicts: QueryMatcher.Verdicts, upTo end: Int, _ matcher: QueryMatcher,
    _ context: QueryContext
  ) {
    verdicts.yes.forEach { if $0 < end { matches.append($0) } }
    verdicts.open.forEach { if $0 < end { unknown.append($0) } }
    verdicts.failed.forEach { index in
      guard index < end else { return }
      unjudged += 1
      if reason == nil { reason = matcher.reason(index, context) }
    }
  }
}

extension Query {
  /// Whether every post that matches this query matches the other one too. Only said of queries
  /// that ask for nothing that is found out in the background.
  func narrows(_ other: Query) -> Bool {
    guard needs.isEmpty, other.needs.isEmpty else { return false }
    return other.root.parts.allSatisfy { old in
      root.parts.contains { new in
        if new == old { return true }
        guard case .condition(.text(let longer)) = new, case .condition(.text(let shorter)) = old
        else { return false }
        return longer.contains(shorter)
      }
    }
  }
}

extension Query.Node {
  /// What must hold all together.
  fileprivate var parts: [Query.Node] {
    if case .all(let nodes) = self { nodes } else { [self] }
  }
}
