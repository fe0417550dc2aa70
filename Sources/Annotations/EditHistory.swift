import Corpora

/// The edits of a dataset as a value: the current labels, unlimited undo and redo, and the steps.
///
/// The workbench keeps one in memory and changes it at once; every step it returns goes to the
/// `AnnotationStore`, which on the next start replays the same steps into an equal history. Undo is
/// one line for each annotator across all posts, latest edit first; a new edit ends its annotator's
/// redo line, but its steps stay on record. Undo puts back exactly what was there, review state
/// included; redo makes the edit again on what is there, which is the same but where somebody
/// else's edit before it was taken back for good.
package struct EditHistory: Sendable, Equatable {
  /// An edit that is in effect, or was taken back, and what its post was like before it.
  struct Done: Sendable, Equatable {
    let step: Step
    /// The post as the dataset has it.
    let base: Post
    /// What it was like before; nil when nobody had touched it.
    let before: LabelState?
  }

  /// A part of the redo line that an edit ended.
  struct Ended: Sendable, Equatable {
    let place: Int
    let undone: Undone
  }

  /// All steps, oldest first; also those whose posts are not in the dataset any more.
  package private(set) var steps: [Step] = []
  /// The labels of touched posts, by post id.
  package private(set) var states: [String: LabelState] = [:]
  private(set) var lastSequence: Int64 = 0
  /// Edits in effect, by their sequence numbers.
  private(set) var done: [Done] = []
  private(set) var undone: [Undone] = []
  /// What edits took from the redo line when they were new, by their sequence numbers. Not part of
  /// the edits: of those that are taken back and made anew in turns each would hold all before it.
  private(set) var ended: [Int64: [Ended]] = [:]

  /// An edit that was taken back.
  struct Undone: Sendable, Equatable {
    let edit: Done
    /// What the post was like with the edit.
    let after: LabelState?
  }

  /// An empty history.
  package init() {}

  /// The sequence number that the next step gets.
  package var nextSequence: Int64 { lastSequence + 1 }

  /// The edit that undo would take back; its `name` names it.
  /// - Parameter owner: whose edits are looked at; nil = everybody's.
  package func nextUndo(of owner: String? = nil) -> Step? {
    done.last { owner == nil || $0.step.annotator == owner }?.step
  }

  /// The edit that redo would repeat.
  package func nextRedo(of owner: String? = nil) -> Step? {
    undone.last { owner == nil || $0.edit.step.annotator == owner }?.edit.step
  }

  /// The latest edit in effect of a post, whoever made it: the only one of its post that can be
  /// taken back.
  package func latest(of post: String) -> Step? { done.last { $0.step.post == post }?.step }

  /// The edit that has to be taken back before this one, and all that was made with the same key,
  /// can be: the latest of one of their posts. Nil where nothing stands in the way.
  package func obstacle(toUndoing edit: Step) -> Step? {
    func later(_ step: Step) -> Step? {
      guard let last = latest(of: step.post), last.sequence != step.sequence else { return nil }
      // What was made with the same key is taken back with it.
      return step.group != nil && last.group == step.group ? nil : last
    }
    guard let group = edit.group else { return later(edit) }
    for step in done.reversed().lazy.map(\.step)
    where step.annotator == edit.annotator {
      guard step.group == group else { break }
      if let found = later(step) { return found }
    }
    return nil
  }

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
      group: group, isSuggestion: edit.isSuggestion)
    try perform(step, base: base, rebase: false)
    record(step)
    return step
  }

  /// Takes back the latest edit that is in effect; nil when there is none, or when a later edit of
  /// its post by somebody else is in effect.
  /// - Parameter owner: whose edits are looked at; nil = everybody's.
  @discardableResult
  package mutating func undo(
    by annotator: String, of owner: String? = nil, at time: Int64 = Step.now()
  ) -> Step? {
    guard let edit = nextUndo(of: owner) else { return nil }
    return reverse(edit, .undo(edit.sequence), "undo: \(edit.name)", annotator, time)
  }

  /// Repeats the edit that was taken back last; nil when there is none.
  @discardableResult
  package mutating func redo(
    by annotator: String, of owner: String? = nil, at time: Int64 = Step.now()
  ) -> Step? {
    guard let edit = nextRedo(of: owner) else { return nil }
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
  /// - Parameters:
  ///   - base: the post of an edit, and of a redo in a joined order.
  ///   - order: that of a store with steps of other stores. There an edit that is taken back may
  ///     have later ones of its post, which are then made again without it, and one that is
  ///     repeated comes on top of what was done meanwhile.
  private mutating func perform(
    _ step: Step, base: Post?, rebase: Bool, in order: StepOrder? = nil
  ) throws {
    switch step.kind {
    case .edit: try make(step, base: base, rebase: rebase)
    case .undo(let sequence):
      // Posts do not touch each other, so the latest edit of its post can go wherever it stands in
      // line.
      let place = done.lastIndex {
        $0.step.post == step.post && (order == nil || $0.step.sequence == sequence)
      }
      guard let place, done[place].step.sequence == sequence else {
        // Several people may take the same edit back in stores of their own.
        if order?.step(sequence)?.post == step.post { return }
        throw EditError.notUndoable(sequence: sequence)
      }
      let edit = done.remove(at: place)
      undone.append(Undone(edit: edit, after: states[step.post]))
      states[step.post] = edit.before
      makeAgain(from: place, edit.base)
    case .redo(let sequence):
      if order != nil, done.contains(where: { $0.step.sequence == sequence }) { return }
      let place = undone.lastIndex {
        $0.edit.step.post == step.post && (order == nil || $0.edit.step.sequence == sequence)
      }
      if let place, undone[place].edit.step.sequence == sequence {
        let edit = undone[place].edit
        try make(edit.step, base: edit.base, rebase: true, isNew: false)
        undone.remove(at: place)
      } else if let edit = order?.step(sequence), edit.post == step.post {
        // In this order something ended its line.
        try make(edit, base: base, rebase: true, isNew: false)
        ended[edit.sequence] = nil
      } else {
        throw EditError.notUndoable(sequence: sequence)
      }
    }
  }

  /// Makes an edit of a post as it is now.
  /// - Parameter isNew: whether it ends what could be repeated; else it did when it was new.
  private mutating func make(
    _ step: Step, base: Post?, rebase: Bool, isNew: Bool = true
  ) throws {
    guard let base, case .edit(let action) = step.kind else {
      throw EditError.wrongPost(edit: step.post, post: "none")
    }
    let before = states[step.post]
    var state = before ?? LabelState(base)
    try state.take(step, action, tokenCount: base.tokens.count, rebase: rebase)
    states[step.post] = state
    done.append(Done(step: step, base: base, before: before))
    guard isNew else { return }
    let taken = endRedo(after: step)
    if !taken.isEmpty { ended[step.sequence] = taken }
  }

  /// Makes the edits of a post from a place in line on again, on what it is like now.
  private mutating func makeAgain(from place: Int, _ base: Post) {
    for place in done.indices.dropFirst(place) where done[place].step.post == base.id {
      let (step, before) = (done[place].step, states[base.id])
      guard case .edit(let action) = step.kind else { continue }
      var state = before ?? LabelState(base)
      try? state.take(step, action, tokenCount: base.tokens.count, rebase: true)
      states[base.id] = state
      done[place] = Done(step: step, base: base, before: before)
    }
  }

  /// A new edit ends the redo line of its annotator, and everybody's at its post.
  @discardableResult
  private mutating func endRedo(after step: Step) -> [Ended] {
    func ends(_ undone: Undone) -> Bool {
      undone.edit.step.annotator == step.annotator || undone.edit.step.post == step.post
    }
    let ended = undone.enumerated().filter { ends($1) }.map { Ended(place: $0, undone: $1) }
    if !ended.isEmpty { undone.removeAll(where: ends) }
    return ended
  }

  /// Takes up a stored step.
  /// - Parameters:
  ///   - base: the post as the dataset has it now; nil keeps the step on record without effect.
  ///   - rebase: whether the file's labels may have changed under the edit.
  ///   - order: the order of the store, where steps of other stores are in it.
  mutating func replay(
    _ step: Step, base: Post?, rebase: Bool, in order: StepOrder? = nil
  ) throws {
    record(step)
    if let base {
      try perform(step, base: base, rebase: rebase, in: order)
    } else if case .edit = step.kind {
      // The redo line ended here when the edit was made, whether its post is here or not.
      endRedo(after: step)
    }
  }

  /// Takes up a step that was made for another history; nothing is changed when it throws.
  /// - Parameters:
  ///   - base: the post as the dataset has it now; nil keeps the step on record without effect.
  ///   - rebase: whether the labels may be others than the step was made for.
  mutating func adopt(_ step: Step, base: Post?, rebase: Bool = false) throws {
    if let base {
      try perform(step, base: base, rebase: rebase)
    } else if case .edit = step.kind {
      endRedo(after: step)
    }
    record(step)
  }

  /// Forgets the last steps, which no store has: their effect goes, latest first.
  /// - Parameter first: the number of the earliest of them.
  mutating func withdraw(from first: Int64) {
    while let step = steps.last, step.sequence >= first {
      steps.removeLast()
      switch step.kind {
      case .edit:
        guard done.last?.step.sequence == step.sequence else { break }
        let edit = done.removeLast()
        states[step.post] = edit.before
        for taken in ended.removeValue(forKey: step.sequence) ?? [] {
          undone.insert(taken.undone, at: min(taken.place, undone.count))
        }
      case .undo(let sequence):
        guard let place = undone.lastIndex(where: { $0.edit.step.sequence == sequence }) else {
          break
        }
        let edit = undone.remove(at: place)
        states[step.post] = edit.after
        // It was the latest of its post.
        let at = done.lastIndex { $0.step.sequence < sequence || $0.step.post == step.post }
        done.insert(edit.edit, at: at.map { $0 + 1 } ?? 0)
      case .redo(let sequence):
        guard let place = done.lastIndex(where: { $0.step.sequence == sequence }) else { break }
        let edit = done.remove(at: place)
        undone.append(Undone(edit: edit, after: states[step.post]))
        states[step.post] = edit.before
      }
    }
    lastSequence = min(lastSequence, first - 1)
  }

  /// Has these steps on record, in the store's order.
  mutating func put(onRecord steps: [Step]) {
    self.steps = steps
    lastSequence = steps.last?.sequence ?? 0
  }

  /// Leaves out sequence numbers that are taken.
  mutating func skip(to sequence: Int64) { lastSequence = max(lastSequence, sequence) }

  /// The history that a snapshot kept.
  init(
    steps: [Step], states: [String: LabelState], last: Int64, done: [Done], undone: [Undone],
    ended: [Int64: [Ended]]
  ) {
    (self.steps, self.states, lastSequence) = (steps, states, last)
    (self.done, self.undone, self.ended) = (done, undone, ended)
  }

  /// Puts a step on record that has no effect.
  mutating func keep(_ step: Step) { record(step) }

  private mutating func record(_ step: Step) {
    steps.append(step)
    lastSequence = step.sequence
  }
}
