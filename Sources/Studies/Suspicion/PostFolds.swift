import Corpora
import Files
import Tensors

/// A division of posts into parts of about the same size: an expert that learned from all parts but
/// one can be asked about that one.
package struct PostFolds: Sendable, Hashable {
  /// Places of posts, in ascending order, by part.
  package let parts: [[Int]]

  /// Divides posts at random. Posts of the same words are in the same part: an expert would know
  /// their labels by heart.
  package init(_ posts: [Post], count: Int, seed: UInt64) {
    var groups: [[Int]] = []
    var known: [String: Int] = [:]
    for (place, post) in posts.enumerated() {
      let words = DatasetHash.hash(ofTokens: post)
      if let group = known[words] {
        groups[group].append(place)
      } else {
        known[words] = groups.count
        groups.append([place])
      }
    }
    var generator = SeededGenerator(seed: seed, stream: "folds")
    var parts = [[Int]](repeating: [], count: max(1, count))
    for group in generator.permutation(groups.count) {
      // The smallest part, of equals the first.
      let smallest = parts.indices.reduce(0) {
        parts[$1].count < parts[$0].count ? $1 : $0
      }
      parts[smallest] += groups[group]
    }
    self.parts = parts.map { $0.sorted() }
  }

  /// Posts to learn from and posts to choose the best epoch by, for an expert that is asked about a
  /// part: every tenth of the other posts chooses, counted apart among those with and without
  /// labels, so that both lists have some of each.
  package func others(than part: Int, isLabelled: (Int) -> Bool) -> (train: [Int], dev: [Int]) {
    let others = parts.indices.filter { $0 != part }.flatMap { parts[$0] }.sorted()
    var dev: Set<Int> = []
    for group in [others.filter(isLabelled), others.filter { !isLabelled($0) }] {
      let chosen = stride(from: 9, to: group.count, by: 10).map { group[$0] }
      dev.formUnion(chosen.isEmpty ? Array(group.suffix(group.count > 1 ? 1 : 0)) : chosen)
    }
    return (others.filter { !dev.contains($0) }, others.filter(dev.contains))
  }
}
