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
  /// What the text expert for relations says of the post's pairs; nil without one, or without
  /// pairs.
  public var textRelations: RelationAnswers?
  /// What the multimodal expert for relations says of them.
  public var multimodalRelations: RelationAnswers?
  /// The router's word, nil without a router.
  public let decision: RouteDecision?
  /// Sentences on what is missing and why, e.g. a picture that could not be read.
  public let notices: [String]

  /// An analysis of a post by its parts.
  public init(
    post: String, text: Prediction?, multimodal: Prediction?, decision: RouteDecision?,
    textRelations: RelationAnswers? = nil, multimodalRelations: RelationAnswers? = nil,
    notices: [String] = []
  ) {
    self.post = post
    self.text = text
    self.multimodal = multimodal
    self.decision = decision
    self.textRelations = textRelations
    self.multimodalRelations = multimodalRelations
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

  /// The same for relations.
  public var chosenRelations: RelationAnswers? {
    switch decision?.route {
    case .text: textRelations ?? multimodalRelations
    case .multimodal, nil: multimodalRelations ?? textRelations
    }
  }
}
