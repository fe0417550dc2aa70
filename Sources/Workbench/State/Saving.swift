import Annotations

/// What is on its way to the disk: the truth behind "saving" and "saved".
struct Saving: Sendable, Equatable {
  /// Steps without an answer yet, oldest first.
  private(set) var pending: [Step] = []
  /// Steps that failed, oldest first; the next edit or `:retry` sends them again.
  private(set) var failed: [Step] = []
  /// Sequence number of the latest durable step, nil when this session saved nothing.
  private(set) var lastSequence: Int64?

  var isClean: Bool { pending.isEmpty && failed.isEmpty }

  /// Registers a step; returns all that are to be sent now, in order. A store wants its steps
  /// without gaps, so what failed before goes first.
  mutating func begin(_ step: Step) -> [Step] {
    let send = failed + [step]
    failed = []
    pending += send
    return send
  }

  /// The answer came; returns the step, nil when none of that number was waiting.
  mutating func finish(_ sequence: Int64) -> Step? {
    guard let at = pending.firstIndex(where: { $0.sequence == sequence }) else { return nil }
    lastSequence = max(lastSequence ?? sequence, sequence)
    return pending.remove(at: at)
  }

  /// The step failed; it is kept for `retry`.
  mutating func fail(_ sequence: Int64) {
    guard let at = pending.firstIndex(where: { $0.sequence == sequence }) else { return }
    let step = pending.remove(at: at)
    failed.insert(step, at: failed.firstIndex { $0.sequence > sequence } ?? failed.count)
  }

  /// All failed steps, to be sent again in their order.
  mutating func retry() -> [Step] {
    let again = failed
    failed = []
    pending += again
    return again
  }
}
