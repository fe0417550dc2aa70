import Corpora
import Foundation
import GRDB
import Tensors

/// The history of a dataset's annotations on disk: an SQLite file to which steps are only ever
/// appended.
///
/// An append is acknowledged after SQLite committed it: write-ahead log with `synchronous=FULL`,
/// and a rollback journal on network file systems, where the log does not work (RELIABILITY §7).
/// Each store has a serial queue of its own; the asynchronous calls never block their caller. One
/// process writes at a time, any number may read.
public final class AnnotationStore: Sendable {
  /// Who may do what.
  public enum Access: Sendable, Hashable {
    /// Makes the store if it is not there, and keeps other writers out.
    case readWrite
    /// Needs a store that is there.
    case readOnly
  }

  /// The SQLite file.
  public let path: String
  /// Whether steps may be appended.
  public let access: Access
  private let queue: DatabaseQueue
  private let lock: StoreLock?

  /// Opens or makes a store.
  /// - Throws: `StoreError`; a file that is not a store of this program is left as it is.
  public init(path: String, access: Access = .readWrite) throws {
    self.path = path
    self.access = access
    try Self.prepareFile(path, access)
    lock = access == .readWrite ? try StoreLock(for: path) : nil
    do {
      var configuration = Configuration()
      configuration.label = "twinlens.store"
      configuration.readonly = access == .readOnly
      // A reader may hold SQLite's own locks for a moment.
      configuration.busyMode = .timeout(10)
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try Schema.check(queue, path: path)
      if access == .readWrite { try Schema.prepare(queue, path: path) }
    } catch let error as DatabaseError {
      throw Self.explain(error, path)
    }
  }

  /// Appends a step and returns its sequence number once it is committed. Waits for the disk: for
  /// scripts.
  /// - Throws: `StoreError`; nothing was appended then.
  @discardableResult
  public func append(_ step: Step) throws -> Int64 {
    guard access == .readWrite else { throw StoreError.readOnly(path) }
    do {
      return try queue.write { [path] in try StepRows.insert(step, $0, path) }
    } catch {
      throw Self.notSaved(error, path)
    }
  }

  /// Appends a step; `completion` is called on the store's queue once it is committed, or failed.
  /// Calls are carried out in their order.
  public func append(
    _ step: Step, completion: @escaping @Sendable (Result<Int64, StoreError>) -> Void
  ) {
    guard access == .readWrite else { return completion(.failure(.readOnly(path))) }
    queue.asyncWrite { [path] in
      try StepRows.insert(step, $0, path)
    } completion: { [path] _, result in
      completion(result.mapError { Self.notSaved($0, path) })
    }
  }

  /// Appends a step and returns its sequence number once it is committed.
  /// - Throws: `StoreError`; nothing was appended then.
  @discardableResult
  public func append(_ step: Step) async throws -> Int64 {
    try await withCheckedThrowingContinuation { continuation in
      append(step) { continuation.resume(with: $0) }
    }
  }

  /// All steps, oldest first. A row that makes no sense is left out and named.
  /// - Throws: `StoreError`.
  public func steps() throws -> (steps: [Step], findings: [StoreFinding]) {
    do {
      let stored = try queue.read { [path] in try StepRows.fetch($0, path) }
      return (stored.steps, stored.findings)
    } catch let error as DatabaseError {
      throw Self.explain(error, path)
    }
  }

  /// The history over a dataset, and what did not fit.
  /// - Throws: `StoreError`.
  public func history(
    over dataset: Dataset
  ) throws -> (history: EditHistory, findings: [StoreFinding]) {
    do {
      let stored = try queue.read { [path] in try StepRows.fetch($0, path) }
      let replayed = EditHistory.replaying(stored.steps, over: dataset, last: stored.last)
      return (replayed.history, stored.findings + replayed.findings)
    } catch let error as DatabaseError {
      throw Self.explain(error, path)
    }
  }

  /// Notes that a dataset is being annotated.
  /// - Returns: false when its files are others than at the last time.
  /// - Throws: `StoreError`.
  @discardableResult
  public func noteOpening(of dataset: Dataset, at time: Int64 = Step.now()) throws -> Bool {
    let hash = dataset.contentHash
    let place = URL(fileURLWithPath: dataset.path).resolvingSymlinksInPath().path
    do {
      return try queue.write { db in
        let last = try String.fetchOne(
          db, sql: "SELECT hash FROM opening WHERE dataset = ? ORDER BY id DESC LIMIT 1",
          arguments: [place])
        if last == hash { return true }
        try db.execute(
          sql: "INSERT INTO opening (dataset, hash, time) VALUES (?, ?, ?)",
          arguments: [place, hash, time])
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
}

extension AnnotationStore {
  /// Makes the folder of a new store; refuses what is not an SQLite file.
  private static func prepareFile(_ path: String, _ access: Access) throws {
    var info = stat()
    guard stat(path, &info) == 0 else {
      if errno != ENOENT { throw StoreError.cannotOpen(path, reason: reason(errno)) }
      if access == .readOnly { throw StoreError.missing(path) }
      return try makeFolder(of: path)
    }
    guard info.st_mode & S_IFMT == S_IFREG else { throw StoreError.notADatabase(path) }
    let handle = open(path, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { throw StoreError.cannotOpen(path, reason: reason(errno)) }
    defer { close(handle) }
    // "SQLite format 3" and NUL, https://sqlite.org/fileformat.html §1.3; an empty file is a new
    // one.
    var head = [UInt8](repeating: 0, count: 16)
    let count = pread(handle, &head, head.count, 0)
    guard count == 0 || head == Array("SQLite format 3\0".utf8) else {
      throw StoreError.notADatabase(path)
    }
  }

  private static func makeFolder(of path: String) throws {
    let folder = FilePath.parent(of: path)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw StoreError.cannotOpen(path, reason: "its folder cannot be made")
    }
    syncFolder(FilePath.parent(of: folder))
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  private static func syncFolder(_ folder: String) {
    let handle = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { return }
    fsync(handle)
    close(handle)
  }

  private static func notSaved(_ error: any Error, _ path: String) -> StoreError {
    switch error {
    case let error as StoreError: error
    case let error as DatabaseError where error.resultCode == .SQLITE_READONLY: .readOnly(path)
    case let error as DatabaseError: .notSaved(path, reason: error.message ?? "\(error)")
    default: .notSaved(path, reason: "\(error)")
    }
  }

  private static func explain(_ error: DatabaseError, _ path: String) -> StoreError {
    switch error.resultCode {
    case .SQLITE_NOTADB: .notADatabase(path)
    case .SQLITE_CORRUPT: .damaged(path, detail: error.message ?? "no detail")
    case .SQLITE_BUSY, .SQLITE_LOCKED: .inUse(path, process: "another process")
    default: .cannotOpen(path, reason: error.message ?? "\(error)")
    }
  }
}
