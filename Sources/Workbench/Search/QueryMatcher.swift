import Corpora
import Routing

/// Judges posts by a query.
struct QueryMatcher {
  let query: Query
  /// Cheap terms first: the text is only put together when they hold.
  private let terms: [Query.Term]
  /// Work that was done, by steps of regular expressions; they are what takes time.
  private(set) var work = 0

  /// Steps that one post may take; a text for which that is too few cannot be judged.
  static let most = 2_000_000

  enum Verdict: Sendable, Equatable {
    case yes, no
    /// Something must be found out first.
    case unknown
    /// Something could not be found out.
    case unjudged(String)
  }

  init(_ query: Query) {
    self.query = query
    func cost(_ term: Query.Term) -> Int {
      switch term.condition {
      case .text: 2
      case .pattern: 3
      default: term.condition.needs.isEmpty ? 0 : 1
      }
    }
    terms = query.terms.enumerated().sorted {
      (cost($0.element), $0.offset) < (cost($1.element), $1.offset)
    }.map(\.element)
  }

  /// Whether a post matches, as far as is known. One term that does not hold is enough for no.
  mutating func verdict(_ index: Int, _ state: WorkbenchState) -> Verdict {
    var result = Verdict.yes
    var text: PostText?
    for term in terms {
      let holds: Verdict
      switch term.condition {
      case .text, .pattern:
        let known = text ?? PostText(state.posts[index])
        text = known
        holds = judge(term.condition, known)
      default: holds = Self.judge(term.condition, index, state)
      }
      switch holds {
      case .yes: if term.isNegated { return .no }
      case .no: if !term.isNegated { return .no }
      case .unknown: result = .unknown
      case .unjudged: if result == .yes { result = holds }
      }
    }
    return result
  }

  /// The texts of one post.
  private struct PostText {
    let characters: [Character]
    let lower: String

    init(_ post: Post) {
      let text = post.tokens.map(\.text).joined(separator: " ")
      characters = Array(text)
      lower = (text + " " + post.id).lowercased()
    }
  }

  private mutating func judge(_ condition: Query.Condition, _ text: PostText) -> Verdict {
    switch condition {
    case .text(let words): return text.lower.contains(words) ? .yes : .no
    case .pattern(let pattern):
      var budget = MatchBudget(left: Self.most)
      let match = pattern.firstMatch(in: text.characters, &budget)
      work += Self.most - budget.left
      if match != nil { return .yes }
      return budget.isEnough ? .no : .unjudged("its text is too long for /\(pattern.source)/")
    default: return .no
    }
  }

  private static func judge(
    _ condition: Query.Condition, _ index: Int, _ state: WorkbenchState
  ) -> Verdict {
    let post = state.posts[index]
    func known(_ holds: Bool?) -> Verdict {
      if let holds { return holds ? .yes : .no }
      return state.facts.reason(index, condition.needs).map { .unjudged($0) } ?? .unknown
    }
    switch condition {
    case .text, .pattern: return .no
    case .state(let wanted): return known(state.review(index) == wanted)
    case .label(let type): return known(state.post(index).mentions.contains { $0.type == type })
    case .relation(let text):
      return known(state.post(index).relations.contains { $0.label.lowercased().contains(text) })
    case .split(let split): return known(post.split == split)
    case .id(let text): return known(post.id.lowercased().contains(text))
    case .annotator(let name):
      return known(state.history.states[post.id]?.annotator?.lowercased() == name)
    case .irregular:
      return known(!post.irregularities(reading: state.opened.reading).isEmpty)
    case .route(let route): return known(state.routes[index].map { $0.route == route })
    case .p(let range):
      return known(
        state.routes[index].map { $0.scores.map { range.contains($0.probability) } ?? false })
    case .differs:
      return known(state.facts.answers[index].map { _ in state.disagreements.contains(index) })
    case .disputed:
      return known(state.isDisputed(post: index))
    case .flips:
      guard case .candidate = state.training.state else { return .no }
      if state.flips.contains(index) { return .yes }
      // Without a candidate nothing would change.
      guard case .candidate = state.training.state else { return .no }
      return known(state.facts.flips[index])
    case .picture(let wanted):
      let fact = post.imageID == nil ? .unnamed : state.facts.pictures[index]
      return known(fact.flatMap { holds(wanted, $0) })
    }
  }

  private static func holds(_ wanted: Query.Picture, _ fact: PictureFact) -> Bool? {
    switch wanted {
    case .yes: fact != .unnamed && fact != .missing
    case .no: fact == .unnamed || fact == .missing
    case .missing: fact == .missing
    case .broken: fact == .present ? nil : fact == .broken
    }
  }
}
