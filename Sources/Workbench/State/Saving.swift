import Annotations

/// What is on its way to the disk: the truth behind "saving" and "saved".
struct Saving: Sendable, Equatable {
  /// Steps without an answer yet, oldest first.
  private(set) var pending: [Step] = []
  /// Steps that failed, oldest first; the next edit or `:retry` sends them again.
  private(set) var failed: [Step] = []
  /// Why the first of the failed steps failed; those after it fail because of it.
  private(set) var cause: String?
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
    if failed.isEmpty { cause = nil }
    return pending.remove(at: at)
  }

  /// The step failed; it is kept for `retry`.
  mutating func fail(_ sequence: Int64, reason: String) {
    guard let at = pending.firstIndex(where: { $0.sequence == sequence }) else { return }
    if failed.first.map({ sequence < $0.sequence }) ?? true { cause = reason }
    let step = pending.remove(at: at)
    failed.insert(step, at: failed.firstIndex { $0.sequence > sequence } ?? failed.count)
  }

  /// Everything up to that number is durable in another file; returns the steps that waited for it.
  mutating func finish(upTo last: Int64) -> [Step] {
    let done = (failed + pending).filter { $0.sequence <= last }
    failed.removeAll { $0.sequence <= last }
    pending.removeAll { $0.sequence <= last }
    lastSequence = max(lastSequence ?? last, last)
    if failed.isEmpty { cause = nil }
    return done.sorted { $0.sequence < $1.sequence }
  }

  /// Everything without a durable answer, oldest first; it is forgotten here, to be made again on
  /// what others wrote.
  mutating func withdraw() -> [Step] {
    defer { (pending, failed, cause) = ([], [], nil) }
    return (failed + pending).sorted { $0.sequence < $1.sequence }
  }

  /// Registers steps that were made again.
  mutating func begin(again steps: [Step]) { pending += steps }

  /// All failed steps, to be sent again in their order.
  mutating func retry() -> [Step] {
    let again = failed
    failed = []
    pending += again
    return again
  }
}
