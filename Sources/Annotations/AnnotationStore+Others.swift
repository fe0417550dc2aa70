import Dispatch
import Foundation
import GRDB
import Synchronization

/// Several processes in one store.
extension AnnotationStore {
  /// What this process knows of the others' steps.
  struct Shared {
    /// The last step that was read or written here.
    var last: Int64 = 0
    /// The last round of which a step was not stored; no step of it is taken any more.
    var refused = -1
    /// Whether others were faster in that round; else the step itself failed.
    var isBehind = false
    /// SQLite's count of the others' commits.
    var version: Int64?
  }

  /// What other processes stored.
  package struct Others: Sendable, Equatable {
    /// Their steps, in the store's order.
    package var steps: [Step]
    /// The number of the last row, whether it makes a step or not: own steps are numbered after it.
    package var last: Int64
    /// Rows that make no step that this version knows, or are not as they were written.
    package var findings: [StoreFinding]

    package init(_ steps: [Step], last: Int64? = nil, findings: [StoreFinding] = []) {
      self.steps = steps
      self.last = last ?? steps.last?.sequence ?? 0
      self.findings = findings
    }
  }

  /// Refuses the later steps of a round of which one was not stored.
  func admit(_ round: Int?) throws {
    guard let round else { return }
    try shared.withLock {
      guard round <= $0.refused else { return }
      throw $0.isBehind
        ? StoreError.behind(path) : .notSaved(path, reason: "an edit before it is not saved")
    }
  }

  /// Ends a round with the first of its steps that was not stored.
  func refuse(_ round: Int?, _ error: StoreError) {
    guard let round else { return }
    shared.withLock {
      guard round > $0.refused else { return }
      $0.refused = round
      $0.isBehind = if case .behind = error { true } else { false }
    }
  }

  /// What other processes stored since the last call; nil when it is nothing. Own steps are not
  /// among it.
  /// - Throws: `StoreError`.
  package func others() throws -> Others? {
    do {
      return try queue.read { db in
        budget.refill()
        // Counts the commits of other connections alone (https://sqlite.org/pragma.html).
        let version = try Int64.fetchOne(db, sql: "PRAGMA data_version")
        let (last, isNew) = shared.withLock { ($0.last, $0.version != version) }
        guard isNew else { return nil }
        let stored = try StepRows.fetch(after: last, db, level)
        // Only now: what could not be read is read the next time.
        shared.withLock {
          $0.last = max($0.last, stored.last)
          $0.version = version
        }
        guard stored.last > last else { return nil }
        return Others(stored.steps, last: stored.last, findings: stored.findings)
      }
    } catch {
      throw Self.explain(error, path)
    }
  }

  /// Looks for steps of other processes again and again, until the watch is let go.
  /// - Parameters:
  ///   - interval: seconds.
  ///   - found: is called on a queue of its own, in the store's order with the answers of `append`.
  ///   - lost: is called there when the store is not in its place any more, or has lost its end,
  ///     and with nil when it is there again.
  package func watch(
    every interval: Double, found: @escaping @Sendable (Others) -> Void,
    lost: @escaping @Sendable (StoreError?) -> Void = { _ in }
  ) -> StoreWatch {
    let known = Mutex<StoreError?>(nil)
    return StoreWatch(interval) { [weak self] in
      guard let self else { return }
      let problem = problemOfPlace
      let isNew = known.withLock { known in
        defer { known = problem }
        return known != problem
      }
      if isNew { lost(problem) }
      if problem == nil, let others = try? others() { found(others) }
    }
  }
}

/// A repeated look into a store; ends with this value.
package final class StoreWatch: Sendable {
  // Safe: timers may be used from any thread.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer
  private let queue = DispatchQueue(label: "twinlens.store.watch", qos: .utility)
  private let look: @Sendable () -> Void

  init(_ interval: Double, look: @escaping @Sendable () -> Void) {
    self.look = look
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(50))
    timer.setEventHandler(handler: look)
    timer.resume()
  }

  /// Looks now, without waiting for the next time.
  package func lookNow(then done: @escaping @Sendable () -> Void) {
    queue.async { [look] in
      look()
      done()
    }
  }

  deinit { timer.cancel() }
}
