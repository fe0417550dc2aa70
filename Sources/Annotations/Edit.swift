import Corpora
import Foundation

/// One thing a person did to one post. A fact: appended, never rewritten.
package struct Edit: Sendable, Hashable {
  /// Id of the post.
  package let post: String
  /// What was done to it.
  package let action: Action
  /// Whether an expert's answer was taken as it is: labels that nobody has judged yet.
  package var isSuggestion = false

  /// An edit of a post, by the post's id.
  package init(post: String, action: Action) {
    self.post = post
    self.action = action
  }

  /// What was done.
  package enum Action: Sendable, Hashable {
    /// The mentions inside `range` were replaced: `before` were there, `after` are now.
    /// Covers setting, clearing, extending, shrinking and retyping. Ranges lie within `range`.
    /// `respelled`: the file's irregular tags in `range` are to be written as IOB2 has them.
    case mentions(
      range: Range<Int>, before: [EntityMention], after: [EntityMention], respelled: Bool = false)
    /// The relation label of a pair was changed; nil = no such relation.
    case relation(head: Range<Int>, tail: Range<Int>, before: String?, after: String?)
    /// The review state was changed.
    case review(before: ReviewState, after: ReviewState)
    /// What a person wrote about the post was changed; nil = nothing is written.
    case note(before: String?, after: String?)
    /// A mark was set on the post or taken off.
    case mark(Mark, isSet: Bool)
  }

  /// What a person sets on a post without judging its labels.
  package enum Mark: String, Sendable, Hashable, CaseIterable {
    /// To come back to.
    case flag
    /// Passed over for now.
    case skip
  }

  /// Characters of a note, at most.
  package static let longestNote = 2000
}

extension Edit.Action {
  /// Whether it says something of the labels: a note or a mark does not make its author the one who
  /// stands behind them.
  var judges: Bool {
    switch self {
    case .mentions, .relation, .review: true
    case .note, .mark: false
    }
  }
}
