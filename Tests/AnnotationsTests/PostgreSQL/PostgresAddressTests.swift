import Testing

@testable import Annotations

@Suite("Addresses of PostgreSQL") struct PostgresAddressTests {
  @Test func partsAreWhatLibpqCallsThem() throws {
    let address = try PostgresAddress(
      "postgresql://ann%40lab@[::1]:5433,db.example:5434/team%20a?sslmode=verify-full&connect_timeout=3"
    )
    #expect(
      address.parameters == [
        "user": "ann@lab", "host": "::1,db.example", "port": "5433,5434", "dbname": "team a",
        "sslmode": "verify-full", "connect_timeout": "3",
      ])
    #expect(address.name == "postgres://[::1]:5433,db.example:5434/team%20a")
    #expect(address.patience([:]) == 3)
    let short = try PostgresAddress("postgres:///?service=team")
    #expect(short.parameters == ["service": "team"])
    #expect(short.patience(["PGCONNECT_TIMEOUT": "7"]) == 7 && short.patience([:]) == 10)
  }

  /// A password is refused wherever it stands, and nothing of the text is repeated.
  @Test(arguments: [
    "postgres://ann:s3cret@host/db", "postgres://:s3cret@host/db", "POSTGRES://ann:s3cret@host/db",
    "postgres://ann:s3@cret@host/db", "postgres://host/db?password=s3cret",
    "postgres://host/db?sslpassword=s3cret", "postgres://host/db?pass%77ord=s3cret",
    "postgres://host/db?s3cret=1", "postgres://host:s3cret/db", "postgres://host/db#s3cret",
    "postgres:s3cret", "postgres://host/%zzs3cret", "postgres://host/db?options=-cs3cret",
  ])
  func whatIsWrongIsRefusedUnsaid(text: String) {
    #expect(PostgresAddress.isMeant(by: text))
    let error = #expect(throws: StoreError.self) { try PostgresAddress(text) }
    #expect(error.map { !"\($0)".contains("s3cret") && !"\($0)".contains("cret@") } == true)
  }

  @Test func filesAreNoAddresses() {
    for path in ["postgres", "./postgres://x", "postgres.sqlite", "/a/postgresql:/b"] {
      #expect(!PostgresAddress.isMeant(by: path))
    }
  }
}
