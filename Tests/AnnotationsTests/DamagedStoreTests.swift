import Foundation
import GRDB
import Testing

@testable import Annotations
@testable import Corpora

/// Steps that the disk or another program changed, and stores of older versions.
@Suite struct DamagedStoreTests {
  /// Twenty steps over two posts, with undos.
  private func made(
    _ folder: String, count: Int = 20
  ) throws -> (dataset: Dataset, path: String, steps: [Step]) {
    let dataset = try openSmall(folder)
    let path = "\(folder)/s.sqlite"
    let store = try AnnotationStore(path: path)
    var history = EditHistory()
    for i in 0..<count {
      let post = dataset.posts[i % 2]
      let types: [EntityType] = [.location, .organization, .person]
      var step: Step?
      if i % 5 == 4 { step = history.undo(by: "Zoë", at: 1_700_000_000_000 + Int64(i)) }
      if step == nil {
        let now = history.annotated(post)
        let edit = try #require(
          (0..<3).compactMap { Edit.setting(types[(i + $0) % 3], over: 0..<1, in: now) }.first)
        step = try history.apply(edit, to: post, by: "Zoë", at: 1_700_000_000_000 + Int64(i))
      }
      try store.append(try #require(step))
    }
    return (dataset, path, history.steps)
  }

  @Test("a flipped bit never changes a step in silence")
  func flippedBits() throws {
    let seed = UInt64.random(in: 0..<UInt64.max)
    var random = Random(seed: seed)
    try withFolder { folder in
      let (dataset, path, steps) = try made(folder)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      let copy = "\(folder)/copy.sqlite"
      var named = 0
      var (salvaged, kept) = (0, 0)
      for _ in 0..<250 {
        var bytes = whole
        bytes[random.next(bytes.count)] ^= 1 << UInt8(random.next(8))
        try bytes.write(to: URL(fileURLWithPath: copy))
        guard let store = try? AnnotationStore(path: copy, access: .readOnly),
          let read = try? store.history(over: dataset)
        else {
          named += 1
          continue
        }
        if case .damagedFile? = read.findings.first {
          salvaged += 1
          #expect(throws: StoreError.self) { try AnnotationStore(path: copy) }
          kept += read.history.steps.count
        }
        // What is read is as it was written, and what is not read is named.
        #expect(Set(read.history.steps).isSubset(of: steps), "seed \(seed)")
        if read.history.steps.count < steps.count {
          named += 1
          #expect(!read.findings.isEmpty, "seed \(seed)")
        }
      }
      #expect(named > 20, "seed \(seed): the bits hit nothing")
      #expect(salvaged < 5 || kept > salvaged, "seed \(seed): the rest is not kept")
    }
  }

  @Test func aDamagedStepIsNamedAndTheRestIsKept() throws {
    try withFolder { folder in
      let (dataset, path, steps) = try made(folder)
      // As a bit in the word of a type would fall: the row still makes sense.
      try DatabaseQueue(path: path).write { db in
        try db.execute(
          sql: """
            DROP TRIGGER step_is_never_changed;
            UPDATE step SET payload = replace(payload, '"LOC"', '"LOB"') WHERE sequence = 4;
            CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
              BEGIN SELECT raise(ABORT, 'steps are appended only'); END;
            """)
      }
      let damaged = steps.filter { $0.sequence == 4 }.first
      #expect(damaged?.kind.payload.contains("LOC") == true)
      let store = try AnnotationStore(path: path)
      let (history, findings) = try store.history(over: dataset)
      #expect(findings.contains(.damaged(sequence: 4)))
      #expect(StoreFinding.damaged(sequence: 4).description.contains("step 4"))
      #expect(history.steps == steps.filter { $0.sequence != 4 })
      #expect(history.nextSequence == 21)
      // The last edit of each post stands.
      let whole = EditHistory.replaying(steps, over: dataset).history
      #expect(history.annotated(dataset.posts[0]) == whole.annotated(dataset.posts[0]))
    }
  }

  @Test func aNewStoreIsMadeOfWhatADamagedFileStillHolds() throws {
    try withFolder { folder in
      let (dataset, path, steps) = try made(folder)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let pages = bytes.count / 4096
      // Each page but the first, which holds the schema, is overwritten in turn.
      var named = 0
      for page in 1..<pages {
        let whole = bytes
        bytes.replaceSubrange(
          page * 4096..<page * 4096 + 4096, with: Data(repeating: 0xA5, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: path))
        bytes = whole
        guard let reader = try? AnnotationStore(path: path, access: .readOnly),
          let read = try? reader.history(over: dataset)
        else {
          named += 1
          continue
        }
        #expect(Set(read.history.steps).isSubset(of: steps), "page \(page)")
        if read.history.steps.count < steps.count {
          named += 1
          #expect(!read.findings.isEmpty, "page \(page)")
        }
      }
      #expect(named >= 1)
    }
  }

  /// A store of many pages: whichever is lost, those of the others are read. Only the roots of the
  /// two tables lead to all of theirs.
  @Test func aLostPageTakesOnlyItsOwnSteps() throws {
    try withFolder { folder in
      let (dataset, path, steps) = try made(folder, count: 300)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      let copy = "\(folder)/copy.sqlite"
      var lost = 0
      for page in 1..<(whole.count / 4096) {
        for damage in [Data(repeating: 0xA5, count: 600), Data(count: 4096)] {
          var bytes = whole
          bytes.replaceSubrange(page * 4096..<(page * 4096 + damage.count), with: damage)
          try bytes.write(to: URL(fileURLWithPath: copy))
          guard
            let read = try? AnnotationStore(path: copy, access: .readOnly).history(over: dataset)
          else {
            lost += 1
            continue
          }
          #expect(Set(read.history.steps).isSubset(of: steps), "page \(page)")
          #expect(!read.findings.isEmpty || read.history.steps == steps, "page \(page)")
          if read.history.steps.count < 200 { lost += 1 }
        }
      }
      #expect(lost <= 4, "\(lost) of \(2 * (whole.count / 4096 - 1))")
      // A file that lost its end, as when a disk was full or a copy stopped.
      for share in [2, 3] {
        try whole.prefix(whole.count * share / 4).write(to: URL(fileURLWithPath: copy))
        let read = try AnnotationStore(path: copy, access: .readOnly).history(over: dataset)
        #expect(Set(read.history.steps).isSubset(of: steps))
        #expect(read.history.steps.count > 20 * share, "\(read.history.steps.count) of 300")
        #expect("\(read.findings)".contains("its end is missing"))
      }
      // Without its schema nothing is found, and the advice is another.
      try Data(whole.dropFirst(4096)).write(to: URL(fileURLWithPath: copy))
      #expect(throws: StoreError.notADatabase(copy)) {
        try AnnotationStore(path: copy, access: .readOnly)
      }
    }
  }

  @Test func missingStepsAreNamed() throws {
    try withFolder { folder in
      let (dataset, path, _) = try made(folder)
      try DatabaseQueue(path: path).write { db in
        try db.execute(
          sql: """
            PRAGMA foreign_keys = OFF;
            DROP TRIGGER step_is_never_deleted;
            DELETE FROM step WHERE sequence IN (7, 8, 20);
            CREATE TRIGGER step_is_never_deleted BEFORE DELETE ON step
              BEGIN SELECT raise(ABORT, 'steps are appended only'); END;
            """)
      }
      let (history, findings) = try AnnotationStore(path: path).history(over: dataset)
      #expect(findings.contains(.missing(first: 7, last: 8)))
      #expect(findings.contains(.missing(first: 20, last: 20)))
      #expect(history.nextSequence == 21)
    }
  }

  /// The tables as versions before checksums made them.
  private func oldStore(_ folder: String) throws -> (dataset: Dataset, path: String) {
    let (dataset, path, _) = try made(folder)
    try DatabaseQueue(path: path).write { db in
      try db.execute(
        sql: "DROP TABLE seal; DELETE FROM grdb_migrations WHERE identifier = '2: checksums'")
    }
    return (dataset, path)
  }

  @Test func storesOfOlderVersionsGetChecksums() throws {
    try withFolder { folder in
      let (dataset, path) = try oldStore(folder)
      // A reader takes them as they are and writes nothing.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let before = try AnnotationStore(path: path, access: .readOnly).history(over: dataset)
      #expect(before.history.steps.count == 20)
      #expect(before.findings.isEmpty)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
      var (history, findings) = try AnnotationStore(path: path).history(over: dataset)
      #expect(findings.isEmpty)
      #expect(history == before.history)
      let taken = history.undo(by: "a")
      let undo = try #require(taken)
      try AnnotationStore(path: path).append(undo)
      let count = try DatabaseQueue(path: path).read {
        try Int.fetchOne($0, sql: "SELECT count(*) FROM seal")
      }
      #expect(count == 21)
    }
  }

  @Test(
    "what an interrupted start of an older version left is completed",
    arguments: [
      "CREATE TABLE IF NOT EXISTS grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)",
      "PRAGMA user_version = 0",
    ])
  func halfMade(_ sql: String) throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let path = "\(folder)/s.sqlite"
      let queue = try DatabaseQueue(path: path)
      try queue.inDatabase { db in
        _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        try db.execute(sql: sql)
      }
      try queue.close()
      #expect(
        try AnnotationStore(path: path, access: .readOnly).history(over: dataset).history.steps
          .isEmpty)
      let store = try AnnotationStore(path: path)
      var history = EditHistory()
      let post = dataset.posts[0]
      let edit = try #require(Edit.setting(.location, over: 0..<1, in: post))
      try store.append(try history.apply(edit, to: post, by: "a"))
      #expect(try store.history(over: dataset).history == history)
    }
  }

  @Test func anEmptyFileIsANewStoreForAReaderToo() throws {
    try withFolder { folder in
      let path = "\(folder)/s.sqlite"
      try Data().write(to: URL(fileURLWithPath: path))
      #expect(try AnnotationStore(path: path, access: .readOnly).steps().steps.isEmpty)
      #expect(try AnnotationStore(path: path).steps().steps.isEmpty)
    }
  }
}
