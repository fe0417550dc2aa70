import Foundation
import GRDB

extension AnnotationStore {
  package func checksums() throws -> [Int64: String] {
    guard level >= .checksums else { return [:] }
    do {
      return try queue.read { db in
        budget.refill()
        var checksums: [Int64: String] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT sequence, checksum FROM seal")
        while let row = try rows.next() {
          guard let sequence = Int64.fromDatabaseValue(row[0]) else { continue }
          checksums[sequence] = String.fromDatabaseValue(row[1])
        }
        return checksums
      }
    } catch {
      throw Self.explain(error, path)
    }
  }

  /// Takes over which datasets were annotated in another store.
  /// - Parameter openings: the latest first.
  func note(openings: [StoreOpening], at time: Int64 = Step.now()) throws {
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
