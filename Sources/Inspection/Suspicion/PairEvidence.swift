import Corpora
import Foundation

/// How pairs of the same words, and of the same types, are labelled over a dataset.
struct PairCounts: Sendable {
  /// What a pair has in common with others.
  private enum Key: Hashable {
    /// The words of head and tail.
    case words([Int], [Int])
    /// The types of the mentions at head and tail.
    case types(EntityType, EntityType)
    /// The words of one end. What is counted there is the type that the label says it has, such as
    /// `per` of `/per/loc/place_of_birth`.
    case end([Int])
  }

  /// How other posts label what a pair has in common with theirs.
  struct Elsewhere: Sendable {
    /// Labels of pairs of the same words.
    var words: [String: Int] = [:]
    /// Labels of pairs of the same types; empty where the types are not known.
    var types: [String: Int] = [:]
    /// Types that labels say the head's words have.
    var head: [String: Int] = [:]
    /// The same of the tail.
    var tail: [String: Int] = [:]
  }

  private var counts: [Key: [String: Int]] = [:]

  init(_ posts: [Post], _ numbers: WordNumbers) {
    for (post, words) in zip(posts, numbers.posts) {
      for (key, labels) in Self.own(post, words) {
        for label in labels { counts[key, default: [:]][label, default: 0] += 1 }
      }
    }
  }

  /// What one post adds: a label once for each key.
  private static func own(_ post: Post, _ words: [Int]) -> [Key: Set<String>] {
    var own: [Key: Set<String>] = [:]
    for pair in post.relations {
      let keys = Keys(pair, post, words)
      own[keys.words, default: []].insert(pair.label)
      if let types = keys.types { own[types, default: []].insert(pair.label) }
      if let types = RelationInventory.types(of: pair.label) {
        own[keys.head, default: []].insert(types.head.rawValue)
        own[keys.tail, default: []].insert(types.tail.rawValue)
      }
    }
    return own
  }

  /// The keys of a pair.
  private struct Keys {
    let words, head, tail: Key
    let types: Key?

    init(_ pair: RelationMention, _ post: Post, _ words: [Int]) {
      let head = Array(words[pair.head.clamped(to: words.indices)])
      let tail = Array(words[pair.tail.clamped(to: words.indices)])
      func type(_ range: Range<Int>) -> EntityType? {
        post.mentions.first { $0.range == range }?.type
      }
      self.words = .words(head, tail)
      (self.head, self.tail) = (.end(head), .end(tail))
      types = type(pair.head).flatMap { head in
        type(pair.tail).map { Key.types(head, $0) }
      }
    }
  }

  /// What other posts say, for each pair of a post.
  func elsewhere(of post: Post, _ words: [Int]) -> [Elsewhere] {
    let own = Self.own(post, words)
    func others(_ key: Key) -> [String: Int] {
      var found = counts[key] ?? [:]
      for label in own[key] ?? [] {
        found[label, default: 1] -= 1
        if found[label] == 0 { found[label] = nil }
      }
      return found
    }
    return post.relations.map { pair in
      let keys = Keys(pair, post, words)
      return Elsewhere(
        words: others(keys.words), types: keys.types.map(others) ?? [:],
        head: others(keys.head), tail: others(keys.tail))
    }
  }
}

/// What speaks for and against the relation of each pair of a post.
struct PairEvidence: Sendable {
  /// A pair.
  struct Item: Sendable {
    /// Its place in the post.
    let place: Int
    /// The columns that are weighed.
    let row: [Double]
    /// How other posts label pairs of the same words.
    let elsewhere: [String: Int]
    /// What the expert says.
    let answer: HeldOutPair
    /// The probability of the given label.
    let probability: Double
  }

  /// How sure experts are of each label where it is given, in the mean: the threshold of confident
  /// learning (Northcutt et al. 2021, eq. 2). Labels that experts never believe in are not all
  /// wrong.
  private let confidences: [String: Double]
  private static let least = 1e-4

  /// Evidence over posts with their answers.
  init(_ posts: [Post], _ answers: [HeldOutAnswer?]) {
    var sums: [String: (sum: Double, count: Int)] = [:]
    for (post, answer) in zip(posts, answers) {
      guard case .pairs(let found)? = answer else { continue }
      for (pair, answer) in zip(post.relations, found) {
        guard let answer else { continue }
        sums[pair.label, default: (0, 0)].sum += answer.probability(of: pair.label)
        sums[pair.label, default: (0, 0)].count += 1
      }
    }
    confidences = sums.mapValues { $0.sum / Double($0.count) }
  }

  /// The pairs of a post that were read whole.
  func items(
    _ post: Post, _ words: [Int], _ answers: [HeldOutPair?], _ counts: PairCounts
  ) -> [Item] {
    let elsewhere = counts.elsewhere(of: post, words)
    return zip(post.relations, answers).enumerated().compactMap { place, item in
      let (pair, answer) = item
      guard let answer else { return nil }
      let probability = answer.probability(of: pair.label)
      let other =
        zip(answer.labels, answer.probabilities).filter { $0.0 != pair.label }
        .map { Double($0.1) }.max() ?? 0
      let found = elsewhere[place]
      let types = RelationInventory.types(of: pair.label)
      return Item(
        place: place,
        row: [
          MentionEvidence.logit(probability),
          log((probability + Self.least) / (other + Self.least)),
          found.words.isEmpty ? 1 : 0,
          Self.share(of: pair.label, in: found.words),
          Self.share(of: pair.label, in: found.types),
          types.map { Self.share(of: $0.head.rawValue, in: found.head) } ?? log(0.5),
          types.map { Self.share(of: $0.tail.rawValue, in: found.tail) } ?? log(0.5),
          types == nil ? 1 : 0,
          log((confidences[pair.label] ?? 0) + Self.least),
        ],
        elsewhere: found.words, answer: answer, probability: probability)
    }
  }

  /// The logarithm of a label's share, held off 0.
  private static func share(of label: String, in counts: [String: Int]) -> Double {
    let all = counts.values.reduce(0, +)
    guard all > 0 else { return log(0.5) }
    return log((Double(counts[label] ?? 0) + 0.5) / Double(all + 1))
  }
}
