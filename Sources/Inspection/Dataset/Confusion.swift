import Corpora
import Extractors

/// What an expert answers where the labels say something: a row for each label, a column for each
/// answer.
///
/// Of mentions the sums of a row are the labelled ones of a type, those of a column the answered
/// ones, and the diagonal is what is right, so that precision and recall of a type can be read off.
package struct Confusion: Sendable, Encodable {
  /// The expert's name.
  package let expert: String
  package let task: ExpertTask
  /// What rows and columns stand for, the most frequent first; of mentions followed by
  /// `otherWords` and `nothing`.
  package let names: [String]
  /// Counts by row (the labels), then column (the answers).
  package let counts: [[Int]]
  /// Answers and labels of names that are not listed, because there are too many.
  package let leftOut: Int
  /// The posts behind each count, by their places, once each.
  package let posts: [[[Int]]]

  enum CodingKeys: String, CodingKey { case expert, task, names, counts, leftOut }

  /// Nothing is labelled there, or nothing answered.
  package static let nothing = "nothing"
  /// A mention that shares some of its words, and not all.
  package static let otherWords = "other words"

  /// Most labels that are listed: more fit on no page.
  static let mostNames = 40

  /// - Returns: nil for an expert that answered for none of the posts.
  init?(_ expert: String, _ posts: [StudiedPost]) {
    var found: [Pair: [Int]] = [:]
    var task: ExpertTask?
    for post in posts {
      guard let labels = post.labels[expert] else { continue }
      task = labels.task
      for pair in Self.pairs(labels, gold: post.post) {
        found[pair, default: []].append(post.place)
      }
    }
    guard let task else { return nil }
    (self.expert, self.task) = (expert, task)
    let ends = task == .entities ? [Self.otherWords, Self.nothing] : []
    var sizes: [String: Int] = [:]
    for (pair, places) in found {
      for name in [pair.label, pair.answer] where !ends.contains(name) {
        sizes[name, default: 0] += places.count
      }
    }
    let names =
      sizes.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(Self.mostNames).map(\.key)
      + ends
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    let empty = [[Int]](repeating: [], count: names.count)
    var (counts, behind) = (empty.map { _ in names.map { _ in 0 } }, names.map { _ in empty })
    var leftOut = 0
    for (pair, places) in found {
      guard let row = numbers[pair.label], let column = numbers[pair.answer] else {
        leftOut += places.count
        continue
      }
      counts[row][column] = places.count
      behind[row][column] = Set(places).sorted()
    }
    (self.names, self.counts, self.posts, self.leftOut) = (names, counts, behind, leftOut)
  }

  private struct Pair: Hashable {
    let label: String
    let answer: String
  }

  /// Each label with its answer, and each answer without a label.
  private static func pairs(_ labels: Labels, gold post: Post) -> [Pair] {
    switch labels {
    case .relations(let answers):
      return zip(post.relations, answers).map { Pair(label: $0.label, answer: $1.label) }
    case .mentions(let found, _):
      let right = Set(found).intersection(post.mentions)
      return right.map { Pair(label: $0.type.rawValue, answer: $0.type.rawValue) }
        + LabelDifference.mentions(found, right: post.mentions).flatMap(pairs)
    }
  }

  private static func pairs(_ difference: LabelDifference) -> [Pair] {
    switch difference {
    case .missed(let mention): [Pair(label: mention.type.rawValue, answer: nothing)]
    case .invented(let mention): [Pair(label: nothing, answer: mention.type.rawValue)]
    case .type(let mention, let right):
      [Pair(label: right.rawValue, answer: mention.type.rawValue)]
    case .boundary(let mention, let right):
      [
        Pair(label: right.type.rawValue, answer: otherWords),
        Pair(label: otherWords, answer: mention.type.rawValue),
      ]
    case .missedPair, .inventedPair, .reversedPair, .relation: []
    }
  }
}
