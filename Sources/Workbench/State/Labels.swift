import Annotations
import Corpora

/// The labels as they stand: the edit history, and what lists and counts ask of every post, by
/// index.
///
/// All editing is `EditHistory`'s; this only remembers what would be slow to ask it for.
struct Labels: Sendable {
  private(set) var history: EditHistory
  /// One per post, kept equal to the history's.
  private(set) var review: [ReviewState]
  /// Posts with a note or a mark, kept equal to the history's.
  private(set) var remarks: [Int: Remarks] = [:]
  /// The labels of touched posts, kept equal to the history's.
  private(set) var states: [Int: LabelState] = [:]
  /// Number of accepted posts, adjudicated ones among them.
  private(set) var accepted = 0
  /// Number of posts of which nothing is left to do.
  private(set) var decided = 0

  /// What people left on a post beside labels.
  struct Remarks: Sendable, Equatable {
    var note: String?
    var marks: Set<Edit.Mark> = []
  }

  init(_ history: EditHistory, posts: [Post], indexOfID: [String: Int]) {
    self.history = history
    review = [ReviewState](repeating: .untouched, count: posts.count)
    for id in history.states.keys {
      if let index = indexOfID[id] { refresh(index, id) }
    }
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

  /// - Parameter owner: whose latest edit is meant; nil = anybody's.
  mutating func undo(at index: Int, by annotator: String, of owner: String?, time: Int64) -> Step? {
    let step = history.undo(by: annotator, of: owner, at: time)
    if let step { refresh(index, step.post) }
    return step
  }

  mutating func redo(at index: Int, by annotator: String, of owner: String?, time: Int64) -> Step? {
    let step = history.redo(by: annotator, of: owner, at: time)
    if let step { refresh(index, step.post) }
    return step
  }

  /// Takes up what other processes stored, under own steps that are not stored yet.
  mutating func takeUp(
    _ others: AnnotationStore.Others, under pending: [Step], _ posts: [Post],
    _ indexOfID: [String: Int]
  ) -> EditHistory.Rebased {
    let result = history.takeUp(others, under: pending) { id in indexOfID[id].map { posts[$0] } }
    for id in result.posts {
      if let index = indexOfID[id] { refresh(index, id) }
    }
    return result
  }

  private mutating func refresh(_ index: Int, _ id: String) {
    let state = history.states[id]
    let (before, after) = (review[index], state?.review ?? .untouched)
    accepted += (after.isAccepted ? 1 : 0) - (before.isAccepted ? 1 : 0)
    decided += (after.isDecided ? 1 : 0) - (before.isDecided ? 1 : 0)
    review[index] = after
    states[index] = state
    let remark = Remarks(note: state?.note, marks: state?.marks ?? [])
    remarks[index] = remark == Remarks() ? nil : remark
  }
}
