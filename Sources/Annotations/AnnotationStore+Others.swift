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
    /// The round of which a step came too late; no step of it is taken any more.
    var refused = -1
    /// SQLite's count of the others' commits.
    var version: Int64?
  }

  /// Refuses the later steps of a round of which one came too late: their numbers may fit by
  /// chance.
  func admit(_ step: Step, _ round: Int) throws {
    if shared.withLock({ round <= $0.refused }) { throw StoreError.behind(path) }
  }

  /// Steps that other processes stored since the last call, in the store's order. Own ones are not
  /// among them.
  /// - Throws: `StoreError`.
  package func othersSteps() throws -> [Step] {
    do {
      return try queue.read { db in
        budget.refill()
        // Counts the commits of other connections alone (https://sqlite.org/pragma.html).
        let version = try Int64.fetchOne(db, sql: "PRAGMA data_version")
        let (last, isNew) = shared.withLock { ($0.last, $0.version != version) }
        guard isNew else { return [] }
        let stored = try StepRows.fetch(after: last, db, level)
        // Only now: what could not be read is read the next time.
        shared.withLock {
          $0 = Shared(last: max($0.last, stored.last), refused: $0.refused, version: version)
        }
        return stored.steps
      }
    } catch {
      throw Self.explain(error, path)
    }
  }

  /// Looks for steps of other processes again and again, until the watch is let go.
  /// - Parameters:
  ///   - interval: seconds.
  ///   - found: is called on a queue of its own, in the store's order with the answers of `append`.
  package func watch(
    every interval: Double, found: @escaping @Sendable ([Step]) -> Void
  ) -> StoreWatch {
    StoreWatch(interval) { [weak self] in
      if let steps = try? self?.othersSteps(), !steps.isEmpty { found(steps) }
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
