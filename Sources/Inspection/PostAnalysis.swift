import Extractors
import Routing

/// Everything the models say about one post: what a person inspects.
package struct PostAnalysis: Sendable {
  /// The post's id.
  package let post: String
  /// What each expert says, in the roster's order; experts for relations are not asked about posts
  /// without a pair.
  package var answers: [Answer]
  /// The router's word, nil without a router.
  package var decision: RouteDecision?
  /// What to call the router that decided; nil without one.
  package var router: String?
  /// All experts that are open, those that were not asked about this post too.
  package var members: [Member] = []
  /// What the router routes for.
  package var task = ExpertTask.entities
  /// Names of the experts that it chooses between; those that are loaded.
  package var routedNames: [Route: String] = [:]
  /// How many of its words each model does not know; experts first.
  package var unknownWords: [UnknownWords] = []
  /// Sentences on what is missing and why, e.g. a picture that could not be read.
  package let notices: [String]

  /// An expert by what is known of it before it is asked.
  package struct Member: Sendable, Hashable {
    /// The model folder's name.
    package let name: String
    /// What it answers.
    package let task: ExpertTask
    /// Whether it looks at the picture.
    package let seesPicture: Bool
    /// Whether rectangles that somebody draws change what it sees.
    package var takesRegions = false
    /// Whether it shows signals and has nothing to answer.
    package var isWithoutLabels = false

    /// A member by its parts.
    package init(name: String, task: ExpertTask, seesPicture: Bool) {
      self.name = name
      self.task = task
      self.seesPicture = seesPicture
    }

    /// What is known of an expert.
    package init(_ expert: any Expert) {
      self.init(name: expert.name, task: expert.task, seesPicture: expert.seesPicture)
      (takesRegions, isWithoutLabels) = (expert.takesRegions, expert.card.isWithoutLabels)
    }
  }

  /// An analysis of a post by its parts.
  package init(
    post: String, answers: [Answer] = [], decision: RouteDecision? = nil, notices: [String] = []
  ) {
    self.post = post
    self.answers = answers
    self.decision = decision
    self.notices = notices
  }

  /// The model that knows fewest of the post's words; nil when all know all of them.
  package var leastKnown: UnknownWords? {
    unknownWords.filter { $0.unknown > 0 }.max { $0.share < $1.share }
  }

  /// What an expert says.
  package func answer(_ expert: String?) -> Answer? { answers.first { $0.expert == expert } }

  /// Answers with mentions, in order.
  package var mentionAnswers: [Answer] { answers.filter { $0.mentions != nil } }

  /// Answers with relations, in order.
  package var relationAnswers: [Answer] { answers.filter { $0.relations != nil } }

  /// The mentions of the expert that the router chose; of the first that sees the picture, else of
  /// the first, when no router chooses between experts for mentions.
  package var chosen: Prediction? { chosen(mentionAnswers, .entities)?.mentions }

  /// The same for relations.
  package var chosenRelations: RelationAnswers? { chosen(relationAnswers, .relations)?.relations }

  private func chosen(_ answers: [Answer], _ asked: ExpertTask) -> Answer? {
    let able = answers.filter { $0.mentions?.isWithoutLabels != true }
    guard task == asked, let decision else {
      return able.first(where: \.seesPicture) ?? able.first
    }
    let (first, second) = (
      able.first { $0.expert == routedNames[decision.route] },
      able.first { $0.expert == routedNames[decision.route.other] }
    )
    return first ?? second ?? able.first
  }
}
