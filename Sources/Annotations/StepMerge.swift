import Corpora

/// Steps of one history that another lacks, made to follow it: for two stores of the same dataset
/// that went their own ways.
package enum StepMerge {
  /// What `source` has and `target` does not, with new numbers, and what could not be taken over.
  ///
  /// A step is the same in both when the same person did the same to the same post at the same
  /// time. An edit of labels that are others now puts its result over its range, whatever stands
  /// there.
  package static func missing(
    from source: [Step], in target: EditHistory, over dataset: Dataset
  ) -> (steps: [Step], findings: [StoreFinding]) {
    var history = target
    var numbers: [String: Int64] = [:]
    for (sequence, fact) in facts(target.steps) { numbers[fact] = sequence }
    let sourceFacts = facts(source)
    var tokensHashes: [String: String] = [:]
    var added: [Step] = []
    var findings: [StoreFinding] = []
    for step in source {
      guard let fact = sourceFacts[step.sequence], numbers[fact] == nil else { continue }
      func number(_ sequence: Int64) -> Int64? { sourceFacts[sequence].flatMap { numbers[$0] } }
      let post = dataset.post(id: step.post)
      if let post, tokensHashes[step.post] == nil {
        tokensHashes[step.post] = DatasetHash.hash(ofTokens: post)
      }
      let base = tokensHashes[step.post] == step.tokensHash ? post : nil
      let kind: Step.Kind? =
        switch step.kind {
        case .edit(let action):
          .edit(
            base.map {
              action.rebased(
                on: history.labels(of: $0), review: history.states[$0.id]?.review ?? .untouched)
            } ?? action)
        case .undo(let sequence): number(sequence).map(Step.Kind.undo)
        case .redo(let sequence): number(sequence).map(Step.Kind.redo)
        }
      do {
        guard let kind else { throw EditError.notUndoable(sequence: step.sequence) }
        let new = Step(
          sequence: history.nextSequence, post: step.post, file: step.file,
          postHash: step.postHash, tokensHash: step.tokensHash, annotator: step.annotator,
          time: step.time, kind: kind, name: step.name,
          group: step.group.flatMap {
            $0 == step.sequence ? history.nextSequence : number($0)
          })
        try history.adopt(new, base: base)
        numbers[fact] = new.sequence
        added.append(new)
      } catch {
        findings.append(.unusable(sequence: step.sequence, reason: "\(error)"))
      }
    }
    return (added, findings)
  }

  /// What makes each step itself, by its number. The labels before an edit do not count: a merge
  /// changes them.
  private static func facts(_ steps: [Step]) -> [Int64: String] {
    var facts: [Int64: String] = [:]
    var count: [String: Int] = [:]
    for step in steps {
      let of =
        switch step.kind {
        case .edit: ""
        case .undo(let sequence), .redo(let sequence): facts[sequence] ?? ""
        }
      let parts = [step.post, step.annotator, "\(step.time)", step.kind.word, step.name, of]
      let fact = parts.map { "\($0.utf8.count):\($0)" }.joined()
      // The same thing twice in a millisecond is two steps.
      count[fact, default: 0] += 1
      facts[step.sequence] = "\(fact)#\(count[fact] ?? 1)"
    }
    return facts
  }
}

extension Edit.Action {
  /// The action with the same result on labels as they are now.
  fileprivate func rebased(on state: LabelState, review: ReviewState) -> Edit.Action {
    switch self {
    case .mentions(let range, _, let after, let respelled):
      let current = state.mentions.filter { $0.range.overlaps(range) }
      let low = current.map(\.range.lowerBound).min() ?? range.lowerBound
      let high = current.map(\.range.upperBound).max() ?? range.upperBound
      return .mentions(
        range: min(low, range.lowerBound)..<max(high, range.upperBound), before: current,
        after: after, respelled: respelled)
    case .relation(let head, let tail, _, let after):
      let now = state.relations.first { $0.head == head && $0.tail == tail }?.label
      return .relation(head: head, tail: tail, before: now, after: after)
    case .review(_, let after): return .review(before: review, after: after)
    }
  }
}
