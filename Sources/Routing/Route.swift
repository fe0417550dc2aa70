/// Which expert answers for a post.
package enum Route: String, Sendable, Hashable, Codable {
  case text, multimodal

  /// The other one.
  package var other: Route { self == .text ? .multimodal : .text }
}

/// What the router says about one post that has a picture.
package struct RouteScores: Sendable, Hashable {
  /// p, the probability of the multimodal expert, 0 … 1.
  package let probability: Float
  /// Share of the dev posts with a smaller p, 0 … 1: p itself may live near one half (MODELS §4.6).
  package let percentile: Float
  /// Cosine of the dual encoder's text and picture embeddings.
  package let cosine: Float
}

/// Where a post goes, and why.
package enum RouteDecision: Sendable, Hashable {
  /// The router was not asked: without a picture the text expert answers.
  case withoutPicture
  /// The router was asked.
  case asked(RouteScores)

  /// The decision on a post with a picture, from the router's numbers.
  package init(probability: Float, percentile: Float, cosine: Float) {
    self = .asked(
      RouteScores(probability: probability, percentile: percentile, cosine: cosine))
  }

  /// The router's numbers; nil when it was not asked.
  package var scores: RouteScores? {
    if case .asked(let scores) = self { scores } else { nil }
  }

  /// p > 0.5 goes to the multimodal expert (RDS, prediction rule).
  package static let threshold: Float = 0.5

  /// The expert that answers.
  package var route: Route {
    scores.map { $0.probability > Self.threshold } == true ? .multimodal : .text
  }
}
