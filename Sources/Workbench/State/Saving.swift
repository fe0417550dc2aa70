import Annotations

/// What is on its way to the disk: the truth behind "saving" and "saved".
package struct Saving: Sendable, Equatable {
  /// Steps to be stored in this order.
  package struct Sending: Sendable, Equatable {
    package let steps: [Step]
    /// Grows each time that steps are sent again. Once a step of a round is not stored, none after
    /// it in that round is: its number may have become another's.
    package let round: Int
  }

  /// Steps without an answer yet, oldest first.
  private(set) var pending: [Step] = []
  /// Steps that failed, oldest first; the next edit or `:retry` sends them again.
  private(set) var failed: [Step] = []
  /// Why the first of the failed steps failed; those after it fail because of it.
  private(set) var cause: String?
  /// Sequence number of the latest durable step, nil when this session saved nothing.
  private(set) var lastSequence: Int64?
  private var round = 0

  var isClean: Bool { pending.isEmpty && failed.isEmpty }

  /// Registers a step; returns all that are to be sent now. A store wants its steps without gaps,
  /// so what failed before goes first.
  mutating func begin(_ step: Step) -> Sending {
    let again = retry()?.steps ?? []
    pending.append(step)
    return Sending(steps: again + [step], round: round)
  }

  /// The answer came; returns the step, nil when none of that number was waiting.
  mutating func finish(_ sequence: Int64) -> Step? {
    guard let at = pending.firstIndex(where: { $0.sequence == sequence }) else { return nil }
    lastSequence = max(lastSequence ?? sequence, sequence)
    if failed.isEmpty { cause = nil }
    return pending.remove(at: at)
  }

  /// The step failed; it is kept for `retry`.
  /// - Returns: false for the answer to an earlier round, which has no meaning any more.
  mutating func fail(_ sequence: Int64, round: Int, reason: String) -> Bool {
    guard round == self.round, let at = pending.firstIndex(where: { $0.sequence == sequence })
    else { return false }
    if failed.first.map({ sequence < $0.sequence }) ?? true { cause = reason }
    let step = pending.remove(at: at)
    failed.insert(step, at: failed.firstIndex { $0.sequence > sequence } ?? failed.count)
    return true
  }

  /// Everything up to that number is durable in another file; returns the steps that waited for it.
  mutating func finish(upTo last: Int64) -> [Step] {
    let done = unanswered.filter { $0.sequence <= last }
    failed.removeAll { $0.sequence <= last }
    pending.removeAll { $0.sequence <= last }
    lastSequence = max(lastSequence ?? last, last)
    if failed.isEmpty { cause = nil }
    return done
  }

  /// Everything without a durable answer, oldest first; it is forgotten here, to be made again on
  /// what others wrote.
  mutating func withdraw() -> [Step] {
    defer { (pending, failed, cause) = ([], [], nil) }
    return unanswered
  }

  /// Registers steps that were made again in the place of all that were on their way.
  mutating func begin(again steps: [Step]) -> Sending {
    pending = steps
    round += 1
    return Sending(steps: steps, round: round)
  }

  /// All failed steps and those after them, to be sent again; nil when none failed.
  mutating func retry() -> Sending? {
    guard !failed.isEmpty else { return nil }
    let again = unanswered
    failed = []
    return begin(again: again)
  }

  private var unanswered: [Step] { (failed + pending).sorted { $0.sequence < $1.sequence } }
}
