import Foundation
import GRDB
import Testing

@testable import Annotations
@testable import Corpora

/// Stores that a dataset from elsewhere brings.
@Suite struct HostileStoreTests {
  /// A store with two steps in a folder, with `sql` run over it by somebody else.
  private func store(_ folder: String, _ sql: String) throws -> String {
    let (_, path) = try StoreTests().edited(folder)
    try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
    return path
  }

  @Test(
    "whatever the schema has that is not ours is refused and never run",
    arguments: [
      ("swallow", "CREATE TRIGGER swallow BEFORE INSERT ON step BEGIN SELECT raise(IGNORE); END"),
      (
        "turn",
        """
        CREATE TRIGGER turn AFTER INSERT ON step BEGIN
          UPDATE seal SET checksum = 'x' WHERE sequence = new.sequence; END
        """
      ),
      ("more", "CREATE TABLE more (a)"),
      (
        "endless",
        "CREATE VIEW endless AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t"
      ),
      ("by_post", "CREATE INDEX by_post ON step (post)"),
      (
        "step_is_never_deleted",
        "DROP TRIGGER step_is_never_deleted; CREATE TRIGGER step_is_never_deleted BEFORE DELETE ON opening BEGIN SELECT 1; END"
      ),
      (
        "opening",
        "DROP TABLE opening; CREATE VIEW opening AS SELECT 1 AS id, 'x' AS dataset, 'x' AS hash, 1 AS time"
      ),
      ("a table is missing", "DROP TABLE opening"),
      ("step", "ALTER TABLE step ADD COLUMN more TEXT"),
    ])
  func foreignSchemas(_ what: String, _ sql: String) throws {
    try withFolder { folder in
      let path = try store(folder, sql)
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      for access in [AnnotationStore.Access.readWrite, .readOnly] {
        let error = #expect(throws: StoreError.self) {
          try AnnotationStore(path: path, access: access)
        }
        guard case .altered(path, let named)? = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        #expect(named.contains(what))
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
  }

  @Test func aQueryThatDoesNotEndIsCutOff() throws {
    try withFolder { folder in
      let (_, path) = try StoreTests().edited(folder)
      let store = try AnnotationStore(path: path, access: .readOnly)
      let error = #expect(throws: DatabaseError.self) {
        try store.execute(
          "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
          budget: 3)
      }
      #expect(error?.resultCode == .SQLITE_INTERRUPT)
      // The next call has its own budget.
      #expect(try store.steps().steps.count == 2)
    }
  }

  @Test func triggersAndSchemasAreOffForThisConnection() throws {
    try withFolder { folder in
      let (_, path) = try StoreTests().edited(folder)
      let store = try AnnotationStore(path: path)
      #expect(try store.pragma("trusted_schema") == "0")
      #expect(try store.pragma("cell_size_check") == "1")
      #expect(throws: DatabaseError.self) {
        try store.execute("UPDATE sqlite_schema SET sql = ''", budget: 100)
      }
    }
  }

  @Test func aJournalThatNamesAnotherFileIsNotPlayedBack() throws {
    try withFolder { folder in
      let (_, path) = try StoreTests().edited(folder)
      let victim = "\(folder)/victim"
      try write("mine", to: victim)
      let journal = Array(victim.utf8) + [0, 0, 0, 9, 0, 0, 0, 0]
      let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
      try Data(journal + magic).write(to: URL(fileURLWithPath: "\(path)-journal"))
      #expect(throws: StoreError.self) { try AnnotationStore(path: path) }
      #expect(throws: StoreError.self) { try AnnotationStore(path: path, access: .readOnly) }
      #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
    }
  }

  @Test(arguments: ["-wal", "-shm", "-journal", ".lock"])
  func linksBesideAStoreAreRefused(_ ending: String) throws {
    try withFolder { folder in
      let (_, path) = try StoreTests().edited(folder)
      try write("mine", to: "\(folder)/victim")
      try? FileManager.default.removeItem(atPath: path + ending)
      symlink("\(folder)/victim", path + ending)
      #expect(throws: StoreError.self) { try AnnotationStore(path: path) }
      #expect(try String(contentsOfFile: "\(folder)/victim", encoding: .utf8) == "mine")
    }
  }

  @Test func aFolderOrStoreThatIsALinkOutIsRefused() throws {
    try withFolder { folder in
      let data = "\(folder)/data"
      let outside = "\(folder)/outside"
      for path in [data, outside] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      let dataset = try openSmall(data)
      symlink(outside, "\(data)/.twinlens")
      #expect(throws: StoreError.leadsOut("\(data)/.twinlens", to: outside)) {
        try StoreLocation.resolve(dataset: dataset)
      }
      unlink("\(data)/.twinlens")
      mkdir("\(data)/.twinlens", 0o700)
      // To a file that is there, and to one that would be made.
      for (name, isThere) in [("a.sqlite", true), ("b.sqlite", false)] {
        let target = "\(outside)/\(name)"
        if isThere { _ = try AnnotationStore(path: target) }
        let store = "\(data)/.twinlens/annotations.sqlite"
        symlink(target, store)
        #expect(throws: StoreError.leadsOut(store, to: target)) {
          try StoreLocation.resolve(dataset: dataset)
        }
        // Named by the person, it is theirs.
        #expect(try StoreLocation.resolve(dataset: dataset, explicit: store).path == store)
        unlink(store)
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: outside).contains("b.sqlite") == false)
      // A link that stays inside is fine.
      rmdir("\(data)/.twinlens")
      mkdir("\(data)/mine", 0o700)
      symlink("mine", "\(data)/.twinlens")
      #expect(try StoreLocation.resolve(dataset: dataset).reason == .besideDataset)
    }
  }

  @Test func whatIsMadeIsForItsOwnerAlone() throws {
    try withFolder { folder in
      let (_, path) = try StoreTests().edited(folder)
      let store = try AnnotationStore(path: path)
      var info = stat()
      for (place, mode) in [
        ("\(folder)/.twinlens", 0o700), (path, 0o600), ("\(path)-wal", 0o600),
        ("\(path).lock", 0o600),
      ] {
        #expect(stat(place, &info) == 0)
        #expect(info.st_mode & 0o777 == mode_t(mode), "\(place)")
      }
      #expect(store.access == .readWrite)
    }
  }
}
