import Corpora
import Foundation
import GRDB
import Synchronization
import Tensors

/// The history of a dataset's annotations on disk: an SQLite file to which steps are only ever
/// appended.
///
/// An append is acknowledged after SQLite committed it to the file that the path names: write-ahead
/// log with `synchronous=FULL`, and a rollback journal on network file systems, where the log does
/// not work (RELIABILITY §7). Each store has a serial queue of its own; the asynchronous calls
/// never block their caller. Several processes of one machine may write, each step after whatever
/// the others wrote (`watch`); on network file systems one. The file may come from anywhere:
/// nothing in it is run, and each step is compared with its checksum.
package final class AnnotationStore: StepStore {
  /// Who may do what.
  package enum Access: Sendable, Hashable {
    /// Makes the store if it is not there.
    case readWrite
    /// Needs a store that is there.
    case readOnly
  }

  /// The SQLite file.
  package let path: String
  /// Whether steps may be appended.
  package let access: Access
  let file: StoreFile
  let queue: DatabaseQueue
  let budget: StoreBudget
  let level: Schema.Level
  /// What this process knows of the others' steps.
  let shared = Mutex(Shared())
  private let rounds = StoreRounds()
  /// What is wrong with the file as a whole; only a reader opens such a file.
  private let damage: String?
  /// Whether something is.
  var isDamaged: Bool { damage != nil }
  /// Where a store was copied to that cannot be read in its place.
  private let copy: StoreCopy?

  /// Opens or makes a store.
  /// - Throws: `StoreError`; a file that is not a store of this program is left as it is.
  package init(path: String, access: Access = .readWrite) throws {
    self.path = path
    self.access = access
    file = try StoreFile(path, writing: access == .readWrite)
    let budget = StoreBudget()
    self.budget = budget
    do {
      do {
        (queue, level, damage) = try Self.open(file.realPath, path, access, budget)
        copy = nil
      } catch let error as DatabaseError
        where access == .readOnly && StoreCopy.mayHelp(error.resultCode)
      {
        // SQLite needs to write beside a file even to read its log.
        let copy = try StoreCopy(of: file.realPath, for: path)
        (queue, level, damage) = try Self.open(copy.path, path, access, budget)
        self.copy = copy
      } catch let error as DatabaseError
        where access == .readOnly && error.resultCode == .SQLITE_CORRUPT
      {
        // Of a file that lost its end the beginning can still be read.
        let copy = try StoreCopy(of: file.realPath, for: path, completed: true)
        (queue, level, _) = try Self.open(copy.path, path, access, budget)
        damage = "its end is missing, and the last steps with it"
        self.copy = copy
      }
      if access == .readWrite {
        try queue.read { _ = try Int.fetchOne($0, sql: "SELECT count(*) FROM grdb_migrations") }
        file.watchSiblings()
        try file.requireInPlace()
      }
    } catch {
      let error = Self.explain(error, path)
      // A reader has tried all that can be done.
      if case .damaged(_, let detail) = error, access == .readOnly {
        throw StoreError.unreadable(path, detail: detail)
      }
      throw error
    }
  }

  // The connection first: its locks go when any handle of the file is closed. The last to let go of
  // a store may be its own queue, where an append has just ended; closing would wait for itself.
  deinit {
    guard DispatchQueue.getSpecific(key: Self.isOfStore) == true else {
      try? queue.close()
      return
    }
    DispatchQueue.global().async { [queue, file, copy] in
      try? queue.close()
      withExtendedLifetime((file, copy)) {}
    }
  }

  /// Set on the queues of stores.
  private static let isOfStore = DispatchSpecificKey<Bool>()

  /// Two programs that make a store at the same moment meet while it becomes one that several can
  /// write: SQLite refuses the second at once, so it tries again.
  private static func open(
    _ real: String, _ path: String, _ access: Access, _ budget: StoreBudget
  ) throws -> (DatabaseQueue, Schema.Level, damage: String?) {
    for _ in 0..<40 {
      do {
        return try openOnce(real, path, access, budget)
      } catch let error as DatabaseError
        where access == .readWrite && [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode)
      {
        usleep(50_000)
      }
    }
    return try openOnce(real, path, access, budget)
  }

  private static func openOnce(
    _ real: String, _ path: String, _ access: Access, _ budget: StoreBudget
  ) throws -> (DatabaseQueue, Schema.Level, damage: String?) {
    var configuration = Configuration()
    configuration.label = "twinlens.store"
    let target = DispatchQueue(label: "twinlens.store.target", qos: .userInitiated)
    target.setSpecific(key: isOfStore, value: true)
    configuration.targetQueue = target
    configuration.readonly = access == .readOnly
    // A reader may hold SQLite's own locks for a moment.
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { try budget.harden($0) }
    let queue = try DatabaseQueue(path: real, configuration: configuration)
    let level: Schema.Level
    var damage: String?
    do {
      (level, damage) = try queue.read {
        try Schema.check($0, path: path, salvaging: access == .readOnly)
      }
    } catch let error as DatabaseError
      where access == .readOnly && error.resultCode == .SQLITE_CORRUPT
    {
      // SQLite does not end a transaction in which it met damage; each statement alone goes well.
      (level, damage) = try queue.unsafeRead {
        try Schema.check($0, path: path, salvaging: true)
      }
    }
    guard access == .readWrite else { return (queue, level, damage) }
    budget.refill()
    try Schema.prepare(queue, path: path, from: level)
    return (queue, .checksums, nil)
  }

  @discardableResult
  package func append(_ step: Step) throws -> Int64 {
    guard access == .readWrite else { throw StoreError.readOnly(path) }
    return try acknowledge(Result { try queue.write { try insert(step, $0) } }).get()
  }

  package func append(
    _ step: Step, round: Int? = nil,
    completion: @escaping @Sendable (Result<Int64, StoreError>) -> Void
  ) {
    guard access == .readWrite else { return completion(.failure(.readOnly(path))) }
    queue.asyncWrite { [self] in
      try rounds.admit(round, path)
      return try insert(step, $0)
    } completion: { [self] _, result in
      let answer = acknowledge(result)
      if case .failure(let error) = answer { rounds.refuse(round, error) }
      completion(answer)
    }
  }

  package func append(contentsOf steps: [Step], told: (Double) -> Void) throws {
    guard access == .readWrite else { throw StoreError.readOnly(path) }
    _ = try acknowledge(
      Result {
        try queue.write { db in
          try file.requireInPlace()
          for (number, step) in steps.enumerated() {
            if number % StepRows.between == 0 { told(Double(number) / Double(steps.count)) }
            budget.refill()
            _ = try StepRows.insert(step, db, path)
          }
          return steps.last?.sequence ?? file.promised
        }
      }
    ).get()
  }

  /// A new store with the steps of a history, exactly as they are: the way out when the old file is
  /// gone or cannot be written.
  /// - Returns: the store, open for more.
  /// - Throws: `StoreError`; `exists` when anything has that path.
  package static func writing(_ steps: [Step], to path: String) throws -> AnnotationStore {
    var info = stat()
    guard lstat(path, &info) != 0 else { throw StoreError.exists(path) }
    return try writing(rows: steps.map(StepRow.init), to: path)
  }

  /// The same with rows, whose bytes stay as they are.
  static func writing(rows: [StepRow], to path: String) throws -> AnnotationStore {
    let store = try AnnotationStore(path: path)
    do {
      try store.queue.inDatabase { db in
        // A step that damage took may be the one that an undo names.
        try db.execute(sql: "PRAGMA foreign_keys = OFF")
        defer { try? db.execute(sql: "PRAGMA foreign_keys = ON") }
        try db.inTransaction(.immediate) {
          for row in rows {
            store.budget.refill()
            try StepRows.write(row, db)
          }
          return .commit
        }
      }
      try store.file.requireInPlace()
      if let last = rows.last { store.file.promise(last.sequence) }
    } catch {
      // None of the steps is in it, and an empty store would stand in the way of the next try.
      if (try? store.file.requireInPlace()) != nil {
        for ending in ["", "-wal", "-shm", "-journal", ".lock"] { unlink(path + ending) }
      }
      throw notSaved(error, path)
    }
    return store
  }

  package var problemOfPlace: StoreError? {
    do {
      try file.requireInPlace()
      return nil
    } catch { return error as? StoreError }
  }

  private func insert(_ step: Step, _ db: Database) throws -> Int64 {
    budget.refill()
    try file.requireInPlace()
    let sequence = try StepRows.insert(step, db, path)
    // A full disk may show only when the step is committed.
    db.afterNextTransaction { [self] _ in
      shared.withLock { $0.last = max($0.last, sequence) }
    }
    return sequence
  }

  /// What was committed counts only while the path names the file it was committed to.
  private func acknowledge(_ result: Result<Int64, any Error>) -> Result<Int64, StoreError> {
    result.flatMap { sequence in
      Result {
        try file.requireInPlace()
        file.promise(sequence)
        return sequence
      }
    }.mapError { Self.notSaved($0, path) }
  }

  package func stored(
    keepingRows: Bool, told: (Double) -> Void
  ) throws -> StepRows.Stored {
    do {
      if let damage {
        // Not in a transaction, as when it was opened.
        let salvaged = queue.unsafeRead { db in
          budget.refill()
          return StepRows.salvage(db, level, path, damage, keepingRows: keepingRows)
        }
        guard !salvaged.steps.isEmpty else {
          throw StoreError.unreadable(path, detail: damage)
        }
        return salvaged
      }
      return try queue.read { db in
        budget.refill()
        var stored = try StepRows.fetch(db, path, level, keepingRows: keepingRows, told: told)
        if file.wasEmptied, stored.last == 0 { stored.findings.append(.emptied(path)) }
        if stored.last < file.promised {
          stored.findings.append(.cutBack(first: stored.last + 1, last: file.promised))
        }
        if level >= .checksums, stored.findings.isEmpty {
          stored.mark = try StepRows.mark(db, after: LogMark(), through: stored.last)
        }
        shared.withLock { $0.last = max($0.last, stored.last) }
        return stored
      }
    } catch {
      throw Self.explain(error, path)
    }
  }

  @discardableResult
  package func noteOpening(of opening: StoreOpening, at time: Int64) throws -> Bool {
    do {
      return try queue.write { db in
        budget.refill()
        let last = try String.fetchOne(
          db, sql: "SELECT hash FROM opening WHERE dataset = ? ORDER BY id DESC LIMIT 1",
          arguments: [opening.dataset])
        if last == opening.hash { return true }
        try db.execute(
          sql: "INSERT INTO opening (dataset, hash, time) VALUES (?, ?, ?)",
          arguments: [opening.dataset, opening.hash, time])
        return last == nil
      }
    } catch {
      throw Self.notSaved(error, path)
    }
  }

  /// Runs a query on the store's queue, for tests.
  func pragma(_ name: String) throws -> String? {
    try queue.read { try String.fetchOne($0, sql: "PRAGMA \(name)") }
  }

  /// Runs any query under a budget, for tests.
  func execute(_ sql: String, budget amount: Int64) throws {
    try queue.read { db in
      budget.refill(to: amount)
      _ = try Row.fetchAll(db, sql: sql)
    }
  }
}

extension AnnotationStore {
  private static func notSaved(_ error: any Error, _ path: String) -> StoreError {
    switch error {
    case let error as StoreError: error
    case let error as DatabaseError where error.resultCode == .SQLITE_READONLY: .unwritable(path)
    case let error as DatabaseError: .notSaved(path, reason: error.message ?? "\(error)")
    default: .notSaved(path, reason: "\(error)")
    }
  }

  static func explain(_ error: any Error, _ path: String) -> StoreError {
    if let error = error as? StoreError { return error }
    // A value of another type than its column has.
    guard let error = error as? DatabaseError else {
      return .damaged(path, detail: "a value that cannot be read")
    }
    return switch error.resultCode {
    case .SQLITE_NOTADB: .notADatabase(path)
    // Opened and read by fixed statements, a sound file of ours gives no plain error: this is what
    // a damaged header or schema gives.
    case .SQLITE_CORRUPT, .SQLITE_ERROR: .damaged(path, detail: error.message ?? "no detail")
    case .SQLITE_BUSY, .SQLITE_LOCKED: .inUse(path, process: "another process")
    case .SQLITE_INTERRUPT: .damaged(path, detail: "reading it does not end")
    default: .cannotOpen(path, reason: error.message ?? "\(error)")
    }
  }
}
