import Corpora
import Extractors
import Foundation

/// Simpler ways to put posts in a queue by the same answers, to compare with.
package enum PlainQueue: String, Sendable, Hashable, CaseIterable {
  /// Posts first in which the expert is unsure of some word or pair, whatever the labels say.
  case leastConfidence
  /// Posts first in which some word's or pair's given label is improbable: cleanlab's default for
  /// token classification, the least self-confidence of a post (Wang and Mueller 2022).
  case selfConfidence

  /// One score for each post, higher for those that come first; 0 for posts without an answer.
  package func scores(_ posts: [Post], _ answers: [HeldOutAnswer?]) -> [Double] {
    zip(posts, answers).map { post, answer in
      switch answer {
      case .tags(let tags): 1 - least(post, tags)
      case .pairs(let pairs): 1 - least(post, pairs)
      case nil: 0
      }
    }
  }

  private func least(_ post: Post, _ tags: HeldOutTags) -> Double {
    let given = tags.columns.columns(of: post.mentions, count: post.tokens.count)
    return (0..<tags.count).map { token in
      switch self {
      case .leastConfidence:
        tags.columns.labels.indices.map { tags.probability(token, $0) }.max() ?? 1
      case .selfConfidence: given[token].map { tags.probability(token, $0) } ?? 0
      }
    }.min() ?? 1
  }

  private func least(_ post: Post, _ pairs: [HeldOutPair?]) -> Double {
    zip(post.relations, pairs).compactMap { pair, answer in
      answer.map {
        self == .leastConfidence ? $0.best.probability : $0.probability(of: pair.label)
      }
    }.min() ?? 1
  }
}

/// How many of the labels that were spoiled on purpose lie in the first part of a queue of posts.
package struct SuspicionMeasure: Sendable {
  /// Parts of the queue that are counted.
  package static let parts = [0.05, 0.1, 0.2]

  /// A queue and what lies at its beginning.
  package struct Queue: Sendable, Hashable {
    /// What puts the posts in their order.
    package let name: String
    /// Spoiled labels in each of `parts`.
    package let found: [Int]
    /// The same by what was done to the labels, in the last part.
    package let byKind: [LabelNoise.Kind: Int]
  }

  /// Posts in the queue.
  package let posts: Int
  /// Spoiled labels.
  package let spoiled: Int
  /// The same by what was done to them.
  package let byKind: [LabelNoise.Kind: Int]
  /// The queues, in the order in which they were given.
  package let queues: [Queue]

  /// Counts what queues bring to light; each has a score for every post, higher first, of equals
  /// the earlier post.
  package init(_ noise: LabelNoise, _ queues: [(name: String, scores: [Double])]) {
    posts = noise.posts.count
    spoiled = noise.places.count
    byKind = Self.counts(noise.places)
    self.queues = queues.map { name, scores in
      let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      let heads = Self.parts.map { part in
        Set(order.prefix(Int((part * Double(scores.count)).rounded(.up))))
      }
      let found = heads.map { head in noise.places.filter { head.contains($0.post) } }
      return Queue(
        name: name, found: found.map(\.count), byKind: Self.counts(found.last ?? []))
    }
  }

  private static func counts(_ places: [LabelNoise.Place]) -> [LabelNoise.Kind: Int] {
    Dictionary(grouping: places, by: \.kind).mapValues(\.count)
  }

  /// The share of spoiled labels in the last of `parts` of a queue; nil for an unknown one.
  package func share(_ name: String) -> Double? {
    guard spoiled > 0 else { return nil }
    return queues.first { $0.name == name }.flatMap { queue in
      queue.found.last.map { Double($0) / Double(spoiled) }
    }
  }
}

/// The probabilities that queues are made from, in the form that other programs take: a row of
/// probabilities and the number of the given label for each word, or pair.
package struct SuspicionTable: Sendable {
  /// A post.
  package struct Row: Sendable {
    /// The post's id.
    package let id: String
    /// Numbers of the given labels.
    package let given: [Int]
    /// A row for each of them, as wide as there are labels.
    package let probabilities: [[Float]]
  }

  /// All labels of all experts, and those that are given and no expert knows.
  package let labels: [String]
  /// Posts with an answer, in their order.
  package let rows: [Row]

  /// A table of posts with their answers.
  package init(_ posts: [Post], _ answers: [HeldOutAnswer?]) {
    var labels: [String] = []
    var places: [String: Int] = [:]
    func place(_ label: String) -> Int {
      if let known = places[label] { return known }
      places[label] = labels.count
      labels.append(label)
      return labels.count - 1
    }
    var rows: [(id: String, given: [Int], known: [[Int]], probabilities: [[Float]])] = []
    for (post, answer) in zip(posts, answers) {
      switch answer {
      case .tags(let tags):
        let known = tags.columns.labels.map(place)
        let given = Self.tags(of: post).prefix(tags.count).map(place)
        let width = known.count
        rows.append(
          (
            post.id, Array(given), [[Int]](repeating: known, count: tags.count),
            (0..<tags.count).map { Array(tags.marginals[($0 * width)..<(($0 + 1) * width)]) }
          ))
      case .pairs(let pairs):
        let read = zip(post.relations, pairs).compactMap { pair, answer in
          answer.map { (pair.label, $0) }
        }
        rows.append(
          (
            post.id, read.map { place($0.0) }, read.map { $0.1.labels.map(place) },
            read.map { $0.1.probabilities }
          ))
      case nil: continue
      }
    }
    let count = labels.count
    self.labels = labels
    self.rows = rows.map { row in
      Row(
        id: row.id, given: row.given,
        probabilities: zip(row.known, row.probabilities).map { known, values in
          var all = [Float](repeating: 0, count: count)
          for (place, value) in zip(known, values) { all[place] = value }
          return all
        })
    }
  }

  /// The tags of a post as IOB2 has them.
  private static func tags(of post: Post) -> [String] {
    var tags = [String](repeating: "O", count: post.tokens.count)
    for mention in post.mentions {
      for token in mention.range where tags.indices.contains(token) {
        tags[token] =
          (token == mention.range.lowerBound ? "B-" : "I-") + mention.type.rawValue
      }
    }
    return tags
  }
}
