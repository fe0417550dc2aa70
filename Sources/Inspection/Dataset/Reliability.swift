import Corpora
import Extractors

/// Whether somebody who is sure is right: confidences in ten equal parts, beside the share that is
/// right in each (the reliability diagram; Guo and others, "On Calibration of Modern Neural
/// Networks", 2017, arXiv:1706.04599).
package struct Reliability: Sendable, Encodable {
  /// The expert's name, or `p`.
  package let of: String
  /// What counts as right, in words.
  package let right: String
  /// How many answers were judged.
  package let count: Int
  /// What could not be judged: answers without a confidence, posts on which both experts are
  /// equally good.
  package let leftOut: Int
  /// The expected calibration error, 0 … 1: the mean distance of confidence and share right over
  /// the parts, each by its number.
  package let expectedError: Double
  /// The largest distance of a part that is not empty, 0 … 1.
  package let greatestError: Double
  /// The mean square of confidence minus being right, 0 … 1 (Brier, 1950).
  package let brier: Double
  package let parts: [Part]

  /// A tenth of the confidences.
  package struct Part: Sendable, Encodable {
    package let low: Float
    package let high: Float
    package let count: Int
    /// nil where it is empty.
    package let confidence: Double?
    /// The share that is right; nil where it is empty.
    package let share: Double?
    /// The posts that the answers belong to, by their places, once each.
    package let posts: [Int]

    enum CodingKeys: String, CodingKey { case low, high, count, confidence, share }
  }

  /// One answer: how sure, and whether it is right.
  struct Item {
    let post: Int
    let confidence: Float
    let isRight: Bool
  }

  /// The ends of the parts.
  static let edges: [Float] = (0...10).map { Float($0) / 10 }

  /// - Returns: nil when nothing can be judged.
  init?(of name: String, right: String, leftOut: Int, _ items: [Item]) {
    guard !items.isEmpty else { return nil }
    (of, self.right, self.leftOut) = (name, right, leftOut)
    count = items.count
    let last = Self.edges.count - 2
    let inside = Dictionary(grouping: items) { item in
      max(0, (Self.edges.lastIndex { $0 <= item.confidence }).map { min($0, last) } ?? 0)
    }
    parts = (0...last).map { part in
      let members = inside[part] ?? []
      let n = Double(members.count)
      return Part(
        low: Self.edges[part], high: Self.edges[part + 1], count: members.count,
        confidence: members.isEmpty ? nil : members.reduce(0) { $0 + Double($1.confidence) } / n,
        share: members.isEmpty ? nil : Double(members.count(where: \.isRight)) / n,
        posts: Set(members.map(\.post)).sorted())
    }
    var (expected, greatest) = (0.0, 0.0)
    for part in parts {
      guard let confidence = part.confidence, let share = part.share else { continue }
      expected += Double(part.count) / Double(items.count) * abs(confidence - share)
      greatest = max(greatest, abs(confidence - share))
    }
    (expectedError, greatestError) = (expected, greatest)
    brier =
      items.reduce(0.0) { sum, item in
        let distance = Double(item.confidence) - (item.isRight ? 1 : 0)
        return sum + distance * distance
      } / Double(items.count)
  }

  /// An expert's answers: right is a mention with exactly these words and this type, or a pair's
  /// label.
  static func expert(_ name: String, _ posts: [StudiedPost]) -> Reliability? {
    var (items, leftOut, task) = ([Item](), 0, ExpertTask.entities)
    func take(_ confidence: Float?, _ isRight: Bool, of post: StudiedPost) {
      guard let confidence, confidence.isFinite else {
        leftOut += 1
        return
      }
      items.append(Item(post: post.place, confidence: confidence, isRight: isRight))
    }
    for post in posts {
      switch post.labels[name] {
      case .mentions(let found, let confidences)?:
        for (i, mention) in found.enumerated() {
          take(confidences?[i], post.post.mentions.contains(mention), of: post)
        }
      case .relations(let answers)?:
        task = .relations
        for (answer, pair) in zip(answers, post.post.relations) {
          take(answer.confidence, answer.label == pair.label, of: post)
        }
      case nil: break
      }
    }
    return Reliability(
      of: name,
      right: task == .entities
        ? "a mention that it names is labelled with these words and this type"
        : "a pair has the label that it answers",
      leftOut: leftOut, items)
  }

  /// The router's p against what it stands for: that the multimodal expert makes fewer mistakes on
  /// the post than the text expert. Where both make equally many, there is nothing to be right
  /// about.
  static func router(_ posts: [StudiedPost], _ routed: DatasetStudy.Routed) -> Reliability? {
    var (items, leftOut) = ([Item](), 0)
    for post in posts {
      guard let p = post.decision?.scores?.probability, let counts = post.counts(routed) else {
        continue
      }
      let (text, multimodal) = (counts.text.mistakes, counts.multimodal.mistakes)
      if text == multimodal {
        leftOut += 1
      } else {
        items.append(Item(post: post.place, confidence: p, isRight: multimodal < text))
      }
    }
    return Reliability(
      of: "p", right: "the multimodal expert makes fewer mistakes than the text expert",
      leftOut: leftOut, items)
  }
}
