import Annotations
import Corpora

/// The labels as they stand: the posts that differ from their file, review states, undo and redo.
public struct LabelBook: Sendable {
  /// Posts whose labels were touched, by index.
  var changed: [Int: Post] = [:]
  /// Review states other than untouched, by index.
  var review: [Int: ReviewState] = [:]
  /// Number of reviewed posts.
  private(set) var reviewedCount = 0
  /// Edits that stand, oldest first.
  private(set) var done: [Edit] = []
  /// Edits taken back, the next to redo last.
  private(set) var undone: [Edit] = []

  /// Nothing was done yet.
  public init() {}

  func post(_ index: Int, base: Post) -> Post { changed[index] ?? base }

  var lastDone: Edit? { done.last }
  var lastUndone: Edit? { undone.last }

  mutating func apply(_ edit: Edit, at index: Int, base: Post) {
    done.append(edit)
    undone = []
    set(edit, forward: true, at: index, base: base)
  }

  mutating func undo(at index: Int, base: Post) {
    guard let edit = done.popLast() else { return }
    undone.append(edit)
    set(edit, forward: false, at: index, base: base)
  }

  mutating func redo(at index: Int, base: Post) {
    guard let edit = undone.popLast() else { return }
    done.append(edit)
    set(edit, forward: true, at: index, base: base)
  }

  private mutating func set(_ edit: Edit, forward: Bool, at index: Int, base: Post) {
    switch edit.action {
    case .mentions(let range, let before, let after):
      var post = changed[index] ?? base
      post.mentions.removeAll { range.contains($0.range.lowerBound) }
      post.mentions.append(contentsOf: forward ? after : before)
      post.mentions.sort { $0.range.lowerBound < $1.range.lowerBound }
      changed[index] = post
    case .relation: break
    case .review(let before, let after):
      let state = forward ? after : before
      if self.review[index] == .reviewed { reviewedCount -= 1 }
      if state == .reviewed { reviewedCount += 1 }
      review[index] = state == .untouched ? nil : state
    }
  }
}
