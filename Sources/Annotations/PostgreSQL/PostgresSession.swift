import Dispatch
import Foundation
import Synchronization

/// The connection of a store to its server, made again whenever it is lost.
///
/// All but what is said to be for any thread is for the store's queue alone.
final class PostgresSession: Sendable {
  /// The store as errors name it.
  let path: String
  private let address: PostgresAddress
  private let access: AnnotationStore.Access
  private let queue: DispatchQueue
  // Safe: only touched on the queue.
  private nonisolated(unsafe) var link: Link?
  private nonisolated(unsafe) var isListening = false
  /// The last step that was read or written here: a store in which it is another one is not this
  /// store any more.
  nonisolated(unsafe) var last = Last()
  private let shared = Mutex(Shared())

  /// A connection, and what wakes up when the server speaks.
  private struct Link {
    let connection: PostgresConnection
    var source: (any DispatchSourceRead)?
  }

  /// A step by its number.
  struct Last {
    var sequence: Int64 = 0
    var checksum: String?
  }

  /// What other threads may ask and say.
  private struct Shared {
    /// Why the store cannot be used now.
    var problem: StoreError?
    /// Told of a new problem, and when there is none any more.
    var lost: (@Sendable (StoreError?) -> Void)?
    /// Called when somebody wrote.
    var wake: (@Sendable () -> Void)?
    /// Seconds for which a step that finds no answer is sent again; nil for ever.
    var patience: Double?
    /// When trying ends whatever was begun; nil never.
    var end: ContinuousClock.Instant?
  }

  init(
    _ address: PostgresAddress, _ access: AnnotationStore.Access, _ queue: DispatchQueue
  ) {
    (self.address, self.access, self.queue, path) = (address, access, queue, address.name)
  }

  deinit { link?.source?.cancel() }

  /// Why the store cannot be used now; any thread.
  var problem: StoreError? { shared.withLock { $0.problem } }

  /// Seconds for which a step that finds no answer is sent again, nil for ever; any thread.
  var patience: Double? { shared.withLock { $0.patience } }

  /// `StepStore.limitTrying`; any thread.
  func limitTrying(to seconds: Double) { shared.withLock { $0.patience = seconds } }

  /// `StepStore.endTrying`; any thread.
  func endTrying(in seconds: Double) {
    shared.withLock { $0.end = .now + .seconds(seconds) }
  }

  /// Hears of others' steps from now on; any thread.
  /// - Parameters:
  ///   - wake: called on the queue when somebody wrote.
  ///   - lost: called there with a new problem, and with nil when it is over.
  func listen(
    wake: @escaping @Sendable () -> Void, lost: @escaping @Sendable (StoreError?) -> Void
  ) {
    shared.withLock { ($0.wake, $0.lost) = (wake, lost) }
    queue.async { [self] in
      isListening = true
      if link != nil, (try? listen()) == nil { drop() }
    }
  }

  /// Does something with the connection until it goes well or cannot.
  /// - Parameter body: may be called again after an answer was lost.
  /// - Throws: `StoreError`.
  func persist<Value>(
    for patience: Double?, _ body: (PostgresConnection) throws -> Value
  ) throws(StoreError) -> Value {
    let start = ContinuousClock.now
    var pause = 0.1
    while true {
      let wasConnected = link != nil
      do {
        let value = try body(try connected())
        report(nil)
        return value
      } catch {
        let error = explain(error)
        if error.isPassing || link == nil { drop() }
        guard error.isPassing else {
          if case .cut = error { report(error) }
          throw error
        }
        // A server that was started again is there at once.
        if wasConnected { continue }
        report(error)
        let end = shared.withLock { $0.end }
        let now = ContinuousClock.now
        guard patience.map({ now - start < .seconds($0) }) ?? true, end.map({ now < $0 }) ?? true
        else { throw error }
        // In short parts, so that trying can be ended.
        let wake = now + .seconds(pause)
        while ContinuousClock.now < wake, shared.withLock({ $0.end.map { .now < $0 } ?? true }) {
          usleep(20_000)
        }
        pause = min(pause * 2, 3)
      }
    }
  }

  /// The connection; a new one where the last was lost.
  /// - Throws: `PostgresConnection.Failure`, `StoreError`.
  private func connected() throws -> PostgresConnection {
    if let link { return link.connection }
    let connection = try PostgresConnection(address) { [weak self] in
      self?.shared.withLock { $0.end.map { $0 < .now } ?? false } ?? true
    }
    try prepare(connection)
    link = Link(connection: connection)
    if isListening { try listen() }
    return connection
  }

  /// Settings of a new connection, and whether the store is there and still the same.
  private func prepare(_ connection: PostgresConnection) throws {
    let mode = access == .readOnly ? "on" : "off"
    try connection.run(
      """
      SELECT set_config('search_path', 'pg_catalog', false),
        set_config('statement_timeout', '60s', false), set_config('lock_timeout', '10s', false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('default_transaction_read_only', $1, false),
        CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
          THEN set_config('synchronous_commit', 'on', false) END
      """, [mode])
    guard connection.setting("server_encoding") == "UTF8" else {
      throw StoreError.refused(path, reason: "its database is not in UTF8; make one that is")
    }
    let version: String?
    do {
      version = try connection.run("SELECT version FROM twinlens.store").first?.first ?? nil
    } catch let error as PostgresConnection.Failure
      where ["42P01", "3F000"].contains(error.state)
    {
      throw StoreError.refused(
        path,
        reason: "no store is there; its administrator makes one: "
          + "twinlens annotations schema | psql -d DATABASE")
    }
    guard version == "\(PostgresSchema.version)" else { throw StoreError.newer(path) }
    if access == .readWrite {
      let mayWrite = try connection.run(
        "SELECT has_table_privilege('twinlens.step', 'INSERT') AND NOT pg_is_in_recovery()")
      guard mayWrite == [["t"]] else {
        throw StoreError.refused(
          path, reason: "you may only read it; ask its administrator for the annotators' role")
      }
    }
    guard last.sequence > 0 else { return }
    // An older copy may have taken the store's place.
    let found = try connection.run(
      "SELECT checksum FROM twinlens.step WHERE sequence = $1::bigint", ["\(last.sequence)"])
    guard found == [[last.checksum]] else { throw StoreError.cut(path) }
  }

  private func listen() throws {
    guard let connection = link?.connection else { return }
    try connection.run("LISTEN \(PostgresSchema.channel)")
    // A handle of its own: the source may still be at work when the connection is closed.
    let handle = dup(connection.socket)
    guard handle >= 0 else { return }
    let source = DispatchSource.makeReadSource(fileDescriptor: handle, queue: queue)
    source.setCancelHandler { close(handle) }
    source.setEventHandler { [weak self] in self?.hear() }
    link?.source = source
    source.resume()
    // Somebody may have written before.
    shared.withLock { $0.wake }?()
  }

  private func hear() {
    guard let link else { return }
    do {
      guard try link.connection.takeNotifications() else { return }
      shared.withLock { $0.wake }?()
    } catch {
      drop()
      shared.withLock { $0.wake }?()
    }
  }

  private func drop() {
    link?.source?.cancel()
    link = nil
  }

  /// Notes whether the store can be used, and tells who looks.
  private func report(_ problem: StoreError?) {
    let lost = shared.withLock { shared in
      defer { shared.problem = problem }
      return shared.problem == problem ? nil : shared.lost
    }
    lost?(problem)
  }

  private func explain(_ error: any Error) -> StoreError {
    if let error = error as? StoreError { return error }
    return switch error as? PostgresConnection.Failure {
    case .lost(let reason): .unreachable(path, reason: reason)
    case .refused(state: "42501", let reason), .refused(state: "25006", let reason):
      .refused(path, reason: "you may not do that there (\(reason)); ask its administrator")
    case .refused(_, let reason): .refused(path, reason: reason)
    case .noLibrary:
      .refused(
        path,
        reason: "libpq is not installed, through which Twinlens speaks with PostgreSQL; "
          + "install Debian's package libpq5")
    case nil: .refused(path, reason: "\(error)")
    }
  }
}
