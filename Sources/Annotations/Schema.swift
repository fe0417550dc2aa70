import GRDB

/// The tables of a store, how they come into being, and what a file must be to be taken for one.
///
/// A store from elsewhere may bring triggers, views or tables of its own, so every row of its
/// schema is compared with what this program's own SQL makes; anything else is refused.
enum Schema {
  /// `PRAGMA application_id` of a store: "TwLn".
  static let applicationID: Int32 = 0x5477_4C6E

  /// How far a store has come.
  enum Level: Int, Sendable, Hashable, Comparable {
    /// Nothing is in the file, or only what an interrupted older version left: the table that
    /// counts versions, without a row.
    case begun
    /// Steps without checksums.
    case steps
    /// Each step has a checksum.
    case checksums

    static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// What leads to each level; the table of identifiers is GRDB's, which older versions used.
  private static let identifiers: [(level: Level, name: String)] = [
    (.steps, "1: steps"), (.checksums, "2: checksums"),
  ]

  private static let versionsSQL =
    "CREATE TABLE IF NOT EXISTS grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"

  private static let stepsSQL = """
    CREATE TABLE step (
      sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
      post TEXT NOT NULL,
      file TEXT NOT NULL,
      post_hash TEXT NOT NULL,
      tokens_hash TEXT NOT NULL,
      annotator TEXT NOT NULL,
      time INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('mentions', 'relation', 'review', 'undo', 'redo')),
      payload TEXT NOT NULL,
      undoes INTEGER REFERENCES step (sequence),
      redoes INTEGER REFERENCES step (sequence),
      name TEXT NOT NULL,
      CHECK ((kind = 'undo') = (undoes IS NOT NULL)),
      CHECK ((kind = 'redo') = (redoes IS NOT NULL))
    ) STRICT;
    CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
      BEGIN SELECT raise(ABORT, 'steps are appended only'); END;
    CREATE TRIGGER step_is_never_deleted BEFORE DELETE ON step
      BEGIN SELECT raise(ABORT, 'steps are appended only'); END;
    CREATE TABLE opening (
      id INTEGER PRIMARY KEY,
      dataset TEXT NOT NULL,
      hash TEXT NOT NULL,
      time INTEGER NOT NULL
    ) STRICT;
    PRAGMA application_id = \(applicationID);
    """

  private static let checksumsSQL = """
    CREATE TABLE seal (
      sequence INTEGER PRIMARY KEY,
      checksum TEXT NOT NULL
    ) STRICT;
    """

  /// Refuses other programs' files, newer versions', damaged ones, and those with anything in them
  /// that this program did not make. Writes nothing.
  /// - Parameter salvaging: damage to the file as a whole is returned rather than thrown.
  static func check(
    _ db: Database, path: String, salvaging: Bool
  ) throws -> (level: Level, damage: String?) {
    let id = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let found = try objects(db)
    guard id == applicationID || id == 0 else { throw StoreError.foreign(path) }
    guard !found.isEmpty else { return (.begun, nil) }
    let expected = try expectedObjects()
    let versions = expected[.begun] ?? []
    let applied: Set<String>
    do {
      let names =
        versions.isSubset(of: found)
        ? try Row.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations LIMIT 100")
          .map { String.fromDatabaseValue($0[0]) } : []
      // No version writes anything else than a name.
      guard !names.contains(nil) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      applied = Set(names.compactMap(\.self))
    } catch let error as DatabaseError where salvaging && error.resultCode == .SQLITE_CORRUPT {
      guard id == applicationID, let level = expected.first(where: { $0.value == found })?.key
      else { throw error }
      return (level, "which version wrote it cannot be read")
    }
    if found == versions, applied.isEmpty { return (.begun, nil) }
    guard id == applicationID else { throw StoreError.foreign(path) }
    guard applied.isSubset(of: identifiers.map(\.name)) else { throw StoreError.newer(path) }
    guard let level = expected.first(where: { $0.value == found })?.key,
      Set(identifiers.filter { $0.level <= level }.map(\.name)) == applied
    else { throw StoreError.altered(path, what: difference(found, expected)) }
    let damage = try damage(db)
    if let damage, !salvaging { throw StoreError.damaged(path, detail: damage) }
    return (level, damage)
  }

  /// What is wrong with the file as a whole; nil when nothing is. What single rows lost is found by
  /// their checksums.
  private static func damage(_ db: Database) throws -> String? {
    let most = 10_000
    let verdicts: [String]
    do {
      verdicts = try String.fetchAll(db, sql: "PRAGMA quick_check(\(most))")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      // It gives up where it cannot even look at the rows.
      return error.message ?? "its pages do not hang together"
    }
    let wholeFile = verdicts.first {
      $0 != "ok" && !$0.hasPrefix("CHECK constraint failed in ") && !$0.contains(" value in ")
    }
    // A heading comes first.
    let first = wholeFile?.split(whereSeparator: \.isNewline).first { !$0.hasPrefix("***") }
    return first.map { String($0.prefix(200)) }
      ?? (wholeFile ?? (verdicts.count >= most ? "most of its rows" : nil))
  }

  /// Brings a store that was checked to the latest level: all of it in one transaction or nothing,
  /// so that an interrupted start leaves a file that the next start can complete. Durability comes
  /// first: what is written is on the disk before it is acknowledged.
  static func prepare(_ queue: DatabaseQueue, path: String, from level: Level) throws {
    try queue.inDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = FULL")
      if level < .checksums {
        try db.inTransaction(.immediate) {
          // Another process may have brought it there since it was looked at.
          let level = try check(db, path: path, salvaging: false).level
          guard level < .checksums else { return .commit }
          try db.execute(sql: versionsSQL)
          if level < .steps { try db.execute(sql: stepsSQL) }
          try db.execute(sql: checksumsSQL)
          try StepRows.seal(db)
          for version in identifiers where version.level > level {
            try db.execute(
              sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)",
              arguments: [version.name])
          }
          return .commit
        }
      }
      let mode = StoreLocation.isOnNetwork(path) ? "delete" : "wal"
      let chosen = try String.fetchOne(db, sql: "PRAGMA journal_mode = \(mode)")
      guard chosen == mode else {
        throw StoreError.cannotOpen(path, reason: "its journal cannot be set to \(mode)")
      }
    }
  }

  /// One row of `sqlite_schema`.
  private struct Object: Hashable {
    let type, name, table: String
    let sql: String?
  }

  private static func objects(_ db: Database) throws -> Set<Object> {
    // A store has eight; whoever brings a million only wants them to be read.
    let rows = try Row.fetchAll(
      db, sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT 100")
    func text(_ row: Row, _ column: Int) -> String? { String.fromDatabaseValue(row[column]) }
    return Set(
      rows.map { row in
        Object(
          type: text(row, 0) ?? "", name: text(row, 1) ?? "", table: text(row, 2) ?? "",
          sql: text(row, 3))
      })
  }

  /// The schema of each level as this SQLite stores our own SQL.
  private static func expectedObjects() throws -> [Level: Set<Object>] {
    try DatabaseQueue().inDatabase { db in
      var expected: [Level: Set<Object>] = [:]
      for (level, sql) in [
        (Level.begun, versionsSQL), (.steps, stepsSQL), (.checksums, checksumsSQL),
      ] {
        try db.execute(sql: sql)
        expected[level] = try objects(db)
      }
      return expected
    }
  }

  private static func difference(
    _ found: Set<Object>, _ expected: [Level: Set<Object>]
  ) -> String {
    let latest = expected[.checksums] ?? []
    if let extra = found.subtracting(latest).min(by: { $0.name < $1.name }) {
      let name = String(extra.name.prefix(60)).debugDescription
      return latest.contains { $0.name == extra.name }
        ? "its \(extra.type) \(name) is another one" : "it brings a \(extra.type) \(name)"
    }
    return "a table is missing"
  }
}
