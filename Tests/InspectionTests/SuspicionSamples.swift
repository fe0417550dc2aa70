import Corpora
import Extractors

@testable import Inspection

/// Sixty posts of the same kind, four of which have a wrong label, and what an expert says of them.
enum SuspicionSamples {
  static let labels = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
  static let swapped = 7
  static let dropped = 11
  static let moved = 13
  static let invented = 17

  static func post(_ i: Int, _ mentions: [EntityMention]) -> Post {
    Post(
      id: "p\(i)", tokens: ["Anna", "went", "to", "Paris", "\(i)"].map { Token($0) }, imageID: nil,
      mentions: mentions, split: .train, source: SourceLocation(file: "memory", line: i + 1))
  }

  static let posts: [Post] = (0..<60).map { i in
    let anna = EntityMention(0..<1, .person)
    let paris = EntityMention(3..<4, .location)
    switch i {
    case swapped: return post(i, [anna, EntityMention(3..<4, .person)])
    case dropped: return post(i, [anna])
    case moved: return post(i, [anna, EntityMention(2..<4, .location)])
    case invented: return post(i, [anna, EntityMention(1..<2, .person), paris])
    default: return post(i, [anna, paris])
    }
  }

  /// Tags with one tag surer than all others: a row per word, `sure` for the tag of some mentions.
  static func tags(
    _ mentions: [EntityMention], words: Int, sure: Float, labels: [String] = labels
  ) -> HeldOutTags? {
    guard let columns = TagColumns(labels) else { return nil }
    let given = columns.columns(of: mentions, count: words)
    let rest = (1 - sure) / Float(labels.count - 1)
    let marginals = given.flatMap { column in
      labels.indices.map { $0 == column ? sure : rest }
    }
    return HeldOutTags(
      columns: columns, marginals: marginals,
      mentions: mentions.map { ScoredMention($0, confidence: sure) })
  }

  /// The expert is right everywhere, and not equally sure of it.
  static let answers: [HeldOutAnswer?] = posts.indices.map { i in
    let right = [EntityMention(0..<1, .person), EntityMention(3..<4, .location)]
    return tags(right, words: 5, sure: 0.8 + 0.02 * Float(i % 8)).map(HeldOutAnswer.tags)
  }
}
