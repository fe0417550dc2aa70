/// Which expert answers for a post.
public enum Route: String, Sendable, Hashable, Codable {
  case text, multimodal
}

/// What the router says about one post.
public struct RouteDecision: Sendable, Hashable {
  /// Probability of the multimodal expert, 0 … 1.
  public let probability: Float
  /// Share of the dev posts with a smaller p, 0 … 1: p itself may live near one half (MODELS §4.6).
  public let percentile: Float
  /// Cosine of the dual encoder's text and picture embeddings.
  public let cosine: Float

  /// A decision from its numbers.
  public init(probability: Float, percentile: Float, cosine: Float) {
    self.probability = probability
    self.percentile = percentile
    self.cosine = cosine
  }

  /// A post without a picture: the router is not asked, and the text expert answers.
  public static let withoutPicture = RouteDecision(probability: 0, percentile: 0, cosine: 0)

  /// Whether the router was asked.
  public var isAsked: Bool { self != .withoutPicture }

  /// p > 0.5 goes to the multimodal expert (RDS, prediction rule).
  public static let threshold: Float = 0.5

  /// The expert that answers.
  public var route: Route { probability > Self.threshold ? .multimodal : .text }
}
