import Corpora

/// A wish to study a part of the dataset.
package struct StudyRequest: Sendable, Equatable {
  /// Grows with every wish, so that answers to an earlier one are known as such.
  package let number: Int
  /// The part; `all` for every post.
  package let split: Split
  /// Posts with other labels than their files, as they are now, by place in the dataset.
  package let edited: [Int: Post]

  /// A request by its parts.
  package init(number: Int, split: Split, edited: [Int: Post]) {
    (self.number, self.split, self.edited) = (number, split, edited)
  }
}

/// How far a study is.
package struct StudyProgress: Sendable, Equatable {
  package let request: Int
  /// Posts that were looked at.
  package let done: Int
  package let total: Int
  /// nil as long as nobody can say.
  package let secondsLeft: Double?

  /// Progress by its parts.
  package init(request: Int, done: Int, total: Int, secondsLeft: Double?) {
    (self.request, self.done, self.total) = (request, done, total)
    self.secondsLeft = secondsLeft
  }
}
