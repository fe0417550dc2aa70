import Foundation

/// Where a store on PostgreSQL is: `postgres://[user@]host[:port]/database[?sslmode=…]`, as libpq
/// reads it, without anything secret.
///
/// What is not said is libpq's to find: `PGHOST` and its like, a service file, `~/.pgpass`. A
/// password in an address stands in the shell's history and in every list of processes, so one that
/// has it is refused, and never repeated.
package struct PostgresAddress: Sendable, Hashable {
  /// libpq's names of what the address says,
  /// https://www.postgresql.org/docs/current/libpq-connect.html.
  let parameters: [String: String]
  /// The address without who connects and how: what is shown, and what files are named for.
  package let name: String

  /// What may follow the question mark; the rest is for the service file.
  private static let allowed: Set<String> = [
    "application_name", "connect_timeout", "dbname", "gssencmode", "host", "passfile", "port",
    "service", "sslcert", "sslcrl", "sslkey", "sslmode", "sslrootcert", "target_session_attrs",
    "user",
  ]
  /// A longer address is none.
  private static let longest = 4_096

  /// Whether a text is meant as an address, right or wrong.
  package static func isMeant(by text: String) -> Bool {
    ["postgres:", "postgresql:"].contains { text.lowercased().hasPrefix($0) }
  }

  /// - Throws: `StoreError.badAddress`, which repeats nothing of the text.
  package init(_ text: String) throws(StoreError) {
    guard text.utf8.count <= Self.longest else { throw .badAddress("it is too long") }
    guard let scheme = text.range(of: "://") else {
      throw .badAddress("write postgres://HOST/DATABASE")
    }
    var rest = text[scheme.upperBound...]
    guard !rest.contains("#") else { throw .badAddress("write # as %23") }
    var query: Substring?
    if let mark = rest.firstIndex(of: "?") {
      query = rest[rest.index(after: mark)...]
      rest = rest[..<mark]
    }
    var found: [String: String] = [:]
    func put(_ key: String, _ value: Substring) throws(StoreError) {
      guard !value.isEmpty else { return }
      guard let plain = String(value).removingPercentEncoding,
        !plain.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
      else { throw .badAddress("a part of it is badly escaped") }
      found[key] = plain
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var hosts = rest[..<slash]
    // The last one: a password may hold the sign.
    if let at = hosts.lastIndex(of: "@") {
      let who = hosts[..<at]
      guard !who.contains(":") else { throw .badAddress(Self.noPassword) }
      try put("user", who)
      hosts = hosts[hosts.index(after: at)...]
    }
    var (names, ports): ([String], [String]) = ([], [])
    for host in hosts.split(separator: ",", omittingEmptySubsequences: false) {
      // A colon inside brackets is one of an IPv6 address.
      let end = host.lastIndex(of: "]") ?? host.startIndex
      let colon = host[end...].lastIndex(of: ":")
      let name = host[..<(colon ?? host.endIndex)]
      names.append(String(name.hasPrefix("[") ? name.dropFirst().dropLast() : name))
      ports.append(colon.map { String(host[host.index(after: $0)...]) } ?? "")
    }
    guard ports.allSatisfy({ $0.isEmpty || UInt16($0).map { $0 > 0 } == true }) else {
      throw .badAddress("its port is no number from 1 to 65535")
    }
    try put("host", names.joined(separator: ",")[...])
    if ports.contains(where: { !$0.isEmpty }) { found["port"] = ports.joined(separator: ",") }
    if slash < rest.endIndex { try put("dbname", rest[rest.index(after: slash)...]) }
    for part in query?.split(separator: "&") ?? [] {
      let equals = part.firstIndex(of: "=") ?? part.endIndex
      let key = String(part[..<equals]).removingPercentEncoding?.lowercased() ?? ""
      guard !key.contains("password") else { throw .badAddress(Self.noPassword) }
      guard Self.allowed.contains(key), equals < part.endIndex else {
        throw .badAddress(
          "after ? it may say only \(Self.allowed.sorted().joined(separator: ", ")); the rest "
            + "belongs into the service file")
      }
      try put(key, part[part.index(after: equals)...])
    }
    parameters = found
    let place = hosts.isEmpty ? Self.plain(found["host"] ?? "") : String(hosts)
    name = "postgres://\(place)/\(Self.plain(found["dbname"] ?? found["service"] ?? ""))"
  }

  private static let noPassword =
    "a password has no place in it, where others can read it; put it into ~/.pgpass or PGPASSWORD "
    + "and leave it out (a : in a user's name is written %3A)"

  /// With everything escaped that an address cannot hold as it is.
  private static func plain(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .urlHostAllowed) ?? ""
  }

  /// Seconds that connecting may take: what the address or `PGCONNECT_TIMEOUT` says, else ten.
  func patience(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Double {
    let stated = parameters["connect_timeout"] ?? environment["PGCONNECT_TIMEOUT"]
    return stated.flatMap(Double.init).flatMap { $0 >= 1 ? min($0, 600) : nil } ?? 10
  }
}
