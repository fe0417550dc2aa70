import Corpora
import Files

/// What does not fit when stored edits meet the dataset again. Nothing of it deletes an edit.
package enum StoreFinding: Sendable, Hashable, CustomStringConvertible {
  /// The post is not in the dataset any more.
  case vanished(post: String, steps: Int)
  /// The post has other words now; its edits are kept, not applied.
  case tokensChanged(post: String, steps: Int)
  /// The file gives the post other labels or another picture now; the edits are applied on top.
  case labelsChanged(post: String, steps: Int)
  /// The edits belong to a file of the folder that is not open.
  case otherFile(String, steps: Int)
  /// The step cannot be understood or applied; it is kept.
  case unusable(sequence: Int64, reason: String)
  /// The step does not fit its checksum: the disk or another program changed it.
  case damaged(sequence: Int64)
  /// The file as a whole is damaged, as SQLite says.
  case damagedFile(String, String)
  /// The file was there, with nothing in it.
  case emptied(String)
  /// Steps are not there any more.
  case missing(first: Int64, last: Int64)
  /// Steps were acknowledged in this store and are not in it: its log was cut, or an older copy
  /// stands in its place.
  case cutBack(first: Int64, last: Int64)
  /// Steps that were made while the store beside the dataset could not be written.
  case elsewhere(String, steps: Int, command: String)

  package var description: String {
    switch self {
    case .vanished(let post, let steps):
      "post \(post) is not in the dataset any more; its \(kept(steps)), bring the post back "
        + "to use them"
    case .tokensChanged(let post, let steps):
      "post \(post) has other words now; its \(kept(steps)) but not applied, label it again "
        + "or restore the file"
    case .labelsChanged(let post, let steps):
      "post \(post) has other labels in its file now; its \(steps == 1 ? "1 step was" : "\(steps) steps were") applied on top, check it"
    case .otherFile(let file, let steps):
      "\(steps == 1 ? "1 step belongs" : "\(steps) steps belong") to \(file), which is not open; open the folder to see them"
    case .unusable(let sequence, let reason):
      "step \(sequence) cannot be used (\(reason)); it is kept, look at it with `annotations log`"
    case .damaged(let sequence):
      "step \(sequence) is damaged on the disk (its checksum does not fit) and left out; check the "
        + "posts edited around it"
    case .damagedFile(let path, let detail):
      "\(path) is damaged (\(detail)); what can be read is used, and "
        + "`twinlens annotations repair FILE --output NEW` makes a new store of it"
    case .emptied(let path):
      "\(path) is there, but was empty; if it held annotations, look for a copy of it"
    case .missing(let first, let last):
      (first == last ? "step \(first) is" : "steps \(first) to \(last) are")
        + " missing in the store; check the posts edited around then"
    case .cutBack(let first, let last):
      (first == last ? "step \(first) was" : "steps \(first) to \(last) were")
        + " saved here and \(first == last ? "is" : "are") not in the store any more (its log was cut or "
        + "removed, or an older copy was put in its place); `twinlens annotations verify` says more"
    case .elsewhere(let path, let steps, let command):
      "`\(command)` adds \(steps == 1 ? "1 step that was" : "\(steps) steps that were") made while "
        + "the store could not be written (in \(path))"
    }
  }

  private func kept(_ steps: Int) -> String {
    steps.counted("step") + (steps == 1 ? " is kept" : " are kept")
  }
}

extension StoreFinding {
  /// The post that it is about, where it is one of the dataset.
  package var post: Post.ID? {
    switch self {
    case .tokensChanged(let post, _), .labelsChanged(let post, _): post
    default: nil
    }
  }

  /// The step that it is about.
  fileprivate var sequence: Int64? {
    if case .unusable(let sequence, _) = self { sequence } else { nil }
  }
}

extension EditHistory {
  /// The history that stored steps make over a dataset, and what did not fit.
  ///
  /// A post whose words are the same is edited even if its file has other tags now: each edit then
  /// puts its result over its range, whatever stands there. A post with other words is left as the
  /// file has it.
  ///
  /// Steps take effect in the order of the store, at posts with steps of another store in that of
  /// `StepOrder`.
  /// - Parameters:
  ///   - last: the last sequence number in the store, where that is not the last step's.
  ///   - firstLoss: the first step that is damaged or missing; later ones are applied on top of
  ///     whatever stands there.
  package static func replaying(
    _ steps: [Step], over dataset: Dataset, last: Int64 = 0, firstLoss: Int64? = nil
  ) -> (history: EditHistory, findings: [StoreFinding]) {
    let folded = folding(steps, over: dataset, last: last, firstLoss: firstLoss)
    return (folded.history, folded.findings)
  }

  /// What came of stored steps.
  struct Folded: Equatable {
    var history: EditHistory
    var findings: [StoreFinding]
    /// Posts with a step that was not made on what the file says now, or that cannot be applied.
    /// What a later step does there depends on all before it.
    var strained: Set<String> = []
  }

  /// The same, with what a later step must know.
  static func folding(
    _ steps: [Step], over dataset: Dataset, last: Int64 = 0, firstLoss: Int64? = nil
  ) -> Folded {
    var findings: [StoreFinding] = []
    var strained: Set<String> = []
    var bases: [String: Base] = [:]
    var posts: [String] = []
    for step in steps {
      if bases[step.post] == nil {
        posts.append(step.post)
        bases[step.post] = Base(dataset.post(id: step.post))
      }
      bases[step.post]?.note(step)
    }
    func fit(_ step: Step) -> (base: Post?, rebase: Bool) {
      let base = bases[step.post]
      let followsLoss = firstLoss.map { step.sequence > $0 } ?? false
      return (
        base?.tokensHash == step.tokensHash ? base?.post : nil,
        followsLoss || base?.isMixed ?? false
      )
    }
    var history = replaying(StepOrder(steps), steps, fit: fit) { step, error in
      findings.append(.unusable(sequence: step.sequence, reason: "\(error)"))
      strained.insert(step.post)
    }
    findings.sort { $0.sequence ?? 0 < $1.sequence ?? 0 }
    var elsewhere: [String: Int] = [:]
    for id in posts {
      guard let base = bases[id] else { continue }
      if base.isStrained { strained.insert(id) }
      if base.unfitting > 0 {
        if dataset.path != dataset.root, !dataset.files.contains(where: { $0.name == base.file }) {
          elsewhere[base.file, default: 0] += base.unfitting
        } else if base.post == nil {
          findings.append(.vanished(post: id, steps: base.unfitting))
        } else {
          findings.append(.tokensChanged(post: id, steps: base.unfitting))
        }
      }
      // Judged by the latest step: it was made on what the file said then.
      if base.unfitting < base.steps, base.latestHash != base.postHash {
        findings.append(.labelsChanged(post: id, steps: base.steps - base.unfitting))
      }
    }
    history.skip(to: last)
    for (file, count) in elsewhere.sorted(by: { $0.key < $1.key }) {
      findings.append(.otherFile(file, steps: count))
    }
    return Folded(history: history, findings: findings, strained: strained)
  }

  /// The history that steps make in an order.
  /// - Parameters:
  ///   - steps: in the store's order.
  ///   - fit: the post of a step as the dataset has it now, nil where the step does not fit it, and
  ///     whether the file's labels may have changed under the step.
  ///   - failed: told of steps that cannot be applied.
  static func replaying(
    _ order: StepOrder, _ steps: [Step], fit: (Step) -> (base: Post?, rebase: Bool),
    failed: (Step, any Error) -> Void = { _, _ in }
  ) -> EditHistory {
    var history = EditHistory()
    for step in order.steps {
      let (base, rebase) = fit(step)
      do {
        try history.replay(
          step, base: base, rebase: rebase || order.joinedPosts.contains(step.post),
          in: order.isJoined ? order : nil)
      } catch {
        failed(step, error)
      }
    }
    history.put(onRecord: steps)
    return history
  }

  /// The post of some steps as the dataset has it now, and how the steps fit it.
  private struct Base {
    let post: Post?
    let tokensHash: String?
    let postHash: String?
    var steps = 0
    /// Steps that were made on other words.
    var unfitting = 0
    /// Some step was made on other labels than today's file gives.
    var isMixed = false
    var latestHash = ""
    /// The file of the latest step that does not fit.
    var file = ""

    init(_ post: Post?) {
      self.post = post
      tokensHash = post.map(DatasetHash.hash(ofTokens:))
      postHash = post.map(DatasetHash.hash(of:))
    }

    /// Whether any step was made on something else than the file says now.
    var isStrained: Bool { isMixed || unfitting > 0 }

    mutating func note(_ step: Step) {
      steps += 1
      if step.tokensHash == tokensHash {
        if step.postHash != postHash { isMixed = true }
        latestHash = step.postHash
      } else {
        unfitting += 1
        file = step.file
      }
    }
  }
}
