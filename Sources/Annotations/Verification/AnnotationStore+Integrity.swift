import GRDB

extension AnnotationStore {
  /// What SQLite says of the file as a whole, at most so many sentences; none where all is well.
  func integrity(most: Int) -> [String] {
    // Not in a transaction: SQLite does not end one in which it met damage.
    queue.unsafeRead { db in
      budget.refill()
      do {
        let verdicts = try String.fetchAll(db, sql: "PRAGMA integrity_check(\(most))")
        return verdicts == ["ok"] ? [] : verdicts
      } catch {
        return [(error as? DatabaseError)?.message ?? "\(error)"]
      }
    }
  }
}
