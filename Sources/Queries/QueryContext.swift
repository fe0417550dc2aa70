import Annotations
import Corpora

/// What posts are judged by: their words, their labels, and what was found out about them.
package struct QueryContext: Sendable {
  /// The posts as they were read.
  package let posts: [Post]
  /// The labels of touched posts, by place in the dataset.
  package let states: [Int: LabelState]
  /// What was found out.
  package var facts: Facts
  /// Words and ids, as far as searches have come.
  package var texts: PostTexts
  /// Experts that do not count in what is disputed.
  package var hidden: Set<String> = []
  /// Whether a new router waits.
  package var hasCandidate = false
  /// How irregular tags of the files were understood.
  package var reading = BIO.Reading.lenient
  /// Milliseconds since 1970.
  package var now: Int64 = 0
  /// Posts that others changed since the annotator was last here.
  package var unread: Set<Post.ID> = []
  /// Who asks, in lower case: `me`.
  package var annotator: String?
  /// Posts of which annotators say different things, and on which nobody decided; only where a
  /// query asks for them.
  package var divided: Set<Int> = []
  /// Posts behind what was chosen in the study of the dataset.
  package var picked: Set<Int> = []
  /// How suspicious a post with its labels is, 0 … 1; nil for a post that was not judged so.
  package var suspicionOf: @Sendable (Post) -> Float? = { _ in nil }
  /// In whose names a post is to be labelled.
  package var assigneesOf: @Sendable (Post) -> [String] = { _ in [] }

  /// Posts with labels; nothing else is known of them yet.
  package init(
    posts: [Post], states: [Int: LabelState] = [:], facts: Facts = Facts(),
    texts: PostTexts = PostTexts()
  ) {
    self.posts = posts
    self.states = states
    self.facts = facts
    self.texts = texts
  }

  /// A post with its labels.
  package func post(_ index: Int) -> Post {
    states[index]?.applied(to: posts[index]) ?? posts[index]
  }

  func mentions(_ index: Int) -> [EntityMention] {
    states.isEmpty ? posts[index].mentions : states[index]?.mentions ?? posts[index].mentions
  }

  func relations(_ index: Int) -> [RelationMention] {
    states.isEmpty ? posts[index].relations : states[index]?.relations ?? posts[index].relations
  }

  package func review(_ index: Int) -> ReviewState { states[index]?.review ?? .untouched }

  /// How suspicious the labels are; asked once and remembered.
  mutating func suspicion(_ index: Int) -> Float? {
    if let known = facts.suspicion[index] { return known }
    let value = suspicionOf(post(index))
    facts.suspicion[index] = .some(value)
    return value
  }

  /// The number that a post has, as far as it is known: nil when it is not, nil inside when the
  /// post has none.
  mutating func number(_ measure: Query.Measure, _ index: Int) -> Float?? {
    switch measure {
    case .p: facts.routes[index].map { $0.scores?.probability }
    case .gate: facts.gates[index]
    case .confidence: facts.answers[index].map(\.confidence)
    case .suspicion: .some(suspicion(index))
    case .length: .some(Float(posts[index].tokens.count))
    case .mentions: .some(Float(mentions(index).count))
    case .pairs: .some(Float(relations(index).count))
    }
  }
}
