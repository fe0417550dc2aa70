import Corpora
import Extractors
import Routing

/// What both of the router's experts answer for a post.
package struct ExpertPair: Sendable, Hashable {
  package let text: ChosenAnswer
  package let multimodal: ChosenAnswer

  package init(text: ChosenAnswer, multimodal: ChosenAnswer) {
    self.text = text
    self.multimodal = multimodal
  }

  /// Who is right against the labels of the post.
  package func cell(gold post: Post) -> AgreementCell {
    AgreementCell(text: !text.differs(from: post), multimodal: !multimodal.differs(from: post))
  }
}

/// What the expert that the router chose answers for a post: as little as is needed to compare it
/// with gold, so that it can be kept for every post of a large dataset.
package struct ChosenAnswer: Sendable, Hashable {
  /// By which decision the expert was chosen; nil when there was none.
  package let route: Route?
  /// What the router chooses experts for, which alone is compared with gold: a dataset of relations
  /// labels no mentions. Nil without a router: whatever was answered is compared.
  package let task: ExpertTask?
  /// The mentions; nil when no expert answers mentions.
  package let mentions: [EntityMention]?
  /// The pairs of the post as its file has it, with the answered labels; nil when no expert answers
  /// relations.
  package let relations: [RelationMention]?
  /// How sure the expert is of the least sure of what it answers, 0 … 1; nil when it names nothing,
  /// or tells no confidence.
  package let confidence: Float?

  /// An answer by its parts.
  package init(
    route: Route?, task: ExpertTask?, mentions: [EntityMention]?, relations: [RelationMention]?,
    confidence: Float? = nil
  ) {
    self.route = route
    self.task = task
    self.mentions = mentions
    self.relations = relations
    self.confidence = confidence
  }

  /// The smallest confidence of what is compared with gold.
  package static func leastConfidence(
    _ task: ExpertTask?, mentions: [Float?], relations: [Float?]
  ) -> Float? {
    let counted = (task == .relations ? [] : mentions) + (task == .entities ? [] : relations)
    return counted.compactMap { $0 }.min()
  }

  /// Whether gold has other mentions, or another label for a pair that the expert was asked about.
  package func differs(from gold: Post) -> Bool {
    if task != .relations, let mentions, Set(mentions) != Set(gold.mentions) { return true }
    guard task != .entities, let relations else { return false }
    return gold.relations.contains { pair in
      relations.contains {
        $0.head == pair.head && $0.tail == pair.tail && $0.label != pair.label
      }
    }
  }
}
