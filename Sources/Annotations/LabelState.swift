import Corpora

/// The labels of one post as people left them, and how far it has come.
package struct LabelState: Sendable, Hashable {
  /// Sorted, never overlapping, inside the post's tokens.
  package var mentions: [EntityMention]
  /// Labelled pairs, in the order in which they were made.
  package var relations: [RelationMention]
  /// Where tags of the file were fixed, in the order in which that was done.
  package var respelled: [Range<Int>]
  /// How far the post has come.
  package var review: ReviewState
  /// What a person wrote about the post.
  package var note: String?
  /// What was set on the post.
  package var marks: Set<Edit.Mark> = []
  /// Who changed labels or review state last; nil when nobody did.
  package var annotator: String?
  /// When, in milliseconds since 1970.
  package var time: Int64?

  /// Whether somebody wants to come back to the post.
  package var isFlagged: Bool { marks.contains(.flag) }

  /// Whether the post was passed over for now.
  package var isSkipped: Bool { marks.contains(.skip) }

  /// The labels that the dataset gives a post.
  package init(_ post: Post) {
    mentions = post.mentions
    relations = post.relations
    respelled = post.respelled
    review = .untouched
  }

  /// The labels that a snapshot kept.
  init(
    mentions: [EntityMention], relations: [RelationMention], respelled: [Range<Int>],
    review: ReviewState, note: String?, marks: Set<Edit.Mark>, annotator: String?, time: Int64?
  ) {
    (self.mentions, self.relations, self.respelled) = (mentions, relations, respelled)
    (self.review, self.note, self.marks) = (review, note, marks)
    (self.annotator, self.time) = (annotator, time)
  }

  /// The post with these labels.
  package func applied(to post: Post) -> Post {
    var copy = post
    copy.mentions = mentions
    copy.relations = relations
    copy.respelled = respelled
    return copy
  }

  /// True when every mention lies in the tokens and none overlaps another.
  package func isValid(tokenCount: Int) -> Bool {
    var end = 0
    for mention in mentions {
      guard mention.range.lowerBound >= end, mention.range.upperBound <= tokenCount,
        !mention.range.isEmpty, !mention.type.rawValue.isEmpty
      else { return false }
      end = mention.range.upperBound
    }
    return relations.allSatisfy { relation in
      [relation.head, relation.tail].allSatisfy {
        $0.lowerBound >= 0 && !$0.isEmpty && $0.upperBound <= tokenCount
      }
    }
  }

  /// Does what an action says.
  /// - Parameter rebase: when the labels are not the ones that the action was made for, put its
  ///   result in place anyway (mentions that reach into its range go wholly); false makes that an
  ///   error.
  /// - Throws: `EditError`; the state is then unchanged.
  mutating func apply(_ action: Edit.Action, tokenCount: Int, rebase: Bool) throws {
    var next = self
    switch action {
    case .mentions(let range, let before, let after, let respelled):
      guard range.lowerBound >= 0, range.upperBound <= tokenCount,
        (before + after).allSatisfy({
          $0.range.lowerBound >= range.lowerBound && $0.range.upperBound <= range.upperBound
        })
      else { throw EditError.outside(range, tokens: tokenCount) }
      let current = mentions.filter { $0.range.overlaps(range) }
      guard rebase || current == before else { throw EditError.outOfDate }
      next.mentions.removeAll { $0.range.overlaps(range) }
      next.mentions += after
      next.mentions.sort { $0.range.lowerBound < $1.range.lowerBound }
      if respelled, !next.respelled.contains(range) { next.respelled.append(range) }
      next.review = .edited
    case .relation(let head, let tail, let before, let after):
      let own = relations.indices.filter {
        relations[$0].head == head && relations[$0].tail == tail
      }
      // A file may have several labels for one pair.
      let place = own.first { relations[$0].label == before } ?? (rebase ? own.first : nil)
      guard rebase || (place != nil) == (before != nil) else { throw EditError.outOfDate }
      let relation = after.map { RelationMention(head: head, tail: tail, label: $0) }
      if let place {
        next.relations.replaceSubrange(place...place, with: relation.map { [$0] } ?? [])
      } else if let relation {
        next.relations.append(relation)
      }
      next.review = .edited
    case .review(let before, let after):
      guard rebase || review == before else { throw EditError.outOfDate }
      next.review = review.following(before, after)
      // Decided is not passed over.
      if after.isDecided { next.marks.remove(.skip) }
    case .note(let before, let after):
      guard rebase || note == before else { throw EditError.outOfDate }
      guard after?.count ?? 0 <= Edit.longestNote else { throw EditError.invalid }
      next.note = after
    case .mark(let mark, let isSet):
      if isSet { next.marks.insert(mark) } else { next.marks.remove(mark) }
    }
    guard next.isValid(tokenCount: tokenCount) else { throw EditError.invalid }
    self = next
  }
}

extension ReviewState {
  /// The state after a judgement. One that was made before anybody had edited the labels is none of
  /// labels that somebody else edited meanwhile; taking it back changes nothing either.
  fileprivate func following(_ before: ReviewState, _ after: ReviewState) -> ReviewState {
    guard self == .edited, before != self else { return after }
    return after == .reviewed || before.isDecided ? self : after
  }
}

extension LabelState {
  /// Does what an edit says, and notes who made it.
  /// - Throws: `EditError`; the state is then unchanged.
  mutating func take(_ step: Step, _ action: Edit.Action, tokenCount: Int, rebase: Bool) throws {
    let review = review
    try apply(action, tokenCount: tokenCount, rebase: rebase)
    // Who judged other labels than these has not judged these.
    if case .review(_, let after) = action, self.review != after { return }
    if step.isSuggestion, review == .untouched || review == .suggested {
      self.review = .suggested
    }
    if action.judges {
      annotator = step.annotator
      time = step.time
    }
  }
}

/// Why an edit cannot be made.
package enum EditError: Error, Sendable, Hashable, CustomStringConvertible {
  case outside(Range<Int>, tokens: Int)
  case outOfDate
  case invalid
  case wrongPost(edit: String, post: String)
  case nothingToUndo
  case notUndoable(sequence: Int64)

  package var description: String {
    switch self {
    case .outside(let range, let tokens):
      "tokens \(range.lowerBound) to \(range.upperBound) do not lie in the \(tokens) of the post; "
        + "select words of this post"
    case .outOfDate: "the labels changed since the edit was prepared; look again and repeat it"
    case .invalid: "the edit would make mentions overlap, or leave the post; select other words"
    case .wrongPost(let edit, let post): "an edit of post \(edit) was given post \(post)"
    case .nothingToUndo: "nothing to take back"
    case .notUndoable(let sequence):
      "step \(sequence) is not the latest of its post; take back the later ones first"
    }
  }
}
