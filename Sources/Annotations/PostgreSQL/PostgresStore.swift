import Dispatch
import Foundation
import Synchronization

/// A history on a PostgreSQL server, to which steps are only ever appended, by as many people as
/// annotate.
///
/// An append is acknowledged after the server committed it to its disk. The next number is given to
/// whoever has seen all steps before; who has not is `behind`, as in a file. Each step goes with a
/// key of its own: when the connection is lost before the answer came, the key is looked for before
/// the step is sent again, so it is stored once. While the server does not answer, steps wait, and
/// are sent again until it does; the calls that do not wait for an answer never block their caller.
/// Everything happens on a serial queue of the store's own.
package final class PostgresStore: StepStore {
  package let path: String
  private let access: AnnotationStore.Access
  let queue = DispatchQueue(label: "twinlens.store.postgres", qos: .userInitiated)
  let session: PostgresSession
  /// Keys of steps that were sent and found no answer yet.
  // Safe: only touched on the queue.
  private nonisolated(unsafe) var unanswered: Set<String> = []
  /// SQLSTATE of a key or number that is there already.
  fileprivate static let uniqueViolation = "23505"
  /// Names this writer in the keys of its steps.
  private let writer = UUID().uuidString
  private let rounds = StoreRounds()
  private let looking = Mutex(Looking())

  /// When to ask for others' steps.
  private struct Looking {
    /// Whether somebody is known to have written.
    var isDue = true
    /// Whether an own step waits for what they wrote.
    var isAwaited = false
    var last = ContinuousClock.now
  }

  /// Opens a store that is there.
  /// - Throws: `StoreError`.
  package init(
    _ address: PostgresAddress, access: AnnotationStore.Access = .readWrite
  ) throws(StoreError) {
    (self.access, path) = (access, address.name)
    let session = PostgresSession(address, access, queue)
    self.session = session
    let opened = queue.sync {
      Result { () throws(StoreError) in try session.persist(for: 0) { _ in } }
    }
    switch opened {
    case .success: break
    case .failure(.unreachable(_, let reason)):
      throw .refused(
        path,
        // A server that answers says itself what it does not like.
        reason: "no connection (\(reason))"
          + (reason.contains("FATAL:")
            ? "" : "; check the address, the network and whether the server runs"))
    case .failure(let error): throw error
    }
  }

  package var problemOfPlace: StoreError? {
    session.problem.flatMap { $0.isPassing ? nil : $0 }
  }

  package func limitTrying(to seconds: Double) { session.limitTrying(to: seconds) }

  package func endTrying(in seconds: Double) { session.endTrying(in: seconds) }

  /// Seconds for which calls that wait for an answer try again.
  static let patience = 30.0

  // MARK: Appending

  @discardableResult
  package func append(_ step: Step) throws -> Int64 {
    try queue.sync {
      Result { () throws(StoreError) in try insert(step, patience: Self.patience) }
    }.get()
  }

  package func append(
    _ step: Step, round: Int?,
    completion: @escaping @Sendable (Result<Int64, StoreError>) -> Void
  ) {
    queue.async { [self] in
      let answer = Result { () throws(StoreError) in
        try rounds.admit(round, path)
        return try insert(step, patience: session.patience)
      }
      if case .failure(let error) = answer { rounds.refuse(round, error) }
      completion(answer)
    }
  }

  private func insert(_ step: Step, patience: Double?) throws(StoreError) -> Int64 {
    guard access == .readWrite else { throw .readOnly(path) }
    let row = StepRow(step)
    let key = key(of: row)
    try session.persist(for: patience) { connection in
      // Its answer was lost, now or in a call that gave up: it may be there.
      if unanswered.contains(key), try isStored(key, connection) { return }
      let isRepeated = !unanswered.insert(key).inserted
      do {
        try connection.run(PostgresRows.insertion, row.values + [row.checksum, key])
      } catch let error as PostgresConnection.Failure where error.isOutOfOrder {
        // The first one may have come while the key was looked for.
        let mayBeThere =
          isRepeated || row.sequence <= session.last.sequence || error.state == Self.uniqueViolation
        if mayBeThere, try isStored(key, connection) { return }
        unanswered.remove(key)
        try refuse(step.sequence, error)
      }
    }
    unanswered.remove(key)
    note(row)
    return step.sequence
  }

  package func append(contentsOf steps: [Step], told: (Double) -> Void) throws {
    guard access == .readWrite else { throw StoreError.readOnly(path) }
    let rows = steps.map(StepRow.init)
    guard let final = rows.last else { return }
    try queue.sync {
      try session.persist(for: Self.patience) { connection in
        // All of them or none: where the last is, the others are.
        if try isStored(key(of: final), connection) { return }
        do {
          try connection.run("BEGIN")
          for start in stride(from: 0, to: rows.count, by: PostgresRows.sent) {
            told(Double(start) / Double(rows.count))
            let part = Array(rows[start..<min(start + PostgresRows.sent, rows.count)])
            try connection.run(
              PostgresRows.insertions, PostgresRows.arrays(part, key: key(of:)), within: 60)
          }
          try connection.run("COMMIT", within: 60)
        } catch let error as PostgresConnection.Failure where error.state != nil {
          try connection.run("ROLLBACK")
          guard error.isOutOfOrder else { throw error }
          // The first ones may have come while they were looked for.
          if try isStored(key(of: final), connection) { return }
          try refuse(rows[0].sequence, error)
        }
      }
      note(final)
    }
  }

  /// - Parameter refusal: the server's, with the number that comes next.
  private func refuse(
    _ sequence: Int64, _ refusal: PostgresConnection.Failure
  ) throws(StoreError) {
    looking.withLock { ($0.isDue, $0.isAwaited) = (true, true) }
    let next = refusal.reason.split(separator: " ").lazy.compactMap { Int64($0) }.first
    guard let next, sequence > next else { throw .behind(path) }
    throw .outOfOrder(path, expected: next, given: sequence)
  }

  /// Whether a step is there.
  private func isStored(_ key: String, _ connection: PostgresConnection) throws -> Bool {
    try connection.run("SELECT FROM twinlens.step WHERE key = $1", [key]).count == 1
  }

  private func key(of row: StepRow) -> String {
    "\(writer)-\(row.sequence)-\(row.checksum.prefix(16))"
  }

  private func note(_ row: StepRow) {
    guard row.sequence > session.last.sequence else { return }
    session.last = .init(sequence: row.sequence, checksum: row.checksum)
  }

  private func note(_ found: PostgresRows.Found) {
    session.last = .init(sequence: found.sequence, checksum: found.checksum)
  }

  // MARK: Reading

  package func stored(
    keepingRows: Bool, told: (Double) -> Void
  ) throws -> StepRows.Stored {
    try queue.sync {
      try session.persist(for: Self.patience) { connection in
        let found = try rows(
          after: 0, mark: LogMark(), keepingRows: keepingRows, told: told, connection)
        if let final = found.final { note(final) }
        return found.stored
      }
    }
  }

  /// The server computes over its rows what was computed here over those that were read.
  package func stored(following mark: LogMark) throws -> StepRows.Stored? {
    try queue.sync {
      try session.persist(for: Self.patience) { connection in
        guard
          let checksum = PostgresRows.checksum(
            ofLastOf: mark,
            try connection.run(PostgresRows.markQuery, ["\(mark.last)"], within: 60))
        else { return nil }
        session.last = .init(sequence: mark.last, checksum: checksum)
        let found = try rows(after: mark.last, mark: mark, connection)
        if let final = found.final { note(final) }
        return found.stored
      }
    }
  }

  package func others() throws -> AnnotationStore.Others? { try others(patience: 0) }

  private func others(patience: Double?) throws -> AnnotationStore.Others? {
    try queue.sync {
      try session.persist(for: patience) { connection in
        looking.withLock { ($0.isDue, $0.last) = (false, .now) }
        let (stored, final) = try rows(after: session.last.sequence, connection)
        looking.withLock { $0.isAwaited = false }
        guard let final, final.sequence > session.last.sequence else { return nil }
        note(final)
        return AnnotationStore.Others(
          stored.steps, last: stored.last, findings: stored.findings)
      }
    }
  }

  /// The steps after a number; without a mark up to an own one, of which nobody was told yet: sent
  /// again, it is found to be there.
  /// - Parameters:
  ///   - mark: of the steps up to that number, where all after it are wanted, and their mark.
  ///   - told: is told the share that was read; only with a mark.
  private func rows(
    after first: Int64, mark: LogMark? = nil, keepingRows: Bool = false,
    told: (Double) -> Void = { _ in }, _ connection: PostgresConnection
  ) throws -> (stored: StepRows.Stored, final: PostgresRows.Found?) {
    var stored = StepRows.Stored()
    (stored.last, stored.keepsRows, stored.mark) = (first, keepingRows, mark)
    var final: PostgresRows.Found?
    var end = 1.0
    if mark != nil {
      let last = try connection.run("SELECT max(sequence) FROM twinlens.step").first?.first
      end = max(1, last?.flatMap { Double($0) } ?? 1)
    }
    while true {
      told(min(1, Double(stored.last) / end))
      let rows = try connection.run(
        "\(PostgresRows.selection) WHERE sequence > $1::bigint ORDER BY sequence LIMIT \(PostgresRows.batch)",
        ["\(stored.last)"], within: 60)
      for columns in rows {
        guard let found = PostgresRows.Found(columns), found.sequence > stored.last else {
          throw StoreError.damaged(path, detail: "a step without a sequence number")
        }
        if mark == nil, found.key?.hasPrefix(writer) == true { return (stored, final) }
        stored.take(found)
        final = found
      }
      if rows.count < PostgresRows.batch { return (stored, final) }
    }
  }

  // MARK: Watching

  /// Told by the server at once; and every few seconds, whatever it tells.
  package func watch(
    every interval: Double, found: @escaping @Sendable (AnnotationStore.Others) -> Void,
    lost: @escaping @Sendable (StoreError?) -> Void
  ) -> StoreWatch {
    let watch = StoreWatch(1) { [weak self] in self?.look(found) }
    session.listen(
      wake: { [weak self, weak watch] in
        self?.looking.withLock { $0.isDue = true }
        watch?.lookNow {}
      }, lost: lost)
    return watch
  }

  private func look(_ found: @Sendable (AnnotationStore.Others) -> Void) {
    let (isDue, isAwaited) = looking.withLock {
      ($0.isDue || .now - $0.last > .seconds(Self.slowly), $0.isAwaited)
    }
    guard isDue || session.problem != nil else { return }
    do {
      // A step that must be made again on theirs waits for a server as long as it would itself.
      if let others = try others(patience: isAwaited ? session.patience : 0) { found(others) }
    } catch {
      looking.withLock { $0.isDue = true }
    }
  }

  /// Seconds between two looks when nothing is told.
  private static let slowly = 5.0
}

extension PostgresConnection.Failure {
  /// Whether a step did not follow the last one, or its key is there already.
  fileprivate var isOutOfOrder: Bool {
    state == PostgresSchema.outOfOrder || state == PostgresStore.uniqueViolation
  }
}
