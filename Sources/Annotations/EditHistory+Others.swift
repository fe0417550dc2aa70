import Corpora

extension EditHistory {
  /// What became of edits that were on their way when others wrote first.
  package struct Rebased: Sendable {
    /// Own steps, with new numbers, in their order: to be stored now.
    package var again: [Step] = []
    /// Own steps that no longer make sense after what others did, and why.
    package var dropped: [(step: Step, reason: String)] = []
    /// Own acceptances of labels that somebody else changed at the same moment.
    package var unseen: [(step: Step, annotator: String)] = []
    /// Ids of posts whose labels or state may be others now.
    package var posts: Set<String> = []
  }

  /// Takes up steps that other processes stored, under own steps that are not stored yet.
  ///
  /// The store's order counts: own steps are made again on what the others left. An own edit of a
  /// post that somebody else changed meanwhile puts its result over its range, as a merge does. An
  /// own acceptance of such a post is given up: nobody accepts labels that he or she did not see.
  /// - Parameters:
  ///   - others: follow the last step that both know.
  ///   - pending: own steps without an answer of the store, oldest first; the last of the history.
  package mutating func takeUp(
    _ others: AnnotationStore.Others, under pending: [Step], over dataset: (String) -> Post?
  ) -> Rebased {
    var result = Rebased()
    if let first = pending.first { withdraw(from: first.sequence) }
    func base(_ step: Step) -> Post? {
      dataset(step.post).flatMap {
        DatasetHash.hash(ofTokens: $0) == step.tokensHash ? $0 : nil
      }
    }
    let new = others.steps.filter { $0.sequence >= nextSequence }
    result.posts.formUnion(new.map(\.post))
    if new.contains(where: { $0.clock != nil }) {
      // Another store was joined with this one: some steps take effect before earlier ones.
      let all = steps + new
      let touched = Set(all.map(\.post)).compactMap(dataset)
      let hashes = Dictionary(
        touched.map { ($0.id, (DatasetHash.hash(ofTokens: $0), DatasetHash.hash(of: $0))) },
        uniquingKeysWith: { first, _ in first })
      self = .replaying(StepOrder(all), all) { step in
        let (tokens, whole) = hashes[step.post] ?? ("", "")
        return (tokens == step.tokensHash ? dataset(step.post) : nil, whole != step.postHash)
      }
    } else {
      for step in new {
        skip(to: step.sequence - 1)
        // What cannot be applied is on record, and named at the next start.
        if (try? adopt(step, base: base(step), rebase: true)) == nil { keep(step) }
      }
    }
    skip(to: others.last)
    let changed = Dictionary(
      new.filter(\.changesLabels).map { ($0.post, $0.annotator) }, uniquingKeysWith: { $1 })
    var numbers: [Int64: Int64] = [:]
    for step in pending {
      result.posts.insert(step.post)
      if case .edit(.review(_, .reviewed)) = step.kind, let annotator = changed[step.post] {
        result.unseen.append((step, annotator))
        continue
      }
      let kind: Step.Kind =
        switch step.kind {
        case .edit(let action):
          .edit(
            base(step).map {
              action.rebased(on: labels(of: $0), review: states[$0.id]?.review ?? .untouched)
            } ?? action)
        case .undo(let sequence): .undo(numbers[sequence] ?? sequence)
        case .redo(let sequence): .redo(numbers[sequence] ?? sequence)
        }
      let next = nextSequence
      // What was replaced may be another's now.
      var name = step.name
      if case .edit(let action) = kind, let post = base(step) {
        name = Edit(post: step.post, action: action).name(in: annotated(post))
      }
      let again = Step(
        sequence: next, post: step.post, file: step.file, postHash: step.postHash,
        tokensHash: step.tokensHash, annotator: step.annotator, time: step.time, kind: kind,
        name: name,
        group: step.group.map { $0 == step.sequence ? next : numbers[$0] ?? $0 },
        isSuggestion: step.isSuggestion)
      do {
        try adopt(again, base: base(step))
        numbers[step.sequence] = next
        result.again.append(again)
      } catch {
        result.dropped.append((step, "\(error)"))
      }
    }
    return result
  }

  /// What each annotator's latest steps are numbered after a step: what somebody has not seen yet.
  package func steps(after sequence: Int64, notBy annotator: String) -> [Step] {
    let first = steps.lastIndex { $0.sequence <= sequence }.map { $0 + 1 } ?? 0
    return steps[first...].filter { $0.annotator != annotator }
  }
}
