import CPostgres
import Foundation

/// One connection to a server, over libpq. It waits with a limit, whatever the server does, and is
/// of no use any more after it once failed to answer. Not for several threads at once.
///
/// A server may be a stranger's: what it sends is text to be checked, of a bounded size.
final class PostgresConnection {
  /// Why there is no answer.
  enum Failure: Error, Equatable {
    /// The connection is gone or was never there; whether the last statement was carried out,
    /// nobody knows.
    case lost(String)
    /// The server says no, and nothing was carried out. SQLSTATE, as
    /// https://www.postgresql.org/docs/current/errcodes-appendix.html lists them, and its sentence.
    case refused(state: String, String)
    /// libpq is not installed.
    case noLibrary

    /// SQLSTATE of a refusal.
    var state: String? { if case .refused(let state, _) = self { state } else { nil } }

    /// What the failure says, for a person.
    var reason: String {
      switch self {
      case .lost(let reason), .refused(_, let reason): reason
      case .noLibrary: "libpq is not installed"
      }
    }
  }

  typealias Row = [String?]

  /// Bytes of the answer to one statement: far more than the rows that are asked for at a time.
  private static let mostBytes = 512 << 20
  /// Bytes of one column.
  static let mostText = 1 << 20

  private let pq: twinlens_libpq
  private let connection: OpaquePointer
  /// Whether waiting is to end now.
  private let stops: @Sendable () -> Bool

  /// The handle to watch for what the server says of its own accord.
  var socket: Int32 { pq.PQsocket(connection) }

  /// Connects.
  /// - Throws: `Failure`.
  init(
    _ address: PostgresAddress, stops: @escaping @Sendable () -> Bool
  ) throws(Failure) {
    guard let functions = twinlens_libpq_load() else { throw .noLibrary }
    pq = functions.pointee
    self.stops = stops
    var parameters = address.parameters
    parameters["client_encoding"] = "UTF8"
    parameters["fallback_application_name"] = "twinlens"
    // What was sent and is not acknowledged for so long (milliseconds) ends the connection.
    parameters["tcp_user_timeout"] = "20000"
    let pairs = parameters.sorted { $0.key < $1.key }
    let begun = Self.withStrings(pairs.map(\.key)) { keys in
      Self.withStrings(pairs.map(\.value)) { functions.pointee.PQconnectStartParams(keys, $0, 0) }
    }
    guard let begun else { throw .lost("no memory for a connection") }
    connection = begun
    let deadline = Self.seconds + address.patience()
    var wants = UInt32(TWINLENS_POLLING_WRITING)
    // A failure leaves the initializer, and `deinit` closes what was begun.
    while pq.PQstatus(connection) != UInt32(TWINLENS_CONNECTION_OK) {
      if wants == UInt32(TWINLENS_POLLING_FAILED) || pq.PQsocket(connection) < 0 {
        throw .lost(complaint)
      }
      try wait(
        wants == UInt32(TWINLENS_POLLING_READING) ? POLLIN : POLLOUT, until: deadline)
      wants = pq.PQconnectPoll(connection)
    }
    guard pq.PQsetnonblocking(connection, 1) == 0 else { throw .lost(complaint) }
    _ = pq.PQsetNoticeProcessor(connection, twinlens_pg_ignore, nil)
  }

  deinit { pq.PQfinish(connection) }

  /// Carries one statement out.
  /// - Parameters:
  ///   - values: of `$1` and so on, as text; nil is NULL.
  ///   - limit: seconds.
  /// - Returns: its rows, as text.
  /// - Throws: `Failure`.
  @discardableResult
  func run(
    _ statement: String, _ values: [String?] = [], within limit: Double = 20
  ) throws -> [Row] {
    guard !values.contains(where: { $0?.utf8.contains(0) == true }) else {
      throw Failure.refused(state: "22021", "PostgreSQL keeps no text with a NUL character")
    }
    let deadline = Self.seconds + limit
    let isSent = Self.withStrings(values) {
      pq.PQsendQueryParams(connection, statement, Int32(values.count), nil, $0, nil, nil, 0)
    }
    guard isSent == 1 else { throw Failure.lost(complaint) }
    try flush(until: deadline)
    var rows: [Row] = []
    var refusal: Failure?
    var received = 0
    while let result = try next(until: deadline, &received) {
      defer { pq.PQclear(result) }
      switch pq.PQresultStatus(result) {
      case UInt32(TWINLENS_COMMAND_OK): break
      case UInt32(TWINLENS_TUPLES_OK): rows += read(result)
      default: refusal = refusal ?? failure(of: result)
      }
    }
    if let refusal { throw refusal }
    guard pq.PQstatus(connection) == UInt32(TWINLENS_CONNECTION_OK) else {
      throw Failure.lost(complaint)
    }
    return rows
  }

  /// Takes what the server said of its own accord; true when it was a notification.
  /// - Throws: `Failure.lost`.
  func takeNotifications() throws(Failure) -> Bool {
    guard pq.PQconsumeInput(connection) == 1 else { throw .lost(complaint) }
    var isNotified = false
    while let notice = pq.PQnotifies(connection) {
      pq.PQfreemem(notice)
      isNotified = true
    }
    return isNotified
  }

  /// A setting that the server told when it was connected to.
  func setting(_ name: String) -> String? {
    pq.PQparameterStatus(connection, name).map { String(cString: $0) }
  }

  private func flush(until deadline: Double) throws(Failure) {
    while true {
      let left = pq.PQflush(connection)
      if left == 0 { return }
      guard left > 0 else { throw .lost(complaint) }
      // A server that has much to say must be heard before it listens.
      if try wait(POLLIN | POLLOUT, until: deadline) & Int16(POLLIN) != 0,
        pq.PQconsumeInput(connection) != 1
      {
        throw .lost(complaint)
      }
    }
  }

  private func next(
    until deadline: Double, _ received: inout Int
  ) throws(Failure) -> OpaquePointer? {
    while pq.PQisBusy(connection) != 0 {
      _ = try wait(POLLIN, until: deadline)
      received += max(1, Int(twinlens_socket_waiting(socket)))
      guard received <= Self.mostBytes else { throw .lost("its answer does not end") }
      guard pq.PQconsumeInput(connection) == 1 else { throw .lost(complaint) }
    }
    return pq.PQgetResult(connection)
  }

  private func read(_ result: OpaquePointer) -> [Row] {
    let columns = pq.PQnfields(result)
    return (0..<pq.PQntuples(result)).map { row in
      (0..<columns).map { column in
        let length = Int(pq.PQgetlength(result, row, column))
        guard pq.PQgetisnull(result, row, column) == 0, length <= Self.mostText,
          let value = pq.PQgetvalue(result, row, column)
        else { return nil }
        return String(
          decoding: UnsafeRawBufferPointer(start: value, count: length), as: UTF8.self)
      }
    }
  }

  /// What ends by itself counts as a lost connection: the server shuts down, starts up, has no room
  /// for another connection, or chose between two transactions.
  private func failure(of result: OpaquePointer) -> Failure {
    func field(_ code: UInt32) -> String? {
      pq.PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
    }
    guard let state = field(UInt32(TWINLENS_FIELD_SQLSTATE)) else {
      return .lost(complaint)
    }
    let reason = Self.plain(field(UInt32(TWINLENS_FIELD_MESSAGE)) ?? "no reason given")
    let passes =
      ["08", "40"].contains(state.prefix(2))
      || ["57P01", "57P02", "57P03", "57P05", "53300", "55P03", "57014", "25P03"].contains(state)
    return passes ? .lost(reason) : .refused(state: state, reason)
  }

  private var complaint: String {
    if pq.PQconnectionNeedsPassword(connection) == 1 {
      return
        "it wants a password; put it into ~/.pgpass, which only you may read, or into PGPASSWORD"
    }
    return Self.plain(pq.PQerrorMessage(connection).map { String(cString: $0) } ?? "")
  }

  /// A server's words as one short line.
  private static func plain(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "no reason given"
    let shown = line.unicodeScalars.filter {
      ![.control, .format, .surrogate, .privateUse].contains($0.properties.generalCategory)
    }
    return String(String(String.UnicodeScalarView(shown)).prefix(300))
  }

  /// Waits until something can be read or written.
  /// - Returns: what can be done.
  /// - Throws: `Failure.lost` when it takes too long or waiting is to end.
  @discardableResult
  private func wait(_ events: Int32, until deadline: Double) throws(Failure) -> Int16 {
    while true {
      if stops() { throw .lost("waiting for it was ended") }
      let left = deadline - Self.seconds
      guard left > 0 else { throw .lost("it does not answer") }
      var item = pollfd(fd: pq.PQsocket(connection), events: Int16(events), revents: 0)
      // In short parts, so that waiting can be ended.
      let count = poll(&item, 1, Int32(min(left, 0.1) * 1000) + 1)
      if count > 0 { return item.revents }
      if count < 0, errno != EINTR { throw .lost(String(cString: strerror(errno))) }
    }
  }

  private static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Texts as C's, with a null pointer at the end.
  private static func withStrings<Result>(
    _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    let copies = texts.map { $0.map { strdup($0) } ?? nil }
    defer { for copy in copies { free(copy) } }
    let pointers = copies.map { UnsafePointer($0) } + [nil]
    return body(pointers)
  }
}
