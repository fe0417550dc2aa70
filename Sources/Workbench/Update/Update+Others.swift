import Annotations
import Corpora

extension WorkbenchState {
  /// Takes up what other processes stored in the same store. Own edits that were on their way are
  /// made again on top of it and sent anew.
  mutating func takeUp(_ others: AnnotationStore.Others) -> [Effect] {
    let pending = saving.withdraw()
    let accepted = Set(others.steps.map(\.post)).filter { isAcceptedByMe($0) }
    let result = labels.takeUp(others, under: pending, posts, indexOfID)
    let send = saving.begin(again: result.again)
    // Own steps have other numbers now, or were made in another process.
    if !pending.isEmpty || others.steps.contains(where: { $0.annotator == opened.annotator }) {
      pace = Pace(of: opened.annotator, history.steps)
    }
    for id in result.posts {
      guard let index = indexOfID[id] else { continue }
      noteDisagreement(index)
      noteMatch(index)
    }
    // Nobody leaves without having read what was not done.
    if !result.unseen.isEmpty || !result.dropped.isEmpty { quitsWhenSaved = false }
    // Back to what was to be accepted unseen; Enter there is asked for twice.
    if let post = result.unseen.first.flatMap({ indexOfID[$0.step.post] }) { show(post: post) }
    if let here = currentPost?.id,
      result.unseen.contains(where: { $0.step.post == here })
        || others.steps.contains(where: {
          $0.post == here && $0.annotator != opened.annotator && $0.changesLabels
        })
    {
      unseenChange = current
    }
    tell(of: others, result, lost: accepted.filter { !isAcceptedByMe($0) })
    var effects: [Effect] = send.steps.isEmpty ? [] : [.commit(send)]
    for id in Set(others.steps.map(\.post)).sorted() {
      if let index = indexOfID[id] { effects.append(.goldChanged(post(index), review(index))) }
    }
    if quitsWhenSaved, saving.isClean { effects.append(.quit) }
    return effects
  }

  private func isAcceptedByMe(_ id: Post.ID) -> Bool {
    guard let index = indexOfID[id] else { return false }
    let labels = history.labels(of: posts[index])
    return labels.review == .reviewed && labels.annotator == opened.annotator
  }

  /// - Parameter lost: posts that this annotator had accepted, and that are not any more.
  private mutating func tell(
    of others: AnnotationStore.Others, _ result: EditHistory.Rebased, lost: Set<Post.ID>
  ) {
    if let (step, annotator) = result.unseen.first {
      let more = result.unseen.count > 1 ? " (and \(result.unseen.count - 1) more)" : ""
      notice = Notice(
        text:
          "\(step.post) is not accepted: \(annotator) changed it at the same moment; accept it once "
          + "you have seen it\(more)", isError: true)
      return
    }
    if let lost = result.dropped.first {
      let more = result.dropped.count > 1 ? " and \(result.dropped.count - 1) more" : ""
      notice = Notice(
        text: "not done, because somebody else changed the post: \(lost.step.name)\(more)",
        isError: true)
      return
    }
    if let finding = others.findings.first {
      let more = others.findings.count > 1 ? " (and \(others.findings.count - 1) more)" : ""
      notice = Notice(text: "\(finding)\(more)", isError: true)
      return
    }
    let strange = others.steps.filter { $0.annotator != opened.annotator }
    guard let here = currentPost, let last = strange.last(where: { $0.post == here.id }) else {
      if let step = strange.last(where: { lost.contains($0.post) }) {
        notice = Notice(
          text: "\(step.annotator) changed \(step.post), which you had accepted: \(step.name)")
        return
      }
      // What one did oneself and is not there any more is told wherever it was.
      for step in strange.reversed() {
        guard case .undo(let sequence) = step.kind,
          let own = history.steps.last(where: { $0.sequence == sequence }),
          own.annotator == opened.annotator
        else { continue }
        notice = Notice(
          text: "\(step.annotator) took back what you did in \(step.post): \(own.name)")
        break
      }
      return
    }
    notice = Notice(text: "\(last.annotator) changed this post: \(last.name)")
    token = max(0, min(token, here.tokens.count - 1))
    suggestion = nil
  }
}
