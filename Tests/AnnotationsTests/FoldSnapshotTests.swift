import Files
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Annotations
@testable import Corpora

/// A snapshot with what follows it says what replaying everything says, or it is not used.
@Suite("Snapshots of the fold") struct FoldSnapshotTests {
  private typealias Store = JoinedStoresTests.Store

  /// A snapshot of the first steps, out of its bytes.
  private func snapshot(_ steps: some Sequence<Step>, _ dataset: Dataset) throws -> FoldSnapshot {
    let folded = EditHistory.folding(Array(steps), over: dataset)
    let made = FoldSnapshot(folded, mark: LogMark(), over: dataset)
    let read = try #require(FoldSnapshot(try made.encoded(), over: dataset))
    #expect(read == made)
    return read
  }

  private func rest(_ steps: some Sequence<Step>) -> StepRows.Stored {
    var stored = StepRows.Stored()
    stored.steps = Array(steps)
    stored.last = stored.steps.last?.sequence ?? 0
    return stored
  }

  /// Edits of several annotators, taken back and repeated across the cut, at posts whose file has
  /// other labels now, and steps of other stores.
  @Test(arguments: [UInt64.random(in: 0..<UInt64.max)] + Array(0..<60))
  func theRestOnASnapshotIsTheWhole(seed: UInt64) throws {
    try withFolder { folder in
      if seed > 60 { print("snapshots: seed \(seed)") }
      var random = Random(seed: seed)
      let dataset = try JoinedStoresTests().dataset(folder)
      var store = Store()
      try store.work(20 + random.next(60), &random, 0, dataset)
      if random.next(2) == 0 {
        var other = Store()
        try other.work(10 + random.next(20), &random, 1, dataset)
        _ = store.take(other, dataset)
        try store.work(random.next(30), &random, 2, dataset)
      }
      var now = dataset
      if random.next(3) == 0 {
        let text = try String(contentsOfFile: "\(folder)/train.txt", encoding: .utf8)
        let changed = [("Lee\tO", "Lee\tB-PER"), ("May\tO", "Mai\tO"), ("IMGID:2", "IMGID:4")]
        let (old, new) = changed[random.next(3)]
        try write(text.replacingOccurrences(of: old, with: new), to: "\(folder)/train.txt")
        now = try Dataset.open(folder)
      }
      let steps = store.steps
      let whole = EditHistory.folding(steps, over: now, last: steps.last?.sequence ?? 0)
      for _ in 0..<4 {
        let cut = random.next(steps.count + 1)
        let (before, after) = (steps[..<cut], steps[cut...])
        let found = try snapshot(before, now).folded(over: now, then: rest(after))
        if let found { #expect(found == whole, "seed \(seed), cut at \(cut)") }
        let hashes = now.posts.map { DatasetHash.hash(of: $0) }
        let isPlain = after.allSatisfy { step in
          step.clock == nil && hashes.contains(step.postHash)
        }
        let isStrained = before.contains { !hashes.contains($0.postHash) }
        if isPlain, !isStrained { #expect(found != nil, "seed \(seed), cut at \(cut)") }
      }
    }
  }

  /// What others store later arrives on a history from a snapshot as on one from the log.
  @Test func othersArriveOnIt() throws {
    try withFolder { folder in
      let dataset = try JoinedStoresTests().dataset(folder)
      var random = Random(seed: 7)
      var store = Store()
      try store.work(40, &random, 0, dataset)
      let known = store.steps
      try store.work(20, &random, 1, dataset)
      let new = AnnotationStore.Others(Array(store.steps[known.count...]))
      var fromLog = EditHistory.replaying(known, over: dataset).history
      let read = try snapshot(known[..<20], dataset)
      var fromSnapshot = try #require(
        read.folded(over: dataset, then: rest(known[20...]))
      ).history
      _ = fromLog.takeUp(new, under: []) { dataset.post(id: $0) }
      _ = fromSnapshot.takeUp(new, under: []) { dataset.post(id: $0) }
      #expect(fromSnapshot == fromLog)
      #expect(fromSnapshot.states == store.history.states)
    }
  }

  @Test func aFlippedByteAndALostEndMakeItNone() throws {
    try withFolder { folder in
      let dataset = try JoinedStoresTests().dataset(folder)
      var random = Random(seed: 3)
      var store = Store()
      try store.work(25, &random, 0, dataset)
      let folded = EditHistory.folding(store.steps, over: dataset)
      let bytes = try FoldSnapshot(folded, mark: LogMark(), over: dataset).encoded()
      #expect(FoldSnapshot(bytes, over: dataset) != nil)
      for place in bytes.indices {
        var damaged = bytes
        damaged[place] ^= UInt8(1 << random.next(8))
        #expect(FoldSnapshot(damaged, over: dataset) == nil, "byte \(place)")
        #expect(FoldSnapshot(Array(bytes[..<place]), over: dataset) == nil, "\(place) bytes")
      }
      #expect(FoldSnapshot(bytes + [0], over: dataset) == nil)
    }
  }

  /// Bytes that fit their hash but were made by nobody: sizes that cannot be, places outside.
  @Test(arguments: [UInt64.random(in: 0..<UInt64.max), 1, 2])
  func inventedBytesAreNone(seed: UInt64) throws {
    try withFolder { folder in
      let dataset = try JoinedStoresTests().dataset(folder)
      var random = Random(seed: seed)
      var store = Store()
      try store.work(25, &random, 0, dataset)
      let folded = EditHistory.folding(store.steps, over: dataset)
      let made = try FoldSnapshot(folded, mark: LogMark(), over: dataset).encoded()
      for _ in 0..<3_000 {
        var bytes = Array(made.dropLast(8))
        for _ in 0...random.next(3) {
          bytes[8 + random.next(bytes.count - 8)] = UInt8(random.next(256))
        }
        var hash = FNV1a()
        hash.add(bytes: bytes)
        withUnsafeBytes(of: hash.value.littleEndian) { bytes += $0 }
        // Nothing to be said of it but that it ends.
        _ = FoldSnapshot(bytes, over: dataset)
      }
    }
  }

  /// A post that says something else, or is gone, ends it; one that was added does not.
  @Test func itCountsOnlyOverTheSamePosts() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      var history = EditHistory()
      let first = dataset.posts[0]
      try history.apply(
        #require(Edit.setting(.location, over: 0..<1, in: first)), to: first, by: "ann")
      let read = try snapshot(history.steps, dataset)
      func fits(_ text: String) throws -> Bool {
        try write(text, to: "\(folder)/train.txt")
        return read.fits(try Dataset.open(folder))
      }
      let second = "\nIMGID:2\nAnn\tO\nLee\tO\n"
      #expect(try fits("IMGID:1\nParis\tB-PER\nin\tO\nMay\tO\n" + second + "\nIMGID:3\nx\tO\n"))
      #expect(try fits("IMGID:1\nParis\tB-PER\nin\tO\nMay\tO\n"))
      #expect(try !fits("IMGID:1\nParis\tB-LOC\nin\tO\nMay\tO\n" + second))
      #expect(try !fits("IMGID:1\nParis\tB-PER\nin\tO\nJune\tO\n" + second))
      #expect(try !fits("IMGID:1\nParis\tB-PER\nin\tI-PER\nMay\tO\n" + second))
      #expect(try !fits(second))
    }
  }

  // MARK: Over a store

  /// A store with steps, and its mark.
  private func withStore(
    _ backend: StoreBackend = .file,
    _ body: (String, Dataset, any StepStore, FoldFolder) throws -> Void
  ) throws {
    try withFolder { folder in
      let dataset = try JoinedStoresTests().dataset(folder)
      var random = Random(seed: 11)
      var made = Store()
      try made.work(150, &random, 0, dataset)
      try #require(made.steps.count > 60)
      let place = try backend.place(in: folder)
      let store = try StoreAddress.open(place)
      try store.append(contentsOf: made.steps)
      let stored = try store.stored()
      let folds = FoldFolder(path: "\(folder)/folds")
      let folded = EditHistory.folding(stored.steps, over: dataset, last: stored.last)
      folds.keep(
        FoldSnapshot(folded, mark: try #require(stored.mark), over: dataset), of: store.path,
        over: dataset)
      try body(place, dataset, store, folds)
    }
  }

  @Test(arguments: StoreBackend.all)
  func aStoreIsOpenedFromItsSnapshot(backend: StoreBackend) throws {
    try withStore(backend) { place, dataset, store, folds in
      let plain = try store.history(over: dataset)
      let fold = try store.fold(over: dataset, folds)
      #expect(fold.isFromSnapshot)
      #expect(fold.history == plain.history && fold.findings == plain.findings)
      // What is stored later is read alone, whoever wrote it.
      var history = fold.history
      while let step = history.undo(by: "ann", at: 5) { try store.append(step) }
      let other = try StoreAddress.open(place)
      let redone = history.redo(by: "bo", at: 6)
      try other.append(#require(redone))
      let again = try other.fold(over: dataset, folds)
      #expect(again.isFromSnapshot)
      #expect(again.history == history)
      let mark = try #require(folds.read(of: store.path, over: dataset)?.mark)
      let later = try #require(try other.stored(following: mark))
      #expect(later.steps.count == Int(history.nextSequence - 1 - mark.last))
      #expect(later.mark == (try other.stored().mark))
      // Who opened it so goes on like everybody else, and hears of the others.
      let taken = history.undo(by: "cy", at: 7)
      let undone = try #require(taken)
      let third = try StoreAddress.open(place)
      #expect(try third.fold(over: dataset, folds).isFromSnapshot)
      try third.append(undone)
      #expect(try other.others()?.steps == [undone])
    }
  }

  /// What a server's rows say is computed by the server; each change of a row is found by it.
  @Test(
    .enabled(if: TestServer.programs != nil, TestServer.absent),
    arguments: [
      "UPDATE twinlens.step SET annotator = 'eve' WHERE sequence = 30",
      "UPDATE twinlens.step SET time = time + 1 WHERE sequence = 60",
      "UPDATE twinlens.step SET post = post || ' ', file = substr(file, 2) WHERE sequence = 3",
      "UPDATE twinlens.step SET undoes = 1 WHERE undoes > 1",
      "UPDATE twinlens.step SET checksum = repeat('0', 64) WHERE sequence = 7",
      "DELETE FROM twinlens.step WHERE sequence = 12",
      "DELETE FROM twinlens.step WHERE sequence > 50", "DELETE FROM twinlens.step",
    ])
  func aChangedServerIsReadInFull(sql: String) throws {
    try withStore(.server) { place, dataset, store, folds in
      #expect(try store.fold(over: dataset, folds).isFromSnapshot)
      let database = try #require(place.split(separator: "?").first?.split(separator: "/").last)
      try TestServer.shared.get().psql(
        "SET session_replication_role = replica; \(sql)", in: String(database))
      let opened = try StoreAddress.open(place)
      let fold = try opened.fold(over: dataset, folds)
      let isFromSnapshot = fold.isFromSnapshot
      #expect(!isFromSnapshot && fold.folded == nil)
      let plain = try opened.history(over: dataset)
      #expect(fold.history == plain.history && fold.findings == plain.findings)
    }
  }

  /// Another program, the disk or a person changed the log: it is read in full, and what is wrong
  /// is named as without a snapshot.
  @Test(arguments: [
    "UPDATE step SET annotator = 'eve' WHERE sequence = 30",
    "UPDATE step SET payload = replace(payload, '1', '2') WHERE sequence = 1",
    "UPDATE step SET time = time + 1 WHERE sequence = 60",
    "DELETE FROM step WHERE sequence = 12",
    "DELETE FROM step WHERE sequence > 50",
    "UPDATE seal SET checksum = lower(hex(zeroblob(32))) WHERE sequence = 7",
    "DELETE FROM seal WHERE sequence = 7",
    "DELETE FROM step",
  ])
  func aChangedLogIsReadInFull(sql: String) throws {
    try withStore { path, dataset, store, folds in
      #expect(try store.fold(over: dataset, folds).isFromSnapshot)
      let changer = try DatabaseQueue(path: path)
      try changer.writeWithoutTransaction { db in
        try db.execute(
          sql: """
            PRAGMA foreign_keys = OFF;
            DROP TRIGGER step_is_never_changed; DROP TRIGGER step_is_never_deleted; \(sql);
            """)
      }
      let fold = try store.fold(over: dataset, folds)
      let isFromSnapshot = fold.isFromSnapshot
      #expect(!isFromSnapshot)
      let plain = try store.history(over: dataset)
      #expect(fold.history == plain.history && fold.findings == plain.findings)
      #expect(fold.folded == nil)
    }
  }

  @Test func anotherStoreInItsPlaceIsReadInFull() throws {
    try withStore { path, dataset, _, folds in
      let other = try StoreAddress.open(path + "2")
      var history = EditHistory()
      let post = dataset.posts[1]
      let edit = try #require(Edit.setting(.person, over: 0..<1, in: post))
      try other.append(history.apply(edit, to: post, by: "ann", at: 1))
      let mark = try #require(folds.read(of: path, over: dataset)?.mark)
      #expect(try other.stored(following: mark) == nil)
    }
  }

  /// Edits that are taken back and made anew in turns: each ends what the one before left, however
  /// many there are.
  @Test func editsInTurnsDoNotNest() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let post = dataset.posts[0]
      let edit = try #require(Edit.setting(.location, over: 0..<1, in: post))
      var history = EditHistory()
      for _ in 0..<5_000 {
        try history.apply(edit, to: post, by: "ann", at: 1)
        history.undo(by: "ann", at: 2)
      }
      #expect(history.states.isEmpty && history.steps.count == 10_000)
      let read = try snapshot(history.steps, dataset)
      #expect(read.folded.history == history)
    }
  }
}
