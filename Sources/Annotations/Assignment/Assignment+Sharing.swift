import Tensors

extension Assignment {
  /// Shares posts out: some get several annotators, the rest one.
  ///
  /// Everybody gets as many posts as his or her share says, and as many of those with several
  /// annotators, each within one post (where one person can do that much: nobody gets a post
  /// twice). Of those with several, every two annotators have about equally many in common. Which
  /// posts go to whom is decided by the seed.
  /// - Parameter ids: of the posts, in the order in which the assignment lists them.
  /// - Throws: `AssignmentError`.
  package init(of ids: [String], to annotators: [String], _ plan: Plan) throws(AssignmentError) {
    try Self.check(annotators, plan)
    let weights = annotators.map { plan.shares[$0] ?? 1 }
    var generator = SeededGenerator(seed: plan.seed, stream: "assignment")
    let order = generator.permutation(ids.count)
    let common = Int((plan.overlap * Double(ids.count)).rounded())
    var quota = Apportionment(weights)
    quota.give(common * plan.perPost, atMost: [Int](repeating: common, count: weights.count))
    let ofCommon = quota.given
    quota.give(ids.count - common, atMost: ofCommon.map { $0 + ids.count - common })
    var places = [[Int]](repeating: [], count: ids.count)
    for (post, people) in zip(order, Self.groups(ofCommon, common, plan.perPost)) {
      places[post] = people
    }
    var single: [Int] = []
    for (place, count) in quota.given.enumerated() {
      single += [Int](repeating: place, count: count - ofCommon[place])
    }
    for (post, place) in zip(order.dropFirst(common), single) { places[post] = [place] }
    self.init(
      annotators: annotators, posts: zip(ids, places).map { ($0, $1) }, plan: plan)
  }

  private static func check(_ annotators: [String], _ plan: Plan) throws(AssignmentError) {
    guard !annotators.isEmpty else { throw .noAnnotators }
    guard annotators.count <= mostAnnotators else { throw .tooMany(annotators.count) }
    var seen: Set<String> = []
    for name in annotators {
      guard !name.isEmpty, name.count <= longestName else { throw .badName(name) }
      guard seen.insert(name).inserted else { throw .repeated(name) }
    }
    guard (0...1).contains(plan.overlap) else { throw .badOverlap("\(plan.overlap)") }
    guard plan.overlap == 0 || (2...max(2, annotators.count)).contains(plan.perPost),
      plan.overlap == 0 || annotators.count > 1
    else { throw .badPerPost(plan.perPost, annotators: annotators.count) }
    for (name, share) in plan.shares.sorted(by: { $0.key < $1.key }) {
      guard seen.contains(name) else { throw .unknownShare(name, known: annotators) }
      guard share > 0, share.isFinite else { throw .badShare("\(name)=\(share)") }
    }
  }

  /// The annotators of each of some posts, given how many posts each gets.
  ///
  /// Whoever must have every post that is left has this one; then come those who have fewest in
  /// common with the post's others, of these those who have most left.
  private static func groups(_ quota: [Int], _ posts: Int, _ perPost: Int) -> [[Int]] {
    var left = quota
    var common = [[Int]](
      repeating: [Int](repeating: 0, count: quota.count), count: quota.count)
    var groups: [[Int]] = []
    for done in 0..<posts {
      var group = left.indices.filter { left[$0] == posts - done }
      while group.count < perPost {
        let next = left.indices.filter { left[$0] > 0 && !group.contains($0) }.min { a, b in
          func shared(_ place: Int) -> Int { group.reduce(0) { $0 + common[place][$1] } }
          return (shared(a), -left[a], a) < (shared(b), -left[b], b)
        }
        guard let next else { break }
        group.append(next)
      }
      for a in group {
        left[a] -= 1
        for b in group where a != b { common[a][b] += 1 }
      }
      groups.append(group.sorted())
    }
    return groups
  }
}

/// Whole numbers in proportion to weights: the quota method (M. L. Balinski and H. P. Young, "The
/// quota method of apportionment", American Mathematical Monthly 82, 1975). Everybody has the exact
/// share rounded up or down, and nobody loses when more is given.
private struct Apportionment {
  private let weights: [Double]
  private let sum: Double
  private(set) var given: [Int]

  init(_ weights: [Double]) {
    self.weights = weights
    sum = weights.reduce(0, +)
    given = weights.map { _ in 0 }
  }

  /// Gives more, one after the other.
  /// - Parameter most: what each may have in all; where that is too little, the rest is not given.
  mutating func give(_ count: Int, atMost most: [Int]) {
    let start = given.reduce(0, +)
    for total in (start + 1)..<(start + 1 + count) {
      func isBelowQuota(_ place: Int) -> Bool {
        Double(given[place]) < weights[place] * Double(total) / sum
      }
      func claim(_ place: Int) -> Double { weights[place] / Double(given[place] + 1) }
      let free = given.indices.filter { given[$0] < most[$0] }
      let entitled = free.filter(isBelowQuota)
      // The first of equal claims.
      guard let next = (entitled.isEmpty ? free : entitled).max(by: { claim($0) < claim($1) })
      else { return }
      given[next] += 1
    }
  }
}
