import Foundation
import GRDB

extension AnnotationStore {
  /// A dataset that was annotated in a store.
  package struct Opening: Sendable, Hashable {
    /// Its path then.
    package let dataset: String
    /// `Dataset.contentHash` then.
    package let hash: String
  }

  /// Takes over which datasets were annotated in another store.
  /// - Parameter openings: the latest first.
  func note(openings: [Opening], at time: Int64 = Step.now()) throws {
    do {
      try queue.write { db in
        budget.refill()
        for opening in openings.reversed() {
          try db.execute(
            sql: "INSERT INTO opening (dataset, hash, time) VALUES (?, ?, ?)",
            arguments: [opening.dataset, opening.hash, time])
        }
      }
    } catch {
      throw Self.explain(error, path)
    }
  }

  /// The datasets that were annotated in this store, the latest first; none in a store that was
  /// made without one.
  /// - Throws: `StoreError`.
  package func openings() throws -> [Opening] {
    do {
      return try queue.read { db in
        budget.refill()
        guard try db.tableExists("opening") else { return [] }
        // Values of other types make no opening: the file may come from anywhere.
        return try Row.fetchAll(
          db, sql: "SELECT dataset, hash FROM opening ORDER BY id DESC LIMIT 64"
        ).compactMap { row in
          guard let dataset = String.fromDatabaseValue(row[0]),
            let hash = String.fromDatabaseValue(row[1]), (1...4_096).contains(dataset.utf8.count),
            !dataset.utf8.contains(0)
          else { return nil }
          return Opening(dataset: dataset, hash: hash)
        }
      }
    } catch {
      throw Self.explain(error, path)
    }
  }
}
