import Corpora
import Extractors
import Routing
import Traces

/// What models say of one post, as far as a study of the whole dataset needs it.
package struct StudiedPost: Sendable {
  /// Its place in the dataset.
  package let place: Int
  /// The post with the labels that it has now.
  package var post: Post
  /// Where the router sends it; nil without a router, or where its encoder failed.
  package var decision: RouteDecision?
  /// x = t ⊙ v; nil without a picture, and where the study keeps it for a part of the posts only.
  package var input: [Float]?
  /// What each expert answers, by its name, with confidences.
  package var labels: [String: Labels] = [:]
  /// The numbers that experts show of it.
  package var scalars: [ShownScalar] = []
  /// How many of its words each model does not know.
  package var words: [UnknownWords] = []
  /// What could not be found out, a sentence each.
  package var failures: [String] = []

  /// A post of which nothing is known yet.
  package init(_ place: Int, _ post: Post) {
    (self.place, self.post) = (place, post)
  }

  /// How the answers of the router's two experts match the labels; nil unless both answered.
  func counts(_ routed: DatasetStudy.Routed) -> ExpertCounts? {
    guard let text = routed.text.flatMap({ labels[$0] }),
      let multimodal = routed.multimodal.flatMap({ labels[$0] })
    else { return nil }
    return ExpertCounts(
      text: MatchCounts(text, gold: post), multimodal: MatchCounts(multimodal, gold: post))
  }
}

/// A number that an expert shows of a post: a scalar signal, or the mean of a gate over the words.
package struct ShownScalar: Sendable, Hashable, Codable {
  /// The expert's name.
  package let expert: String
  /// The signal's name.
  package let name: String
  /// The signal's caption.
  package let caption: String
  /// The range it lives in.
  package let low: Float
  /// The range it lives in.
  package let high: Float
  /// Where a decision turns; nil where none does.
  package let threshold: Float?
  package let value: Float

  /// A number by its parts.
  package init(
    expert: String, name: String, caption: String, low: Float, high: Float, threshold: Float?,
    value: Float
  ) {
    (self.expert, self.name, self.caption) = (expert, name, caption)
    (self.low, self.high, self.threshold, self.value) = (low, high, threshold, value)
  }
}

extension ShownScalar {
  /// The numbers of an answer: scalars as they are, gates of words as their mean, and of several
  /// pairs the mean over the pairs. What is no finite number is left out.
  package static func all(of answer: Answer) -> [ShownScalar] {
    let pairs = max(1, answer.relations?.answers.count ?? 1)
    var order: [String] = []
    var found: [String: (first: ShownScalar, values: [Float])] = [:]
    for pair in 0..<pairs {
      for signal in answer.trace(pair: pair).signals {
        guard let shown = scalar(signal, answer.expert) else { continue }
        if found[signal.name] == nil { order.append(signal.name) }
        found[signal.name, default: (shown, [])].values.append(shown.value)
      }
    }
    return order.compactMap { name in
      found[name].map { first, values in
        ShownScalar(
          expert: first.expert, name: name, caption: first.caption, low: first.low,
          high: first.high, threshold: first.threshold, value: mean(values))
      }
    }
  }

  private static func scalar(_ signal: Signal, _ expert: String) -> ShownScalar? {
    let values = signal.values.filter(\.isFinite)
    guard !values.isEmpty else { return nil }
    switch signal.kind {
    case .scalar(let low, let high, let threshold, _) where signal.steps.isEmpty:
      return ShownScalar(
        expert: expert, name: signal.name, caption: signal.caption, low: low, high: high,
        threshold: threshold, value: values[0])
    case .words where signal.name.hasSuffix("/gate") && signal.steps.isEmpty:
      return ShownScalar(
        expert: expert, name: signal.name, caption: signal.caption + ", mean over words", low: 0,
        high: 1, threshold: nil, value: mean(values))
    default: return nil
    }
  }

  private static func mean(_ values: [Float]) -> Float {
    values.reduce(0, +) / Float(max(1, values.count))
  }
}
