/// How far a post has come.
package enum ReviewState: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nobody looked.
  case untouched
  /// An expert's answer was taken, and nobody has judged it.
  case suggested
  /// Somebody changed labels without accepting the post.
  case edited
  /// A person accepted the labels.
  case reviewed
  /// A person decided where annotators disagreed.
  case adjudicated
  /// A person threw the post out: it has no usable labels.
  case rejected

  /// What the state is called on the screen, in queries and in exports.
  package var word: String { self == .reviewed ? "accepted" : rawValue }

  /// The state of that name; `reviewed` and `accepted` are the same.
  package init?(word: String) {
    guard let state = Self.allCases.first(where: { $0.word == word || $0.rawValue == word })
    else { return nil }
    self = state
  }

  /// Whether a person stands behind the labels: what experts are corrected by.
  package var isAccepted: Bool { self == .reviewed || self == .adjudicated }

  /// Whether nothing is left to do.
  package var isDecided: Bool { isAccepted || self == .rejected }

  /// What the labels of such a post are called wherever they stand beside those of experts: gold
  /// once somebody judged them.
  package var labelsTitle: String { isDecided ? "gold" : "labels" }

  /// The same of one of them.
  package var labelTitle: String { isDecided ? "gold" : "label" }
}
