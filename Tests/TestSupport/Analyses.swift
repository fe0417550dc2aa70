import Extractors
import Inspection
import Routing

/// The common case of two experts for a task, by what they see.
extension PostAnalysis {
  package init(
    post: String, text: Prediction?, multimodal: Prediction?, decision: RouteDecision? = nil,
    textRelations: RelationAnswers? = nil, multimodalRelations: RelationAnswers? = nil,
    notices: [String] = []
  ) {
    func answer(_ found: Prediction?, _ sees: Bool) -> Answer? {
      found.map { Answer(expert: $0.expert, seesPicture: sees, .mentions($0)) }
    }
    func answer(_ found: RelationAnswers?, _ sees: Bool) -> Answer? {
      found.map { Answer(expert: $0.expert, seesPicture: sees, .relations($0)) }
    }
    self.init(
      post: post,
      answers: [
        answer(text, false), answer(multimodal, true), answer(textRelations, false),
        answer(multimodalRelations, true),
      ].compactMap(\.self), decision: decision, notices: notices)
    routedNames[.text] = text?.expert
    routedNames[.multimodal] = multimodal?.expert
  }

  package var text: Prediction? {
    answers.first { !$0.seesPicture && $0.mentions != nil }?.mentions
  }
  package var multimodal: Prediction? {
    answers.first { $0.seesPicture && $0.mentions != nil }?.mentions
  }
  package var textRelations: RelationAnswers? {
    answers.first { !$0.seesPicture && $0.relations != nil }?.relations
  }
  package var multimodalRelations: RelationAnswers? {
    answers.first { $0.seesPicture && $0.relations != nil }?.relations
  }
}
