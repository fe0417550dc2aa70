import Annotations
import Corpora
import Routing

/// What the search line asks for: terms that must all hold.
///
///     ferry -label:PER route:text "St Mary" /^RT/
struct Query: Sendable, Equatable {
  var terms: [Term] = []

  /// One condition, or its opposite.
  struct Term: Sendable, Equatable {
    var isNegated = false
    let condition: Condition
  }

  enum Condition: Sendable, Equatable {
    /// A text that stands in the post or its id, in lower case.
    case text(String)
    /// A regular expression over the post's text.
    case pattern(Pattern)
    case state(ReviewState)
    case route(Route)
    case p(ClosedRange<Float>)
    case label(EntityType)
    case relation(String)
    case split(Split)
    case id(String)
    case annotator(String)
    case picture(Picture)
    case differs
    case disputed
    case flips
    case irregular
  }

  /// The query for posts on which the experts on screen disagree.
  static let disputed = "is:disputed"

  /// What can be asked of a picture.
  enum Picture: String, Sendable, CaseIterable { case yes, no, missing, broken }

  /// What must be found out before every term can be judged.
  var needs: FactNeeds { terms.reduce(into: []) { $0.formUnion($1.condition.needs) } }

  /// The texts that are searched for, which stand somewhere to be marked.
  var words: [String] {
    terms.compactMap { term in
      if case .text(let text) = term.condition, !term.isNegated { text } else { nil }
    }
  }

  /// Why the query cannot be answered here; nil when it can.
  func unavailable(_ opened: WorkbenchState.Opened) -> String? {
    if needs.contains(.answer), !opened.hasModels {
      return "is:different needs experts, and none is loaded; start with --models DIR"
    }
    if needs.contains(.dispute), !opened.hasModels {
      return "is:disputed needs experts, and none is loaded; start with --models DIR"
    }
    if !needs.isDisjoint(with: [.route, .flip]), !opened.hasRouter {
      return "route:, p: and is:flip need a router, and none is loaded; "
        + "start with --models DIR --router NAME"
    }
    return nil
  }
}

extension Query.Condition {
  /// What must be found out of a post before this can be judged.
  var needs: FactNeeds {
    switch self {
    case .route, .p: .route
    case .differs: .answer
    case .disputed: .dispute
    case .flips: .flip
    case .picture(.broken): .decoding
    case .picture: .picture
    case .text, .pattern, .state, .label, .relation, .split, .id, .annotator, .irregular: []
    }
  }
}
