import GRDB
import Synchronization

/// Several processes in one store.
extension AnnotationStore {
  /// What this process knows of the others' steps.
  struct Shared {
    /// The last step that was read or written here.
    var last: Int64 = 0
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
}
