import Foundation
import TestSupport
import Testing

@testable import Annotations

/// TLS as libpq gives it: what is asked for in the address is had, or nothing is opened.
@Suite(
  "A store over TLS",
  .enabled(
    if: TestServer.programs != nil
      && FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"),
    "no PostgreSQL server or no openssl is installed (Debian's packages postgresql, openssl)"))
struct TransportTests {
  /// The failure of opening an address.
  private func failure(_ server: TestServer, _ address: String) -> StoreError? {
    do {
      _ = try server.open(address).stored()
      return nil
    } catch { return error as? StoreError }
  }

  @Test func whatIsAskedForIsHadOrNothingIsOpened() throws {
    let server = try TestServer()
    let (database, _) = try server.store()
    func address(_ host: String, _ query: String) -> String {
      "postgres://ann@\(host):\(server.port)/\(database)?\(query)"
    }
    // A server without TLS is not talked to in the clear where TLS was asked for.
    let plain = try #require(failure(server, address("localhost", "sslmode=require")))
    #expect(plain.description.contains("does not support SSL"), "\(plain)")
    #expect(!plain.isPassing)

    let authority = try server.offerTLS()
    let verified = "sslmode=verify-full&sslrootcert=\(authority)"
    let store = try server.open(address("localhost", verified))
    #expect(try store.stored().steps.isEmpty)
    #expect(
      try server.psql(
        "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
          + "WHERE usename = 'ann'", in: database) == "t")
    // Its certificate is for localhost, by this authority.
    let elsewhere = try #require(failure(server, address("127.0.0.1", verified)))
    #expect(elsewhere.description.contains("does not match host name"), "\(elsewhere)")
    let stranger = "sslmode=verify-full&sslrootcert=\(server.folder)/tls/other.crt"
    let unknown = try #require(failure(server, address("localhost", stranger)))
    #expect(unknown.description.contains("certificate verify failed"), "\(unknown)")
    let missing = try #require(
      failure(server, address("localhost", "sslmode=verify-ca&sslrootcert=/nowhere/root.crt")))
    #expect(missing.description.contains("/nowhere/root.crt"), "\(missing)")
    for error in [elsewhere, unknown, missing] { #expect(!error.isPassing, "\(error)") }
  }
}

extension TestServer {
  /// Makes an authority, a certificate of it for localhost, and takes TLS with that.
  ///
  /// - Returns: the authority's certificate; beside it is `other.crt`, of another one.
  func offerTLS() throws -> String {
    let script = """
      set -e; umask 077; mkdir "$1/tls"; cd "$1/tls"
      authority() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.crt"; }
      authority root; authority other
      openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
      printf 'subjectAltName=DNS:localhost' >names
      openssl x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 2 \\
        -extfile names -out server.crt
      chmod 711 .; chmod 644 root.crt other.crt
      """
    let (program, arguments) = Self.asServer("/bin/sh", ["-c", script, "sh", folder])
    try Self.run(program, arguments)
    for (name, value) in [
      ("ssl_cert_file", "\(folder)/tls/server.crt"), ("ssl_key_file", "\(folder)/tls/server.key"),
      ("ssl", "on"),
    ] { try psql("ALTER SYSTEM SET \(name) = '\(value)'", in: "postgres") }
    try psql("SELECT pg_reload_conf()", in: "postgres")
    for _ in 0..<200 where try psql("SHOW ssl", in: "postgres") != "on" { usleep(50_000) }
    return "\(folder)/tls/root.crt"
  }
}
