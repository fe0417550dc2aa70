import GRDB

/// The tables of a store, how they come into being, and what a file must be to be taken for one.
enum Schema {
  /// `PRAGMA application_id` of a store: "TwLn".
  static let applicationID: Int32 = 0x5477_4C6E

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: steps") { db in
      try db.execute(
        sql: """
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
          """)
    }
    return migrator
  }

  /// Refuses other programs' files, newer versions' and damaged ones, before anything is written.
  static func check(_ queue: DatabaseQueue, path: String) throws {
    try queue.read { db in
      let id = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
      let objects = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
      if objects > 0 && id != applicationID { throw StoreError.foreign(path) }
      let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
      if verdict != "ok" { throw StoreError.damaged(path, detail: verdict) }
      if try migrator.hasBeenSuperseded(db) { throw StoreError.newer(path) }
    }
  }

  /// Durability first, then the tables.
  static func prepare(_ queue: DatabaseQueue, path: String) throws {
    try queue.inDatabase { db in
      let mode = StoreLocation.isOnNetwork(path) ? "DELETE" : "WAL"
      _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = \(mode)")
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
    try migrator.migrate(queue)
  }
}
