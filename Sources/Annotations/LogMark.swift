import CSQLite
import Files
import GRDB

/// How far a log of steps reaches, and what it held up to there: every value of every row, so that
/// a log that was changed, damaged, cut or replaced has another mark.
package struct LogMark: Sendable, Hashable {
  /// The number of the last row.
  var last: Int64 = 0
  /// How many rows there are.
  var rows: Int64 = 0
  /// The hash of the rows, in a file each after those before it.
  var digest: UInt64 = FNV1a().value

  /// Of a log without a row.
  init() {}
}

extension AnnotationStore {
  package func stored(following mark: LogMark) throws -> StepRows.Stored? {
    guard level >= .checksums, !isDamaged else { return nil }
    do {
      return try queue.read { db in
        budget.refill()
        guard try StepRows.mark(db, after: LogMark(), through: mark.last) == mark else {
          return nil
        }
        var stored = try StepRows.fetch(after: mark.last, db, level)
        // A log that was cut back is read whole, which names what is missing.
        guard stored.last >= file.promised else { return nil }
        stored.mark = try StepRows.mark(db, after: mark, through: stored.last)
        let last = stored.last
        shared.withLock { $0.last = max($0.last, last) }
        return stored
      }
    } catch {
      throw Self.explain(error, path)
    }
  }
}

extension StepRows {
  /// The mark of a log up to a row, from that of its beginning on. One look at each row, without
  /// making anything of it.
  static func mark(_ db: Database, after: LogMark, through last: Int64) throws -> LogMark {
    let statement = try db.cachedStatement(
      sql: "\(selection(.checksums)) WHERE sequence > ? AND sequence <= ? ORDER BY sequence")
    statement.arguments = [after.last, last]
    var mark = after
    let code = twinlens_sqlite_digest(
      UnsafeMutableRawPointer(statement.sqliteStatement), &mark.digest, &mark.rows, &mark.last)
    guard code == 0 else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    return mark
  }
}
