import Corpora

/// The edits of a dataset as a value: the current labels, unlimited undo and redo, and the steps.
///
/// The workbench keeps one in memory and changes it at once; every step it returns goes to the
/// `AnnotationStore`, which on the next start replays the same steps into an equal history. Undo is
/// one line across all posts, latest edit first, whoever made it; a new edit ends the redo line,
/// but its steps stay on record. Undo puts back exactly what was there, review state included.
package struct EditHistory: Sendable, Equatable {
  /// An edit that is in effect, or was taken back, and what its post was like before it.
  struct Done: Sendable, Equatable {
    let step: Step
    /// nil when nobody had touched the post.
    let before: LabelState?
  }

  /// All steps, oldest first; also those whose posts are not in the dataset any more.
  package private(set) var steps: [Step] = []
  /// The labels of touched posts, by post id.
  package private(set) var states: [String: LabelState] = [:]
  private var lastSequence: Int64 = 0
  private var done: [Done] = []
  private var undone: [Done] = []
  /// What the posts of `undone` were like with the edit, in the same order: a redo gives exactly
  /// that.
  private var redone: [LabelState?] = []

  /// An empty history.
  package init() {}

  /// The sequence number that the next step gets.
  package var nextSequence: Int64 { lastSequence + 1 }

  /// The edit that undo would take back; its `name` names it.
  package var nextUndo: Step? { done.last?.step }

  /// The edit that redo would repeat.
  package var nextRedo: Step? { undone.last?.step }

  /// The current labels of a post.
  package func labels(of post: Post) -> LabelState { states[post.id] ?? LabelState(post) }

  /// The post with its current labels.
  package func annotated(_ post: Post) -> Post { states[post.id]?.applied(to: post) ?? post }

  /// All touched posts of a dataset with their current labels, by id: what an export needs.
  package func editedPosts(of dataset: Dataset) -> [Post.ID: Post] {
    var posts: [Post.ID: Post] = [:]
    for (id, state) in states {
      if let post = dataset.post(id: id) { posts[id] = state.applied(to: post) }
    }
    return posts
  }

  /// Makes an edit.
  /// - Parameters:
  ///   - base: the post as the dataset has it.
  ///   - time: milliseconds since 1970.
  ///   - group: the first of the edits that belong together with it.
  /// - Returns: the step to store.
  /// - Throws: `EditError`; nothing is changed then.
  @discardableResult
  package mutating func apply(
    _ edit: Edit, to base: Post, by annotator: String, at time: Int64 = Step.now(),
    group: Int64? = nil
  ) throws -> Step {
    guard edit.post == base.id else {
      throw EditError.wrongPost(edit: edit.post, post: base.id)
    }
    let step = Step(
      sequence: nextSequence, post: base.id, file: base.source.file,
      postHash: DatasetHash.hash(of: base), tokensHash: DatasetHash.hash(ofTokens: base),
      annotator: annotator, time: time, kind: .edit(edit.action), name: edit.name(in: base),
      group: group)
    try perform(step, base: base, rebase: false)
    record(step)
    return step
  }

  /// Takes back the latest edit that is in effect; nil when there is none.
  @discardableResult
  package mutating func undo(by annotator: String, at time: Int64 = Step.now()) -> Step? {
    guard let edit = nextUndo else { return nil }
    return reverse(edit, .undo(edit.sequence), "undo: \(edit.name)", annotator, time)
  }

  /// Repeats the edit that was taken back last; nil when there is none.
  @discardableResult
  package mutating func redo(by annotator: String, at time: Int64 = Step.now()) -> Step? {
    guard let edit = nextRedo else { return nil }
    return reverse(edit, .redo(edit.sequence), "redo: \(edit.name)", annotator, time)
  }

  private mutating func reverse(
    _ edit: Step, _ kind: Step.Kind, _ name: String, _ annotator: String, _ time: Int64
  ) -> Step? {
    let step = Step(
      sequence: nextSequence, post: edit.post, file: edit.file, postHash: edit.postHash,
      tokensHash: edit.tokensHash, annotator: annotator, time: time, kind: kind, name: name)
    guard (try? perform(step, base: nil, rebase: false)) != nil else { return nil }
    record(step)
    return step
  }

  /// Changes states and lines as a step says.
  /// - Parameter base: the post of an edit; undo and redo need none.
  private mutating func perform(_ step: Step, base: Post?, rebase: Bool) throws {
    switch step.kind {
    case .edit(let action):
      guard let base else { throw EditError.wrongPost(edit: step.post, post: "none") }
      let before = states[step.post]
      var state = before ?? LabelState(base)
      try state.apply(action, tokenCount: base.tokens.count, rebase: rebase)
      state.annotator = step.annotator
      state.time = step.time
      states[step.post] = state
      done.append(Done(step: step, before: before))
      undone.removeAll()
      redone.removeAll()
    case .undo(let sequence):
      // Posts do not touch each other, so the latest edit of its post can go wherever it stands in
      // line.
      guard let place = done.lastIndex(where: { $0.step.post == step.post }),
        done[place].step.sequence == sequence
      else { throw EditError.notUndoable(sequence: sequence) }
      let edit = done.remove(at: place)
      redone.append(states[step.post])
      states[step.post] = edit.before
      undone.append(edit)
    case .redo(let sequence):
      guard let place = undone.lastIndex(where: { $0.step.post == step.post }),
        undone[place].step.sequence == sequence
      else { throw EditError.notUndoable(sequence: sequence) }
      let edit = undone.remove(at: place)
      states[step.post] = redone.remove(at: place)
      done.append(edit)
    }
  }

  /// Takes up a stored step.
  /// - Parameters:
  ///   - base: the post as the dataset has it now; nil keeps the step on record without effect.
  ///   - rebase: whether the file's labels may have changed under the edit.
  mutating func replay(_ step: Step, base: Post?, rebase: Bool) throws {
    record(step)
    if let base {
      try perform(step, base: base, rebase: rebase)
    } else if case .edit = step.kind {
      // The redo line ended here when the edit was made, whether its post is here or not.
      undone.removeAll()
      redone.removeAll()
    }
  }

  /// Takes up a step that was made for another history; nothing is changed when it throws.
  /// - Parameter base: the post as the dataset has it now; nil keeps the step on record without
  ///   effect.
  mutating func adopt(_ step: Step, base: Post?) throws {
    if let base {
      try perform(step, base: base, rebase: false)
    } else if case .edit = step.kind {
      undone.removeAll()
      redone.removeAll()
    }
    record(step)
  }

  /// Leaves out sequence numbers that are taken.
  mutating func skip(to sequence: Int64) { lastSequence = max(lastSequence, sequence) }

  private mutating func record(_ step: Step) {
    steps.append(step)
    lastSequence = step.sequence
  }
}
