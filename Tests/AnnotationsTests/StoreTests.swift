import Foundation
import GRDB
import Synchronization
import Testing

@testable import Annotations
@testable import Corpora

/// What every store keeps, and the store as a file: durability, locks, foreign and damaged files.
@Suite struct StoreTests {
  /// A dataset with one edit of post 1 (PER → LOC on 'Paris') and one of post 2 in its own store.
  func edited(_ folder: String) throws -> (dataset: Dataset, path: String) {
    let dataset = try openSmall(folder)
    let path = try StoreLocation.resolve(dataset: dataset).path
    try edit(dataset, in: path)
    return (dataset, path)
  }

  /// The same in a store of some kind.
  private func edited(
    _ folder: String, in backend: StoreBackend
  ) throws -> (dataset: Dataset, place: String) {
    let dataset = try openSmall(folder)
    let place = try backend.place(in: folder)
    try edit(dataset, in: place)
    return (dataset, place)
  }

  private func edit(_ dataset: Dataset, in place: String) throws {
    let store = try StoreAddress.open(place)
    var history = EditHistory()
    for edit in [
      Edit.retyping(mentionAt: 0, to: .location, in: dataset.posts[0]),
      Edit.setting(.person, over: 0..<2, in: dataset.posts[1]),
    ] {
      let edit = try #require(edit)
      let post = try #require(dataset.post(id: edit.post))
      try store.append(history.apply(edit, to: post, by: "Zoë", at: 1_700_000_000_123))
    }
  }

  @Test func aFileIsSyncedBeforeAnEditIsAcknowledged() throws {
    try withFolder { folder in
      let store = try AnnotationStore(path: try edited(folder).path)
      #expect(try store.pragma("journal_mode") == "wal")
      #expect(try store.pragma("synchronous") == "2")
    }
  }

  @Test(arguments: StoreBackend.all) func stepsComeBackAsTheyWere(backend: StoreBackend) throws {
    try withFolder { folder in
      let (dataset, place) = try edited(folder, in: backend)
      let (history, findings) = try StoreAddress.open(place).history(over: dataset)
      #expect(findings.isEmpty)
      #expect(history.nextSequence == 3)
      #expect(history.steps[0].annotator == "Zoë")
      #expect(history.steps[0].time == 1_700_000_000_123)
      #expect(history.nextUndo()?.name == "PER on 'Ann Lee'")
      #expect(history.annotated(dataset.posts[0]).mentions == [EntityMention(0..<1, .location)])
    }
  }

  /// Two programs may make a store at the same moment.
  @Test func aStoreCanBeMadeByManyAtOnce() throws {
    try withFolder { folder in
      for round in 0..<5 {
        let path = folder + "/\(round).sqlite"
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
          do { _ = try AnnotationStore(path: path) } catch {
            failures.withLock { $0.append("\(error)") }
          }
        }
        #expect(failures.withLock { $0 } == [], "round \(round)")
      }
    }
  }

  /// An append that has just ended may be the last to hold its store: closing must not wait for
  /// itself on the store's own queue.
  @Test func aStoreMayBeLetGoOfOnItsOwnQueue() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      var history = EditHistory()
      let edit = try #require(
        Edit.retyping(mentionAt: 0, to: .location, in: dataset.posts[0]))
      let step = try history.apply(edit, to: dataset.posts[0], by: "a")
      for i in 0..<20 {
        let path = folder + "/\(i).sqlite"
        let letGo = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        do {
          let store = try AnnotationStore(path: path)
          store.append(step) { result in
            // Nobody else holds the store when this ends.
            letGo.wait()
            #expect((try? result.get()) == 1)
            done.signal()
          }
        }
        letGo.signal()
        done.wait()
        let read = try AnnotationStore(path: path, access: .readOnly)
        #expect(try read.history(over: dataset).0.steps.count == 1)
      }
    }
  }

  @Test(arguments: StoreBackend.all)
  func asynchronousAppendsKeepTheirOrder(backend: StoreBackend) async throws {
    let folder = "\(NSTemporaryDirectory())annotations-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let dataset = try openSmall(folder)
    let store = try StoreAddress.open(try backend.place(in: folder))
    var history = EditHistory()
    var steps: [Step] = []
    for i in 0..<100 {
      let post = dataset.posts[0]
      let type: EntityType = i % 2 == 0 ? .location : .organization
      let edit = try #require(Edit.setting(type, over: 0..<1, in: history.annotated(post)))
      steps.append(try history.apply(edit, to: post, by: "a"))
    }
    let numbers = await withCheckedContinuation { continuation in
      let collected = Collected(count: 100) { continuation.resume(returning: $0) }
      for step in steps { store.append(step, round: nil) { collected.add(try? $0.get()) } }
    }
    #expect(numbers == (1...100).map { Int64($0) })
    let taken = history.undo(by: "a")
    let undo = try #require(taken)
    #expect(try await store.append(undo) == 101)
    #expect(try store.history(over: dataset).history == history)
    // What is there already is as good as appended; another step of that number is out of order.
    #expect(try await store.append(undo) == 101)
    let other = try history.apply(
      try #require(
        Edit.setting(.miscellaneous, over: 0..<1, in: history.annotated(dataset.posts[0]))),
      to: dataset.posts[0], by: "a")
    let late = Step(
      sequence: 101, post: other.post, file: other.file, postHash: other.postHash,
      tokensHash: other.tokensHash, annotator: other.annotator, time: other.time, kind: other.kind,
      name: other.name)
    await #expect(throws: StoreError.behind(store.path)) {
      try await withCheckedThrowingContinuation { continuation in
        store.append(late, round: 0) { continuation.resume(with: $0) }
      }
    }
    let gap = Step(
      sequence: 103, post: other.post, file: other.file, postHash: other.postHash,
      tokensHash: other.tokensHash, annotator: other.annotator, time: other.time, kind: other.kind,
      name: other.name)
    // A round of which a step came too late is over.
    await #expect(throws: StoreError.behind(store.path)) {
      try await withCheckedThrowingContinuation { continuation in
        store.append(gap, round: 0) { continuation.resume(with: $0) }
      }
    }
    await #expect(throws: StoreError.outOfOrder(store.path, expected: 102, given: 103)) {
      try await withCheckedThrowingContinuation { continuation in
        store.append(gap, round: 1) { continuation.resume(with: $0) }
      }
    }
    #expect(try store.steps().steps.count == 101)
  }

  @Test func rowsCannotBeRewritten() throws {
    try withFolder { folder in
      let (_, path) = try edited(folder)
      let queue = try DatabaseQueue(path: path)
      for sql in ["UPDATE step SET annotator = 'x'", "DELETE FROM step"] {
        #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
      }
    }
  }

  @Test func aWriterThatWantsItAloneIsKeptOutAndAReaderIsServed() throws {
    try withFolder { folder in
      let (dataset, path) = try edited(folder)
      let first = try AnnotationStore(path: path)
      // As earlier versions of the program and network file systems have it.
      let handle = open(path, O_RDWR)
      defer { close(handle) }
      #expect(flock(handle, LOCK_EX | LOCK_NB) != 0)
      let reader = try AnnotationStore(path: path, access: .readOnly)
      var (history, _) = try reader.history(over: dataset)
      let taken = history.undo(by: "a")
      let undo = try #require(taken)
      try first.append(undo)
      #expect(try reader.steps().steps.count == 3)
      #expect(throws: StoreError.readOnly(path)) { try reader.append(undo) }
    }
  }

  @Test func otherFilesAreLeftAlone() throws {
    try withFolder { folder in
      let path = "\(folder)/x.sqlite"
      #expect(throws: StoreError.missing(path)) {
        try AnnotationStore(path: path, access: .readOnly)
      }
      let text = Data("my thesis, not a database".utf8)
      try text.write(to: URL(fileURLWithPath: path))
      #expect(throws: StoreError.notADatabase(path)) { try AnnotationStore(path: path) }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)

      let foreign = "\(folder)/foreign.sqlite"
      try DatabaseQueue(path: foreign).write { try $0.execute(sql: "CREATE TABLE t (a)") }
      let before = try Data(contentsOf: URL(fileURLWithPath: foreign))
      #expect(throws: StoreError.foreign(foreign)) { try AnnotationStore(path: foreign) }
      #expect(try Data(contentsOf: URL(fileURLWithPath: foreign)) == before)

      let garbage = "\(folder)/garbage.sqlite"
      let bytes = Data("SQLite format 3\0".utf8) + Data(repeating: 0xA5, count: 5000)
      try bytes.write(to: URL(fileURLWithPath: garbage))
      #expect(throws: StoreError.self) { try AnnotationStore(path: garbage) }
      #expect(try Data(contentsOf: URL(fileURLWithPath: garbage)) == bytes)
      mkfifo("\(folder)/pipe", 0o600)
      #expect(throws: StoreError.notADatabase("\(folder)/pipe")) {
        try AnnotationStore(path: "\(folder)/pipe")
      }
    }
  }

  @Test func damageAnywhereIsNeverATrap() throws {
    let seed = UInt64.random(in: 0..<UInt64.max)
    var random = Random(seed: seed)
    try withFolder { folder in
      let (dataset, path) = try edited(folder)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      let copy = "\(folder)/copy.sqlite"
      for _ in 0..<150 {
        var bytes = whole
        for _ in 0...random.next(6) { bytes[random.next(bytes.count)] = UInt8(random.next(256)) }
        if random.next(4) == 0 { bytes = bytes.prefix(random.next(bytes.count)) }
        try? FileManager.default.removeItem(atPath: "\(copy)-wal")
        try bytes.write(to: URL(fileURLWithPath: copy))
        do {
          _ = try AnnotationStore(path: copy).history(over: dataset)
        } catch let error as StoreError {
          #expect(error.description.hasPrefix(copy), "seed \(seed)")
        }
      }
    }
  }

  /// A disk that was full or a copy that failed leaves such a file.
  @Test func anEmptyFileIsNamed() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let path = "\(folder)/s.sqlite"
      try write("", to: path)
      // Another process may have made it at this moment.
      #expect(
        try AnnotationStore(path: path, access: .readOnly).history(over: dataset)
          .findings.isEmpty)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: path)
      let read = try AnnotationStore(path: path, access: .readOnly).history(over: dataset)
      #expect(read.findings == [.emptied(path)])
      #expect(try AnnotationStore(path: path).history(over: dataset).findings == [.emptied(path)])
      #expect(try AnnotationStore(path: path).history(over: dataset).findings.isEmpty)
    }
  }

  @Test func rowsOfTheWrongKindAreNamed() throws {
    try withFolder { folder in
      let (dataset, path) = try edited(folder)
      try DatabaseQueue(path: path).write { db in
        for (number, kind, payload) in [
          (
            3, "mentions",
            #"{"range":[0,1],"before":[],"after":[{"start":5,"end":2,"type":"PER"}]}"#
          ),
          (4, "mentions", #"{"range":[0,99],"before":[],"after":[]}"#),
          (5, "review", "nonsense"),
        ] {
          try db.execute(
            sql: """
              INSERT INTO step SELECT ?, post, file, post_hash, tokens_hash, annotator, time, ?, ?,
                NULL, NULL, name FROM step WHERE sequence = 1
              """, arguments: [number, kind, payload])
        }
      }
      let (history, findings) = try AnnotationStore(path: path).history(over: dataset)
      #expect(findings.count == 3)
      #expect(history.nextSequence == 6)
      #expect(history.annotated(dataset.posts[0]).mentions == [EntityMention(0..<1, .location)])
    }
  }

  @Test(arguments: StoreBackend.all)
  func aChangedDatasetKeepsItsEdits(backend: StoreBackend) throws {
    try withFolder { folder in
      let (dataset, place) = try edited(folder, in: backend)
      let store = try StoreAddress.open(place)
      #expect(try store.noteOpening(of: dataset))
      #expect(try store.noteOpening(of: dataset))
      // Post 1 has other tags: the edit goes on top. Post 2 is gone.
      try write("IMGID:1\nParis\tB-PER\nin\tI-PER\nMay\tB-PER\n", to: "\(folder)/train.txt")
      let retagged = try openSmall(folder)
      #expect(try !store.noteOpening(of: retagged))
      var (history, findings) = try store.history(over: retagged)
      #expect(
        findings == [.labelsChanged(post: "1", steps: 1), .vanished(post: "2", steps: 1)])
      #expect(
        history.annotated(retagged.posts[0]).mentions
          == [EntityMention(0..<1, .location), EntityMention(2..<3, .person)])
      // Undo passes over the post that is gone and gives the file's own labels.
      let taken = history.undo(by: "a")
      let undo = try #require(taken)
      #expect(undo.post == "1")
      #expect(history.states.isEmpty)
      try store.append(undo)
      // Post 1 has other words: nothing is applied to it. Post 2 is back.
      try write("IMGID:1\nRome\tB-PER\n\nIMGID:2\nAnn\tO\nLee\tO\n", to: "\(folder)/train.txt")
      let reworded = try openSmall(folder)
      (history, findings) = try store.history(over: reworded)
      #expect(findings == [.tokensChanged(post: "1", steps: 2)])
      #expect(history.annotated(reworded.posts[0]) == reworded.posts[0])
      #expect(history.annotated(reworded.posts[1]).mentions == [EntityMention(0..<2, .person)])
      // As it was at first, everything fits again.
      try FileManager.default.removeItem(atPath: "\(folder)/train.txt")
      (history, findings) = try store.history(over: openSmall(folder))
      #expect(findings.isEmpty)
      #expect(history.states.keys.sorted() == ["2"])
      #expect(history.nextRedo()?.post == "1")
    }
  }

  @Test(arguments: StoreBackend.all)
  func aFileAloneDoesNotMissTheOthers(backend: StoreBackend) throws {
    try withFolder { folder in
      let (_, place) = try edited(folder, in: backend)
      try write("IMGID:9\nx\tO\n", to: "\(folder)/test.txt")
      let alone = try Dataset.open("\(folder)/test.txt")
      let findings = try StoreAddress.open(place).history(over: alone).findings
      #expect(findings == [.otherFile("train.txt", steps: 2)])
    }
  }
}

/// Collects results until there are enough.
final class Collected: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var items: [Int64] = []
  private let count: Int
  private let done: @Sendable ([Int64]) -> Void

  init(count: Int, done: @escaping @Sendable ([Int64]) -> Void) {
    self.count = count
    self.done = done
  }

  func add(_ item: Int64?) {
    let all = lock.withLock {
      items.append(item ?? -1)
      return items
    }
    if all.count == count { done(all) }
  }
}
