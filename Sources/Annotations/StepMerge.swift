import Corpora

/// Steps of one history that another lacks, made to follow it: for two stores of the same dataset
/// that went their own ways.
///
/// Steps are taken over as they are, each with its clock (`StepOrder`), so that the labels do not
/// depend on which store was merged into which, or when.
package enum StepMerge {
  /// What `source` has and `target` does not, with new numbers, and what could not be taken over.
  ///
  /// A step is the same in both when the same person did the same to the same post at the same
  /// time. An edit of labels that are others now puts its result over its range, whatever stands
  /// there.
  package static func missing(
    from source: [Step], in target: EditHistory, over dataset: Dataset
  ) -> (steps: [Step], findings: [StoreFinding]) {
    missing(from: source, in: target.steps, next: target.nextSequence, over: dataset)
  }

  /// The steps of several stores, each once, with the numbers of a store that holds them all.
  package static func union(
    _ stores: [[Step]], over dataset: Dataset
  ) -> (steps: [Step], findings: [StoreFinding]) {
    var all = stores.first ?? []
    var findings: [StoreFinding] = []
    for source in stores.dropFirst() {
      let found = missing(
        from: source, in: all, next: (all.last?.sequence ?? 0) + 1, over: dataset)
      all += found.steps
      findings += found.findings
    }
    return (all, findings)
  }

  private static func missing(
    from source: [Step], in target: [Step], next first: Int64, over dataset: Dataset
  ) -> (steps: [Step], findings: [StoreFinding]) {
    var next = first
    var numbers: [String: Int64] = [:]
    for (sequence, fact) in facts(target) { numbers[fact] = sequence }
    let sourceFacts = facts(source)
    let clocks = StepClock.clocks(of: source)
    var tokensHashes: [String: String] = [:]
    var added: [Step] = []
    var findings: [StoreFinding] = []
    for (place, step) in source.enumerated() {
      guard let fact = sourceFacts[step.sequence], numbers[fact] == nil else { continue }
      func number(_ sequence: Int64) -> Int64? { sourceFacts[sequence].flatMap { numbers[$0] } }
      let post = dataset.post(id: step.post)
      if let post, tokensHashes[step.post] == nil {
        tokensHashes[step.post] = DatasetHash.hash(ofTokens: post)
      }
      let kind: Step.Kind? =
        switch step.kind {
        case .edit: step.kind
        case .undo(let sequence): number(sequence).map(Step.Kind.undo)
        case .redo(let sequence): number(sequence).map(Step.Kind.redo)
        }
      do {
        guard let kind else { throw EditError.notUndoable(sequence: step.sequence) }
        if case .edit(let action) = kind, let post, tokensHashes[step.post] == step.tokensHash {
          // What fits these words fits them whatever their labels are.
          var state = LabelState(post)
          try state.apply(action, tokenCount: post.tokens.count, rebase: true)
        }
        added.append(
          Step(
            sequence: next, post: step.post, file: step.file, postHash: step.postHash,
            tokensHash: step.tokensHash, annotator: step.annotator, time: step.time, kind: kind,
            name: step.name,
            group: step.group.flatMap { $0 == step.sequence ? next : number($0) },
            isSuggestion: step.isSuggestion, clock: clocks[place]))
        numbers[fact] = next
        next += 1
      } catch {
        findings.append(.unusable(sequence: step.sequence, reason: "\(error)"))
      }
    }
    return (added, findings)
  }

  /// What makes each step itself, by its number. The labels before an edit do not count: older
  /// versions changed them when they merged.
  static func facts(_ steps: [Step]) -> [Int64: String] {
    var facts: [Int64: String] = [:]
    var results: [Int64: String] = [:]
    var count: [String: Int] = [:]
    for step in steps {
      // What is taken back, or taken back again, is what the edit at the end of it left: a chain of
      // a stranger's steps gives no longer and longer texts.
      let result: String
      switch step.kind {
      case .edit(let action): result = action.result
      case .undo(let sequence), .redo(let sequence): result = results[sequence] ?? ""
      }
      results[step.sequence] = result
      let parts = [
        step.post, step.annotator, "\(step.time)", step.kind.word, step.name, result,
      ]
      let fact = parts.map { "\($0.utf8.count):\($0)" }.joined()
      // The same thing twice in a millisecond is two steps.
      count[fact, default: 0] += 1
      facts[step.sequence] = "\(fact)#\(count[fact] ?? 1)"
    }
    return facts
  }
}

extension Edit.Action {
  /// What an action leaves, whatever was there before.
  fileprivate var result: String {
    switch self {
    case .mentions(_, _, let after, let respelled):
      after.map { "\($0.range) \($0.type.rawValue)" }.joined(separator: " ") + " \(respelled)"
    case .relation(let head, let tail, _, let after): "\(head) \(tail) \(after ?? "")"
    case .review(_, let after): after.rawValue
    case .note(_, let after): after ?? ""
    case .mark(let mark, let isSet): "\(mark) \(isSet)"
    }
  }
}

extension Edit.Action {
  /// The action with the same result on labels as they are now.
  func rebased(on state: LabelState, review: ReviewState) -> Edit.Action {
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
    case .note(_, let after): return .note(before: state.note, after: after)
    case .mark: return self
    }
  }
}
