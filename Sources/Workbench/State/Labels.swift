import Annotations
import Corpora

/// The labels as they stand: the edit history, and the review states by index for quick counting.
///
/// All editing is `EditHistory`'s; this only remembers what would be slow to ask it for.
struct Labels: Sendable {
  private(set) var history: EditHistory
  /// One per post, kept equal to the history's.
  private(set) var review: [ReviewState]
  /// Number of accepted posts.
  private(set) var accepted = 0

  init(_ history: EditHistory, posts: [Post], indexOfID: [String: Int]) {
    self.history = history
    review = [ReviewState](repeating: .untouched, count: posts.count)
    for (id, state) in history.states {
      if let index = indexOfID[id] { review[index] = state.review }
    }
    accepted = review.count { $0 == .reviewed }
  }

  /// Makes an edit. Throws `EditError`; nothing is changed then.
  mutating func apply(
    _ edit: Edit, at index: Int, base: Post, by annotator: String, time: Int64,
    group: Int64? = nil
  ) throws -> Step {
    let step = try history.apply(edit, to: base, by: annotator, at: time, group: group)
    refresh(index, base.id)
    return step
  }

  mutating func undo(at index: Int, by annotator: String, time: Int64) -> Step? {
    let step = history.undo(by: annotator, at: time)
    if let step { refresh(index, step.post) }
    return step
  }

  mutating func redo(at index: Int, by annotator: String, time: Int64) -> Step? {
    let step = history.redo(by: annotator, at: time)
    if let step { refresh(index, step.post) }
    return step
  }

  private mutating func refresh(_ index: Int, _ id: String) {
    let state = history.states[id]?.review ?? .untouched
    accepted += (state == .reviewed ? 1 : 0) - (review[index] == .reviewed ? 1 : 0)
    review[index] = state
  }
}
