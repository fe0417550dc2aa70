import Corpora

extension EditHistory {
  /// What a step made of its post.
  package struct Moment: Sendable, Equatable {
    package let step: Step
    /// The post's labels and state after it.
    package let state: LabelState
  }

  /// A post's past in the order in which its steps take effect: oldest first. Steps that do not fit
  /// the post as its file has it now are left out.
  /// - Complexity: a look at every step.
  package func past(of post: Post) -> [Moment] {
    past(of: post, steps.filter { $0.post == post.id })
  }

  private func past(of post: Post, _ steps: [Step]) -> [Moment] {
    let tokensHash = DatasetHash.hash(ofTokens: post)
    var replayed = EditHistory()
    var moments: [Moment] = []
    let order = StepOrder(steps)
    for step in order.steps where step.tokensHash == tokensHash {
      let isDone: Void? = try? replayed.replay(
        step, base: post, rebase: true, in: order.isJoined ? order : nil)
      guard isDone != nil else { continue }
      moments.append(Moment(step: step, state: replayed.labels(of: post)))
    }
    return moments
  }

  /// A post's labels and state as they were after a step of the whole store, or at a time.
  /// - Parameter includes: whether a step had been made by then.
  package func labels(of post: Post, when includes: (Step) -> Bool) -> LabelState {
    let own = steps.filter { $0.post == post.id }
    // Steps of other stores take effect before some that were there already.
    let moments =
      StepOrder(own).isJoined
      ? past(of: post, own.filter(includes)) : past(of: post, own).filter { includes($0.step) }
    return moments.last?.state ?? LabelState(post)
  }
}

extension Edit {
  /// What gives a post other labels: none where it has them already.
  /// - Parameters:
  ///   - wanted: the labels.
  ///   - post: the post with its labels of now.
  package static func restoring(_ wanted: LabelState, of post: Post) -> [Edit] {
    var edits: [Edit] = []
    if wanted.mentions != post.mentions, !post.tokens.isEmpty {
      edits.append(
        Edit(
          post: post.id,
          action: .mentions(
            range: 0..<post.tokens.count, before: post.mentions, after: wanted.mentions)))
    }
    func same(_ a: RelationMention, _ b: RelationMention) -> Bool {
      a.head == b.head && a.tail == b.tail
    }
    for pair in post.relations where !wanted.relations.contains(where: { same($0, pair) }) {
      edits += relating(head: pair.head, tail: pair.tail, label: nil, in: post).map { [$0] } ?? []
    }
    for pair in wanted.relations {
      edits +=
        relating(head: pair.head, tail: pair.tail, label: pair.label, in: post).map { [$0] } ?? []
    }
    return edits
  }
}
