import Corpora

/// Judges posts by a query, a stretch of the dataset at a time.
///
/// Each condition is judged for all posts of the stretch that are still in question, cheap
/// conditions first, so that the text is only looked at where the rest holds. Nothing is allocated
/// for a post.
package struct QueryMatcher {
  private let root: Part
  private let query: Query
  private var leaves: [QueryLeaf] = []
  /// Work that was done; 1 is about ten nanoseconds.
  package private(set) var work = 0
  /// Once so much work is done, the judgement ends before the next post that takes long.
  private let limit: Int
  /// The first post of the stretch that was not judged.
  private var stop = Int.max

  /// Steps of a regular expression that one post may take; a text for which that is too few cannot
  /// be judged.
  static let mostSteps = 2_000_000

  package enum Verdict: Sendable, Equatable {
    case yes, no
    /// Something must be found out first.
    case unknown
    /// Something could not be found out.
    case unjudged(String)
  }

  /// What became of the posts of a stretch; the others do not match.
  struct Verdicts {
    var yes: PostSet
    /// Something must be found out first.
    var open: PostSet
    /// Something could not be found out.
    var failed: PostSet

    init(_ range: Range<Int>) {
      (yes, open, failed) = (PostSet(range), PostSet(range), PostSet(range))
    }
  }

  private indirect enum Part {
    case leaf(Int)
    case not(Part)
    case all([Part])
    case any([Part])
  }

  /// - Parameter limit: work after which a judgement ends early; `judge` says where.
  package init(_ query: Query, limit: Int = .max) {
    self.query = query
    self.limit = limit
    var leaves: [QueryLeaf] = []
    root = Self.part(query.root, &leaves).part
    self.leaves = leaves
  }

  /// A part, and what it costs to judge a post by it.
  private static func part(
    _ node: Query.Node, _ leaves: inout [QueryLeaf]
  ) -> (part: Part, cost: Int) {
    switch node {
    case .condition(let condition):
      let leaf = QueryLeaf(condition)
      leaves.append(leaf)
      return (.leaf(leaves.count - 1), leaf.cost)
    case .not(let node):
      let (part, cost) = part(node, &leaves)
      return (.not(part), cost)
    case .all(let nodes), .any(let nodes):
      var parts: [(part: Part, cost: Int)] = []
      for node in nodes { parts.append(part(node, &leaves)) }
      let cost = parts.reduce(0) { $0 + $1.cost }
      let order = parts.indices.sorted { (parts[$0].cost, $0) < (parts[$1].cost, $1) }
      let sorted = order.map { parts[$0].part }
      if case .all = node { return (.all(sorted), cost) }
      return (.any(sorted), cost)
    }
  }

  /// Whether a post matches, as far as is known.
  package mutating func verdict(_ index: Int, _ context: inout QueryContext) -> Verdict {
    stop = .max
    let verdicts = whole(PostSet(index..<(index + 1), all: true), &context)
    if verdicts.yes[index] { return .yes }
    if verdicts.open[index] { return .unknown }
    return verdicts.failed[index] ? .unjudged(reason(index, context)) : .no
  }

  /// Judges the posts of a set.
  /// - Returns: what became of them, and the first that was not judged as the limit was reached;
  ///   what is said of it and the rest means nothing.
  mutating func judge(
    _ posts: PostSet, _ context: inout QueryContext
  ) -> (verdicts: Verdicts, end: Int) {
    stop = .max
    let verdicts = whole(posts, &context)
    return (verdicts, min(stop, posts.range.upperBound))
  }

  /// Why a post cannot be judged.
  func reason(_ index: Int, _ context: QueryContext) -> String {
    leaves.lazy.map(\.condition.needs).filter { !$0.isEmpty }
      .compactMap { context.facts.reason(index, $0) }.first
      ?? leaves.lazy.compactMap(\.tooLong).first ?? "something could not be found out"
  }

  // MARK: Judging

  /// A post is not settled either while its place in the order is not known.
  private mutating func whole(_ mask: PostSet, _ context: inout QueryContext) -> Verdicts {
    var verdicts = judge(root, mask, &context)
    if query.orders.contains(where: { $0.key == .suspicion }) {
      // Found out now, post by post, and not for all of them when they are sorted.
      work += QueryLeaf.suspicionCost * verdicts.yes.count
      verdicts.yes.forEach { _ = context.suspicion($0) }
    }
    let needs = query.orderNeeds
    guard !needs.isEmpty else { return verdicts }
    var open = PostSet(mask.range)
    verdicts.yes.forEach { index in
      let isMissing = [FactNeeds.route, .dispute].contains { need in
        guard needs.contains(need), context.facts.reason(index, need) == nil else { return false }
        return need == .route
          ? context.facts.routes[index] == nil : context.facts.verdicts[index] == nil
      }
      if isMissing { open.insert(index) }
    }
    verdicts.yes.subtract(open)
    verdicts.open.formUnion(open)
    return verdicts
  }

  private mutating func judge(
    _ part: Part, _ mask: PostSet, _ context: inout QueryContext
  ) -> Verdicts {
    var result = Verdicts(mask.range)
    switch part {
    case .leaf(let leaf): return judge(leaf, mask, &context)
    case .not(let part):
      let inner = judge(part, mask, &context)
      (result.open, result.failed) = (inner.open, inner.failed)
      result.yes = mask
      result.yes.subtract(inner.yes)
      result.yes.subtract(inner.open)
      result.yes.subtract(inner.failed)
    case .all(let parts):
      // One that does not hold is enough for no, and what is not known for unknown.
      var alive = mask
      for part in parts where !alive.isEmpty {
        let inner = judge(part, alive, &context)
        var gone = alive
        gone.subtract(inner.yes)
        gone.subtract(inner.open)
        gone.subtract(inner.failed)
        alive.subtract(gone)
        result.open.formUnion(inner.open)
        result.failed.formUnion(inner.failed)
        result.open.subtract(gone)
        result.failed.subtract(gone)
      }
      result.failed.subtract(result.open)
      result.yes = alive
      result.yes.subtract(result.open)
      result.yes.subtract(result.failed)
    case .any(let parts):
      var left = mask
      for part in parts where !left.isEmpty {
        let inner = judge(part, left, &context)
        left.subtract(inner.yes)
        result.yes.formUnion(inner.yes)
        result.open.formUnion(inner.open)
        result.failed.formUnion(inner.failed)
      }
      result.open.subtract(result.yes)
      result.failed.subtract(result.yes)
      result.failed.subtract(result.open)
    }
    return result
  }

  private mutating func judge(
    _ leaf: Int, _ mask: PostSet, _ context: inout QueryContext
  ) -> Verdicts {
    var result = Verdicts(mask.range)
    if leaves[leaf].readsText {
      let before = context.texts.work
      context.texts.reach(mask.range.upperBound, of: context.posts)
      work += context.texts.work - before
    }
    switch leaves[leaf].looking {
    case .text(let needle, let idsOnly):
      work += leaves[leaf].cost * mask.count
      result.yes = context.texts.holding(
        needle, among: mask, of: context.posts, idsOnly: idsOnly)
    case .pattern:
      mask.forEach { index in
        guard index < stop else { return }
        let isPlain = context.texts.isPlain(index)
        let (holds, steps) = leaves[leaf].matches(context.posts[index].tokens, isPlain: isPlain)
        work += isPlain ? 30 + steps / 4 : 100 + 5 * steps
        if let holds {
          if holds { result.yes.insert(index) }
        } else {
          result.failed.insert(index)
        }
        // At least this one post was judged.
        if work > limit, stop == .max { stop = index + 1 }
      }
    case .fields:
      work += leaves[leaf].cost * mask.count
      let needs = leaves[leaf].condition.needs
      mask.forEach { index in
        switch leaves[leaf].holds(index, &context) {
        case true?: result.yes.insert(index)
        case false?: break
        case nil:
          if context.facts.reason(index, needs) == nil {
            result.open.insert(index)
          } else {
            result.failed.insert(index)
          }
        }
      }
    }
    return result
  }
}
