import Extractors
import Routing

/// Everything the models say about one post: what a person inspects.
public struct PostAnalysis: Sendable {
  /// The post's id.
  public let post: String
  /// The text expert's answer, nil when no such model is loaded or it failed.
  public let text: Prediction?
  /// The multimodal expert's answer, nil when no such model is loaded or it failed.
  public let multimodal: Prediction?
  /// The router's word, nil without a router.
  public let decision: RouteDecision?
  /// Sentences on what is missing and why, e.g. a picture that could not be read.
  public let notices: [String]

  /// An analysis of a post by its parts.
  public init(
    post: String, text: Prediction?, multimodal: Prediction?, decision: RouteDecision?,
    notices: [String] = []
  ) {
    self.post = post
    self.text = text
    self.multimodal = multimodal
    self.decision = decision
    self.notices = notices
  }

  /// The answer of the expert that the router chose; without a router, the multimodal one if there
  /// is one.
  public var chosen: Prediction? {
    switch decision?.route {
    case .text: text ?? multimodal
    case .multimodal, nil: multimodal ?? text
    }
  }
}
