import Corpora
import Traces

/// What one expert says about one post, with what it shows of how it came to it.
package struct Answer: Sendable {
  /// Name of the model folder that answered.
  package let expert: String
  /// Whether it looked at the picture.
  package let seesPicture: Bool
  /// What it says.
  package let content: Content

  /// What an expert says.
  package enum Content: Sendable {
    /// Mentions in the text.
    case mentions(Prediction)
    /// A relation for each pair of the post.
    case relations(RelationAnswers)
    /// Nothing, with the reason.
    case failed(String)
  }

  /// An answer by its parts.
  package init(expert: String, seesPicture: Bool, _ content: Content) {
    self.expert = expert
    self.seesPicture = seesPicture
    self.content = content
  }

  /// Its mentions with all that leads to them; nil when it answers relations or failed.
  package var mentions: Prediction? {
    if case .mentions(let found) = content { found } else { nil }
  }

  /// Its relations; nil when it answers mentions or failed.
  package var relations: RelationAnswers? {
    if case .relations(let found) = content { found } else { nil }
  }

  /// Why there is no answer; nil when there is one.
  package var failure: String? { if case .failed(let reason) = content { reason } else { nil } }

  /// What it shows: of the pair at a place for relations.
  package func trace(pair: Int = 0) -> Trace {
    switch content {
    case .mentions(let found): found.trace
    case .relations(let found):
      found.answers.indices.contains(pair) ? found.answers[pair].trace : Trace()
    case .failed: Trace()
    }
  }

  /// The same with more to show; of relations each pair shows it.
  package func showing(_ signals: [Signal]) -> Answer {
    Answer(
      expert: expert, seesPicture: seesPicture,
      content.map { trace in
        var trace = trace
        for signal in signals { trace.append(signal) }
        return trace
      })
  }

  /// The labels alone; nil when it failed.
  package var labels: Labels? {
    switch content {
    case .mentions(let found):
      .mentions(found.mentions.map(\.mention), confidences: found.mentions.map(\.confidence))
    case .relations(let found): .relations(found.answers)
    case .failed: nil
    }
  }
}

/// What an expert answers for a post, without anything that leads to it: little enough to be kept
/// for every post of a large dataset.
package enum Labels: Sendable, Hashable {
  /// The mentions in the text; their confidences when they were asked for.
  case mentions([EntityMention], confidences: [Float?]? = nil)
  /// An answer for each of the post's pairs, in their order; without traces.
  case relations([RelationAnswer])

  /// What was answered.
  package var task: ExpertTask { if case .mentions = self { .entities } else { .relations } }

  /// The mentions; nil for relations.
  package var mentions: [EntityMention]? {
    if case .mentions(let found, _) = self { found } else { nil }
  }

  /// The label of each pair; nil for mentions.
  package var relations: [RelationAnswer]? {
    if case .relations(let found) = self { found } else { nil }
  }
}

/// What labels are asked for.
package struct Asking: Sendable, Hashable {
  /// How tags become mentions.
  package var reading: BIO.Reading
  /// Whether each mention comes with its probability, which takes a second pass over the tags.
  package var confidences: Bool

  /// Lenient mentions without confidences unless said otherwise.
  package init(reading: BIO.Reading = .lenient, confidences: Bool = false) {
    self.reading = reading
    self.confidences = confidences
  }
}
