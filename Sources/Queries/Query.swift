import Annotations
import Corpora
import Routing
import Settings

/// What a search line asks for, and the order in which the posts are wanted.
///
///     ferry -label:PER (route:text or p:<.3) "St Mary" /^RT/ sort:p
package struct Query: Sendable, Equatable {
  /// What must hold of a post.
  package var root = Node.all([])
  /// What the posts are sorted by, the first counting most; none: the dataset's order.
  package var orders: [Order] = []
  /// Words such as `@calm` that would name a saved query if there were one of that name.
  package var handles: [String] = []

  /// Conditions and how they are joined.
  package indirect enum Node: Sendable, Equatable {
    case condition(Condition)
    case not(Node)
    /// Holds of every post when empty.
    case all([Node])
    case any([Node])
  }

  package enum Condition: Sendable, Equatable {
    /// A text that stands in the post or its id, in lower case.
    case text(String)
    /// A regular expression over the post's text.
    case pattern(Pattern)
    case id(String)
    case state(ReviewState)
    case label(EntityType)
    /// A text in the words of a mention, in lower case, of a type or of any.
    case mention(EntityType?, String)
    /// A text in the name of a relation, in lower case.
    case relation(String)
    /// A text in the words of a pair's ends or in its relation, in lower case.
    case pair(String)
    case number(Measure, NumberRange)
    case route(Route)
    case split(Split)
    /// Who changed labels or state last, in lower case.
    case annotator(String)
    /// Whose work the post is, in lower case.
    case assigned(String)
    case note(Note)
    case flagged(Bool)
    case skipped(Bool)
    case picture(Picture)
    /// Whether the picture adds to the text, of posts where that is judged.
    case imageAdds(Bool)
    case since(Moment)
    /// That others changed since the annotator was last here.
    case unread
    case differs
    case disputed
    case flips
    case irregular
    /// Which of the router's two experts are right.
    case cell(AgreementCell)
    /// That the labels are not the file's.
    case changed
    /// That annotators say different things, and nobody has decided.
    case divided
    /// That it stands behind what was chosen in the study of the dataset.
    case picked
  }

  /// A number that posts have, or do not.
  package enum Measure: String, Sendable, CaseIterable {
    case p, gate, confidence, suspicion, length, mentions, pairs

    var scale: NumberRange.Scale {
      switch self {
      case .p, .gate, .confidence, .suspicion: .share
      case .length, .mentions, .pairs: .count
      }
    }
  }

  /// What can be asked of a picture.
  package enum Picture: String, Sendable, CaseIterable { case yes, no, missing, broken }

  /// What can be asked of a note.
  package enum Note: Sendable, Equatable {
    case isThere(Bool)
    /// A text that stands in it, in lower case.
    case text(String)
  }

  /// The query for posts on which the experts on screen disagree.
  package static let disputed = "is:disputed"

  /// A query that holds of every post.
  package init() {}

  /// What must be found out before every term can be judged and the posts sorted.
  package var needs: FactNeeds {
    conditions.map(\.needs).reduce(into: orderNeeds) { $0.formUnion($1) }
  }

  /// What must be found out before the posts can be sorted.
  package var orderNeeds: FactNeeds {
    orders.map(\.key.needs).reduce(into: FactNeeds()) { $0.formUnion($1) }
  }

  /// All conditions, those that must not hold too.
  package var conditions: [Condition] { root.leaves(positive: true).map(\.condition) }

  /// The conditions that speak for a post where they hold.
  package var positiveConditions: [Condition] {
    root.leaves(positive: true).filter(\.isPositive).map(\.condition)
  }

  /// The texts that are searched for, which stand somewhere to be marked.
  package var words: [String] {
    positiveConditions.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  /// The types that it names.
  package var types: [EntityType] {
    conditions.compactMap { condition in
      switch condition {
      case .label(let type), .mention(let type?, _): type
      default: nil
      }
    }
  }
}

extension Query.Node {
  /// Its conditions with whether they stand under an even number of `not`.
  func leaves(positive: Bool) -> [(condition: Query.Condition, isPositive: Bool)] {
    switch self {
    case .condition(let condition): [(condition, positive)]
    case .not(let node): node.leaves(positive: !positive)
    case .all(let nodes), .any(let nodes): nodes.flatMap { $0.leaves(positive: positive) }
    }
  }
}

extension Query.Condition {
  /// What must be found out of a post before this can be judged.
  package var needs: FactNeeds {
    switch self {
    case .route: .route
    case .number(let measure, _): measure.needs
    case .differs: .answer
    case .disputed: .dispute
    case .cell: .both
    case .flips: .flip
    case .picture(.broken): .decoding
    case .picture: .picture
    default: []
    }
  }
}

extension Query.Measure {
  package var needs: FactNeeds {
    switch self {
    case .p: .route
    case .gate: .gate
    case .confidence: .answer
    case .suspicion, .length, .mentions, .pairs: []
    }
  }
}

extension Query {
  /// What a session can answer.
  package struct Means: Sendable {
    package var hasModels: Bool
    package var hasRouter: Bool
    /// The types that mentions can have; empty where nobody knows.
    package var types: [EntityType] = []
    package var hasSuspicion: Bool
    package var hasAssignments: Bool
    /// Whether it is known when the annotator was last here.
    package var knowsLastVisit: Bool
    /// Whether something was chosen in the study of the dataset.
    package var hasPicked = false

    /// Means by their parts.
    package init(
      hasModels: Bool, hasRouter: Bool, hasSuspicion: Bool = false, hasAssignments: Bool = false,
      knowsLastVisit: Bool = false
    ) {
      self.hasModels = hasModels
      self.hasRouter = hasRouter
      self.hasSuspicion = hasSuspicion
      self.hasAssignments = hasAssignments
      self.knowsLastVisit = knowsLastVisit
    }
  }

  /// Why the query cannot be answered here; nil when it can.
  package func unavailable(_ means: Means) -> String? {
    let needs = needs
    func lacks(_ term: String, _ what: String, _ remedy: String) -> String {
      "\(term) needs \(what), and none is loaded; \(remedy)"
    }
    let start = "start with --models DIR"
    if !means.hasModels {
      for (need, term) in Self.expertTerms where needs.contains(need) {
        return lacks(term, "experts", start)
      }
    }
    if !needs.isDisjoint(with: [.route, .flip, .both]), !means.hasRouter {
      return
        "route:, p:, cell: and is:flip need a router, and none is loaded; \(start) --router NAME"
    }
    let conditions = conditions
    for type in types
    where !type.rawValue.isEmpty && !means.types.isEmpty && !means.types.contains(type) {
      let known = means.types.map(\.rawValue)
      let nearest = NearestName.find(type.rawValue, among: known).map { "; did you mean \($0)?" }
      return "label: there is no type \(type.rawValue) here; types are "
        + known.joined(separator: ", ") + (nearest ?? "")
    }
    let asksSuspicion =
      orders.contains { $0.key == .suspicion }
      || conditions.contains {
        if case .number(.suspicion, _) = $0 { true } else { false }
      }
    if asksSuspicion, !means.hasSuspicion {
      return "suspicion needs scores, and there are none; `twinlens suspect` makes them"
    }
    let asksAssignment = conditions.contains { if case .assigned = $0 { true } else { false } }
    if asksAssignment, !means.hasAssignments { return "no post is assigned to anybody" }
    if conditions.contains(.unread), !means.knowsLastVisit {
      return "since:me needs to know when you were last here; the workbench remembers it from the "
        + "first time on"
    }
    if conditions.contains(.picked), !means.hasPicked {
      return "is:picked needs a bar or a number that was chosen in :dataset of the workbench"
    }
    return nil
  }

  /// What experts are needed for, by the terms that say so.
  private static let expertTerms: [(FactNeeds, String)] = [
    (.answer, "is:different or confidence:"), (.dispute, "is:disputed"), (.gate, "gate:"),
    (.both, "cell:"),
  ]
}
