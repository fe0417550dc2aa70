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
  public var decision: RouteDecision?
  /// What to call the router that decided; nil without one.
  public var router: String?
  /// What the router routes for.
  public var task = ExpertTask.entities
  /// Names of the experts that it chooses between; those that are loaded.
  public var routedNames: [Route: String] = [:]
  /// How many of its words each model does not know; experts first.
  public var unknownWords: [UnknownWords] = []
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
    routedNames[.text] = text?.system
    routedNames[.multimodal] = multimodal?.system
  }

  /// The model that knows fewest of the post's words; nil when all know all of them.
  public var leastKnown: UnknownWords? {
    unknownWords.filter { $0.unknown > 0 }.max { $0.share < $1.share }
  }

  /// The mentions of the expert that the router chose; of the multimodal one if there is one when
  /// no router chooses between experts for mentions.
  public var chosen: Prediction? {
    routesToText(.entities) ? text ?? multimodal : multimodal ?? text
  }

  /// The same for relations.
  public var chosenRelations: RelationAnswers? {
    routesToText(.relations)
      ? textRelations ?? multimodalRelations : multimodalRelations ?? textRelations
  }

  private func routesToText(_ asked: ExpertTask) -> Bool {
    task == asked && decision?.route == .text
  }
}
