import Corpora
import Files
import Foundation
import Inspection
import Tensors

/// A linear classifier of relations by the words of head and tail, between and beside them, and the
/// types of their mentions: it needs no encoder and learns thousands of pairs in seconds. Only for
/// ranking suspicious labels; its models are not kept.
///
/// Softmax regression over hashed features, by AdaGrad (Duchi et al. 2011).
package struct PairWords: Sendable {
  /// What `--system` calls it; no system of `System.all` has this name.
  package static let name = "pair-words"

  /// Slots that features are hashed into, at most, and numbers that may be learned.
  private static let mostSlots = 1 << 17
  private static let mostWeights = 1 << 23
  private static let epochs = 12
  private static let rate: Float = 0.3
  /// Pull towards zero, in proportion to a step.
  private static let decay: Float = 1e-4
  /// Words between head and tail that are looked at.
  private static let mostBetween = 12

  /// The labels that it learned, sorted.
  let labels: [String]
  private let slots: Int
  /// slots × labels.
  private var weights: [Float]

  /// Learns from the pairs of posts.
  ///
  /// - Parameters:
  ///   - seed: decides the order of the pairs.
  ///   - progress: called with the share that is done; false stops.
  /// - Returns: nil when stopped.
  package init?(_ posts: [Post], seed: UInt64, progress: (Double) -> Bool = { _ in true }) {
    labels = Set(posts.flatMap { $0.relations.map(\.label) }).sorted()
    let width = labels.count
    let slots = min(Self.mostSlots, max(1, Self.mostWeights / max(1, width)))
    self.slots = slots
    let pairs = posts.flatMap { post in
      post.relations.map { (Self.features(of: $0, post, slots: slots), $0.label) }
    }
    weights = [Float](repeating: 0, count: slots * width)
    var sums = weights
    let targets = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    for epoch in 0..<Self.epochs {
      var generator = SeededGenerator(seed: seed &+ UInt64(epoch) &* 7919, stream: Self.name)
      for place in generator.permutation(pairs.count) {
        let (features, label) = pairs[place]
        var gradient = probabilities(features)
        if let target = targets[label] { gradient[target] -= 1 }
        for feature in features {
          for k in 0..<width {
            let slot = feature * width + k
            let slope = gradient[k] + Self.decay * weights[slot]
            sums[slot] += slope * slope
            weights[slot] -= Self.rate * slope / (sums[slot].squareRoot() + 1e-6)
          }
        }
      }
      guard progress(Double(epoch + 1) / Double(Self.epochs)) else { return nil }
    }
  }

  /// What it says of each pair of a post, in their order; nil where it learned nothing.
  package func answers(_ post: Post) -> [HeldOutPair?] {
    post.relations.map {
      HeldOutPair(
        labels: labels,
        probabilities: probabilities(Self.features(of: $0, post, slots: slots)))
    }
  }

  private func probabilities(_ features: [Int]) -> [Float] {
    let width = labels.count
    var scores = [Float](repeating: 0, count: width)
    for feature in features {
      for k in 0..<width { scores[k] += weights[feature * width + k] }
    }
    let most = scores.max() ?? 0
    for k in 0..<width { scores[k] = exp(scores[k] - most) }
    let sum = scores.reduce(0, +)
    return scores.map { $0 / sum }
  }

  /// The slots of what is seen of a pair, each once. Its label is not looked at.
  static func features(of pair: RelationMention, _ post: Post, slots: Int) -> [Int] {
    let words = post.tokens.map { $0.text.lowercased() }
    let all = words.indices
    let (head, tail) = (pair.head.clamped(to: all), pair.tail.clamped(to: all))
    func type(_ range: Range<Int>) -> String {
      post.mentions.first { $0.range == range }?.type.rawValue ?? "?"
    }
    var names = ["bias"]
    for (role, range) in [("h", head), ("t", tail)] {
      names += range.map { "\(role)=\(words[$0])" }
      names.append("\(role)*=\(words[range].joined(separator: " "))")
      names.append("\(role):\(type(range))")
    }
    names.append("types \(type(head)) \(type(tail))")
    let isForward = head.lowerBound <= tail.lowerBound
    let (first, second) = isForward ? (head, tail) : (tail, head)
    names.append("order \(isForward)")
    if first.upperBound <= second.lowerBound {
      let between = Array(words[first.upperBound..<second.lowerBound])
      names.append("distance \(min(between.count, 8))")
      for word in between.prefix(Self.mostBetween) { names.append("b=\(word) \(isForward)") }
      for (a, b) in zip(between, between.dropFirst()).prefix(Self.mostBetween) {
        names.append("bb=\(a) \(b)")
      }
    } else {
      names.append("overlap")
    }
    for word in words[..<first.lowerBound].suffix(2) { names.append("l=\(word)") }
    for word in words[max(first.upperBound, second.upperBound)...].prefix(2) {
      names.append("r=\(word)")
    }
    var seen: Set<Int> = []
    return names.compactMap { name in
      var sum = FNV1a()
      sum.add(bytes: name.utf8)
      let slot = Int(sum.value % UInt64(slots))
      return seen.insert(slot).inserted ? slot : nil
    }
  }
}
