import Foundation
import GRDB

extension AnnotationStore {
  package func openings() throws -> [StoreOpening] {
    do {
      return try queue.read { db in
        budget.refill()
        guard try db.tableExists("opening") else { return [] }
        return try Row.fetchAll(
          db, sql: "SELECT dataset, hash FROM opening ORDER BY id DESC LIMIT 64"
        ).compactMap { row in
          StoreOpening(
            stored: String.fromDatabaseValue(row[0]), hash: String.fromDatabaseValue(row[1]))
        }
      }
    } catch {
      throw Self.explain(error, path)
    }
  }
}
