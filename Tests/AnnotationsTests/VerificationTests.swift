import Foundation
import GRDB
import Testing

@testable import Annotations
@testable import Corpora

/// What `annotations verify` and `repair` find and keep.
@Suite struct VerificationTests {
  /// A closed store of so many edits over two posts, and its steps.
  private func made(_ folder: String, count: Int = 20) throws -> (path: String, steps: [Step]) {
    let dataset = try openSmall(folder)
    let path = "\(folder)/s.sqlite"
    let store = try AnnotationStore(path: path)
    var history = EditHistory()
    let types: [EntityType] = [.location, .organization]
    for i in 0..<count {
      let post = dataset.posts[i % 2]
      let now = history.annotated(post)
      let edit = try #require(
        (0..<2).compactMap { Edit.setting(types[(i / 2 + $0) % 2], over: 0..<1, in: now) }.first)
      try store.append(
        try history.apply(edit, to: post, by: "Zoë", at: 1_700_000_000_000 + Int64(i)))
    }
    return (path, history.steps)
  }

  private func change(_ path: String, _ sql: String) throws {
    try DatabaseQueue(path: path).write { db in
      try db.execute(
        sql: """
          PRAGMA foreign_keys = OFF;
          DROP TRIGGER step_is_never_changed; DROP TRIGGER step_is_never_deleted; \(sql);
          CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
            BEGIN SELECT raise(ABORT, 'steps are appended only'); END;
          CREATE TRIGGER step_is_never_deleted BEFORE DELETE ON step
            BEGIN SELECT raise(ABORT, 'steps are appended only'); END;
          """)
    }
  }

  @Test func aSoundStoreIsSound() throws {
    try withFolder { folder in
      let (path, steps) = try made(folder)
      let found = try StoreVerification(path: path)
      #expect(found.isSound && found.isReadable && found.remarks.isEmpty, "\(found.problems)")
      #expect(found.steps == steps.count && found.last == 20)
      #expect(found.annotators.map(\.name) == ["Zoë"])
    }
  }

  /// A byte of the header makes SQLite say "unsupported file format", an error without a kind.
  @Test func aFlippedFormatNumberIsDamage() throws {
    try withFolder { folder in
      let (path, _) = try made(folder)
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      // The schema's format number, https://sqlite.org/fileformat.html §1.3.10.
      try file.seek(toOffset: 44)
      try file.write(contentsOf: Data([0xA3, 0x7D, 0x12, 0x29]))
      try file.close()
      let found = try StoreVerification(path: path)
      #expect(!found.isReadable)
      #expect(found.problems.contains { $0.kind == .file && $0.remedy.contains("repair") })
      let repair = try StoreRepair(of: path, to: folder + "/new.sqlite")
      #expect(repair.steps == 20)
    }
  }

  @Test func aNewStoreThatCannotBeWrittenLeavesNothing() throws {
    try withFolder { folder in
      let (_, steps) = try made(folder)
      let rows = steps.map(StepRow.init)
      let new = folder + "/new.sqlite"
      // The same number twice cannot be stored.
      #expect(throws: StoreError.self) {
        _ = try AnnotationStore.writing(rows: rows + [rows[3]], to: new)
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(!left.contains { $0.hasPrefix("new.sqlite") }, "\(left)")
      #expect(try StoreVerification(path: "\(folder)/s.sqlite").isSound)
      _ = try AnnotationStore.writing(rows: rows, to: new)
    }
  }

  @Test func eachDamageIsNamedWithItsStepAndPost() throws {
    try withFolder { folder in
      let (path, steps) = try made(folder)
      try change(
        path,
        """
        UPDATE step SET payload = replace(payload, 'LOC', 'LOB') WHERE sequence = 5;
        DELETE FROM step WHERE sequence IN (7, 8, 20)
        """)
      let found = try StoreVerification(path: path)
      let damaged = try #require(found.problems.first { $0.kind == .damaged })
      #expect(damaged.steps == 5...5 && damaged.post == steps[4].post)
      #expect(found.problems.filter { $0.kind == .missing }.map(\.steps) == [7...8, 20...20])
      #expect(found.steps == 16 && found.last == 20)

      let new = "\(folder)/new.sqlite"
      let repair = try StoreRepair(of: path, to: new)
      #expect(repair.losses.map(\.steps) == [5...5, 7...8, 20...20])
      #expect(repair.losses.first?.post == steps[4].post)
      let kept = steps.filter { ![5, 7, 8, 20].contains($0.sequence) }
      #expect(try AnnotationStore(path: new, access: .readOnly).steps().steps == kept)
      #expect(throws: StoreError.exists(new)) { try StoreRepair(of: path, to: new) }
    }
  }

  @Test func aBackupGivesWhatTheStoreLost() throws {
    try withFolder { folder in
      let (path, steps) = try made(folder)
      let backup = try #require(try StoreBackups(of: path).make(keeping: 3))
      #expect(backup.last == 20)
      try change(path, "DELETE FROM step WHERE sequence IN (7, 20)")
      let found = try StoreVerification(path: path)
      #expect(found.backups.map(\.steps) == [20])
      #expect(found.problems.allSatisfy { $0.remedy.contains(".sqlite") }, "\(found.problems)")
      let repair = try StoreRepair(of: path, to: "\(folder)/new.sqlite")
      #expect(repair.losses.isEmpty && repair.sources.map(\.steps) == [18, 2])
      let read = try AnnotationStore(path: repair.output, access: .readOnly).steps()
      #expect(read.steps == steps && read.findings.isEmpty)
    }
  }

  @Test func aBackupOfAnotherHistoryIsNotMixedIn() throws {
    try withFolder { folder in
      let (path, _) = try made(folder)
      _ = try StoreBackups(of: path).make(keeping: 3)
      // Another person's store in its place, with other steps under the same numbers.
      try change(path, "DELETE FROM step WHERE sequence > 5; DELETE FROM seal WHERE sequence > 5")
      let store = try AnnotationStore(path: path)
      let dataset = try openSmall(folder)
      var history = try store.history(over: dataset).history
      let post = history.annotated(dataset.posts[0])
      let types: [EntityType] = [.person, .location]
      let edit = try #require(
        types.compactMap { Edit.setting($0, over: 0..<1, in: post) }.last)
      try store.append(try history.apply(edit, to: dataset.posts[0], by: "Bo"))
      let repair = try StoreRepair(of: path, to: "\(folder)/new.sqlite")
      #expect(repair.steps == 6 && repair.remarks.count == 1, "\(repair)")
    }
  }

  /// Only the page scan finds anything then.
  @Test func withoutItsFirstPageAStoreIsReadPageByPage() throws {
    try withFolder { folder in
      let (path, steps) = try made(folder, count: 300)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes.replaceSubrange(0..<4096, with: Data(count: 4096))
      try bytes.write(to: URL(fileURLWithPath: path))
      #expect(!(try StoreVerification(path: path).isReadable))
      let repair = try StoreRepair(of: path, to: "\(folder)/new.sqlite")
      #expect(repair.steps == 300 && repair.losses.isEmpty)
      #expect(try AnnotationStore(path: repair.output, access: .readOnly).steps().steps == steps)
    }
  }

  /// A flipped bit there makes the file another program's, another version's or a stranger's.
  @Test(
    "what says whose a store is may be damaged too",
    arguments: [
      "PRAGMA application_id = 7",
      "UPDATE grdb_migrations SET identifier = '2: checksvms' WHERE identifier LIKE '2%'",
      "ALTER TABLE opening RENAME COLUMN dataset TO datasat",
    ])
  func identity(_ sql: String) throws {
    try withFolder { folder in
      let (path, steps) = try made(folder)
      try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
      #expect(throws: StoreError.self) { try AnnotationStore(path: path) }
      let found = try StoreVerification(path: path)
      #expect(!found.isReadable && found.problems.first?.kind == .file)
      let repair = try StoreRepair(of: path, to: "\(folder)/new.sqlite")
      #expect(repair.losses.isEmpty)
      #expect(try AnnotationStore(path: repair.output, access: .readOnly).steps().steps == steps)
    }
  }

  /// A note of many words does not fit on one page.
  @Test func rowsOnOverflowPagesAreFoundToo() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let path = "\(folder)/s.sqlite"
      let note = String(repeating: "Ångström ", count: 200)
      do {
        let store = try AnnotationStore(path: path)
        var history = EditHistory()
        for text in [note, note + "again"] {
          let edit = Edit(
            post: dataset.posts[0].id,
            action: .note(before: history.labels(of: dataset.posts[0]).note, after: text))
          try store.append(try history.apply(edit, to: dataset.posts[0], by: "a"))
        }
      }
      let scan = PageScan(path)
      #expect(scan.rows.count == 2)
      #expect(scan.rows[2]?.payload.contains("again") == true)
    }
  }

  @Test("whatever bytes a file holds, the page scan ends and believes nothing")
  func noise() throws {
    let seed = UInt64.random(in: 0..<UInt64.max)
    var random = Random(seed: seed)
    try withFolder { folder in
      let (path, steps) = try made(folder, count: 60)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      let copy = "\(folder)/copy.sqlite"
      for _ in 0..<200 {
        var bytes = whole
        for _ in 0..<random.next(400) { bytes[random.next(bytes.count)] = UInt8(random.next(256)) }
        try bytes.write(to: URL(fileURLWithPath: copy))
        let rows = PageScan(copy).rows.values.compactMap(\.step)
        #expect(Set(rows).isSubset(of: steps), "seed \(seed)")
      }
    }
  }

  @Test func stepsThatACutLogTookAreNamed() throws {
    try withFolder { folder in
      let (path, steps) = try made(folder, count: 6)
      // As somebody leaves it who copies the store without its log.
      let store = try AnnotationStore(path: path)
      var history = try store.history(over: openSmall(folder)).history
      let taken = history.undo(by: "Zoë")
      let undo = try #require(taken)
      try store.append(undo)
      let copy = "\(folder)/copy.sqlite"
      for ending in ["", ".lock"] {
        try FileManager.default.copyItem(atPath: path + ending, toPath: copy + ending)
      }
      let log = try #require(WriteAheadLog(of: path))
      #expect(log.commits >= 1 && log.ignored == 0)
      let read = try AnnotationStore(path: copy, access: .readOnly).steps()
      #expect(read.steps == steps)
      #expect(read.findings == [.cutBack(first: 7, last: 7)])
      #expect(try StoreVerification(path: copy).problems.map(\.kind) == [.cutBack])
      // A writer says so too, and goes on.
      let writer = try AnnotationStore(path: copy)
      #expect(try writer.steps().findings == [.cutBack(first: 7, last: 7)])
      try writer.append(undo)
      #expect(try AnnotationStore(path: copy).steps().findings.isEmpty)
    }
  }

  @Test func oddClocksAreToldAndNoDamage() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let path = "\(folder)/s.sqlite"
      do {
        let store = try AnnotationStore(path: path)
        var history = EditHistory()
        for (type, time) in [(EntityType.location, 9_000_000), (.organization, 1_000_000)] {
          let post = history.annotated(dataset.posts[0])
          let edit = try #require(Edit.setting(type, over: 0..<1, in: post))
          try store.append(
            try history.apply(edit, to: dataset.posts[0], by: "a", at: Int64(time)))
        }
      }
      let found = try StoreVerification(path: path)
      #expect(found.isSound && found.remarks.count == 1 && found.remarks[0].contains("1 and 2"))
    }
  }
}
