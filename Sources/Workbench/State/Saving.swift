/// What is on its way to the disk: the truth behind "saving" and "saved".
struct Saving: Sendable, Equatable {
  /// Commits without an answer yet, oldest first.
  private(set) var pending: [Waiting] = []
  /// Commits that failed, oldest first; `:retry` sends them again.
  private(set) var failed: [Waiting] = []
  /// Why the latest one failed.
  private(set) var reason: String?
  /// Sequence number of the latest durable edit, nil when this session saved nothing.
  private(set) var lastSequence: Int64?
  private var next = 1

  /// A commit that waits for its answer.
  struct Waiting: Sendable, Equatable {
    let token: CommitToken
    let commit: Commit
    let post: Int
  }

  var isClean: Bool { pending.isEmpty && failed.isEmpty }

  /// Registers a commit and gives it the next token.
  mutating func begin(_ commit: Commit, post: Int) -> CommitToken {
    let token = CommitToken(next)
    next += 1
    pending.append(Waiting(token: token, commit: commit, post: post))
    return token
  }

  /// The answer came; returns what was waiting, nil when the token is unknown.
  mutating func finish(_ token: CommitToken, sequence: Int64) -> Waiting? {
    guard let at = pending.firstIndex(where: { $0.token == token }) else { return nil }
    lastSequence = max(lastSequence ?? sequence, sequence)
    if pending.count == 1 && failed.isEmpty { reason = nil }
    return pending.remove(at: at)
  }

  /// The commit failed; it is kept for `retry`.
  mutating func fail(_ token: CommitToken, reason: String) {
    guard let at = pending.firstIndex(where: { $0.token == token }) else { return }
    failed.append(pending.remove(at: at))
    self.reason = reason
  }

  /// All failed commits, to be sent again in their order.
  mutating func retry() -> [Waiting] {
    let again = failed
    failed = []
    reason = nil
    pending.append(contentsOf: again)
    return again
  }
}
