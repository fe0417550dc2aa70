import Corpora
import Foundation

/// One thing a person did to one post. A fact: appended, never rewritten.
package struct Edit: Sendable, Hashable {
  /// Id of the post.
  package let post: String
  /// What was done to it.
  package let action: Action

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
  }
}

/// How far a post has come.
package enum ReviewState: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nobody looked.
  case untouched
  /// Somebody changed labels without accepting the post.
  case edited
  /// A person accepted the labels.
  case reviewed
}
