import CSQLite
import GRDB

/// How much work one call to a store may cost: a file from a stranger must not make a query run
/// for ever.
///
/// The count belongs to the store's serial queue, where both its refilling and SQLite's progress
/// handler run.
final class StoreBudget: Sendable {
  /// Times 100,000 of SQLite's operations: about a minute, a hundred times what a store of a
  /// million steps needs.
  static let full: Int64 = 50_000

  // Safe: only touched on the queue of the connection that it was given to.
  private nonisolated(unsafe) let left: UnsafeMutablePointer<Int64>

  init() {
    left = .allocate(capacity: 1)
    left.initialize(to: Self.full)
  }

  deinit { left.deallocate() }

  /// Before each call, on the store's queue.
  func refill(to amount: Int64 = StoreBudget.full) { left.pointee = amount }

  /// Makes a new connection safe for any file. SQLite keeps the pointer, so the budget must stay
  /// as long as the connection.
  func harden(_ db: Database) throws {
    let code = twinlens_sqlite_harden(
      db.sqliteConnection.map { UnsafeMutableRawPointer($0) }, left)
    guard code == 0 else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    try db.execute(sql: "PRAGMA cell_size_check = ON")
  }
}
