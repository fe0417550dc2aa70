import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Annotations
@testable import Corpora

/// A store on a server: what it keeps, what it refuses, and what the roles may do.
@Suite("A store on PostgreSQL", .enabled(if: TestServer.programs != nil, TestServer.absent))
struct PostgresStoreTests {
  let server: TestServer

  init() throws { server = try TestServer.shared.get() }

  /// A history of two edits of the first post and one of the second, one taken back.
  private func history(_ dataset: Dataset, by annotator: String = "Zoë \"\\{},'") throws
    -> EditHistory
  {
    var history = EditHistory()
    for (post, type) in [(0, EntityType.location), (1, .person), (0, .organization)] {
      let post = dataset.posts[post]
      let edit = Edit.setting(type, over: 0..<1, in: history.annotated(post))
      try history.apply(try #require(edit), to: post, by: annotator, at: 1_700_000_000_123)
    }
    _ = history.undo(by: annotator, at: 1_700_000_000_124)
    return history
  }

  @Test func stepsComeBackAsTheyWere() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let (database, address) = try server.store()
      let history = try history(dataset)
      let store = try server.open(address)
      for step in history.steps { #expect(try store.append(step) == step.sequence) }
      let read = try server.open(address, access: .readOnly).history(over: dataset)
      #expect(read.history == history && read.findings.isEmpty)
      // The server's own word on who wrote.
      #expect(try server.psql("SELECT DISTINCT role FROM twinlens.step", in: database) == "ann")
      // The same as in a file, to the byte.
      let file = try AnnotationStore(path: "\(folder)/s.sqlite")
      try file.append(contentsOf: history.steps)
      #expect(try file.stored().steps.map(StepRow.init) == store.stored().steps.map(StepRow.init))
    }
  }

  @Test func manyStepsAreStoredTogetherOrNotAtAll() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let (database, address) = try server.store()
      let store = try server.open(address)
      var history = EditHistory()
      let post = dataset.posts[0]
      for count in 0..<2_500 {
        let edit = Edit.noting(
          "note \(count) \\ \" { } , NULL", on: post, from: history.labels(of: post).note)
        try history.apply(try #require(edit), to: post, by: "ann", at: Int64(count))
      }
      try store.append(contentsOf: history.steps)
      #expect(try store.stored().steps == history.steps)
      // Sent again by the same writer they are there; by another they are not the next.
      try store.append(contentsOf: history.steps)
      let other = try server.open(server.address(database))
      #expect(throws: StoreError.behind(other.path)) {
        try other.append(contentsOf: history.steps)
      }
      #expect(try store.stored().steps.count == 2_500)
    }
  }

  /// Whoever has not seen all steps is behind, and what follows in that round with it.
  @Test func whoHasNotSeenAllIsBehind() async throws {
    let (_, address) = try server.store()
    let (own, theirs) = (try server.open(address), try server.open(address))
    let steps = try withFolder { try history(try openSmall($0), by: "ann").steps }
    let strange = try withFolder { try history(try openSmall($0), by: "bo").steps }
    try await theirs.append(strange[0])
    func send(_ step: Step, round: Int) async -> Result<Int64, StoreError> {
      await withCheckedContinuation { continuation in
        own.append(step, round: round) { continuation.resume(returning: $0) }
      }
    }
    #expect(await send(steps[0], round: 0) == .failure(.behind(own.path)))
    #expect(await send(steps[1], round: 0) == .failure(.behind(own.path)))
    #expect(try own.others()?.steps == [strange[0]])
    #expect(try own.others() == nil)
    #expect(
      await send(steps[3], round: 1)
        == .failure(.outOfOrder(own.path, expected: 2, given: 4)))
    #expect(await send(steps[1], round: 2) == .success(2))
    // Sent again by the same writer it is there; by another it is not its step.
    #expect(await send(steps[1], round: 2) == .success(2))
    #expect(throws: StoreError.behind(own.path)) { try theirs.append(steps[1]) }
  }

  @Test func whoWatchesIsToldOfOthersSteps() throws {
    let (_, address) = try server.store()
    let (own, theirs) = (try server.open(address), try server.open(address))
    let told = DispatchSemaphore(value: 0)
    let seen = Mutex<[Step]>([])
    let watch = own.watch(every: 1) { others in
      seen.withLock { $0 += others.steps }
      told.signal()
    } lost: { _ in
    }
    let steps = try withFolder { try history(try openSmall($0)).steps }
    for step in steps {
      try theirs.append(step)
      #expect(told.wait(timeout: .now() + 20) == .success)
    }
    #expect(seen.withLock { $0 } == steps)
    withExtendedLifetime(watch) {}
  }

  /// Annotators append and read; nobody changes what is there, the owner included.
  @Test func rolesMayDoNoMoreThanTheyMust() throws {
    let (database, address) = try server.store()
    try withFolder { folder in
      let steps = try history(try openSmall(folder)).steps
      try server.open(address).append(contentsOf: steps)
      for statement in [
        "UPDATE twinlens.step SET annotator = 'eve'", "DELETE FROM twinlens.step",
        "TRUNCATE twinlens.step CASCADE", "DROP TABLE twinlens.step",
        "DELETE FROM twinlens.opening",
        "UPDATE twinlens.store SET version = 2", "ALTER TABLE twinlens.step DISABLE TRIGGER ALL",
        "CREATE TABLE twinlens.more (a int)",
        "INSERT INTO twinlens.step SELECT 9, post, file, post_hash, tokens_hash, annotator, time, "
          + "kind, payload, undoes, redoes, name, checksum, 'k', role, stored FROM twinlens.step LIMIT 1",
      ] {
        #expect(throws: TestServer.Failure.self, "\(statement)") {
          try server.psql(statement, in: database, user: "ann")
        }
      }
      for statement in ["UPDATE twinlens.step SET post = ''", "DELETE FROM twinlens.step"] {
        #expect(throws: TestServer.Failure.self) { try server.psql(statement, in: database) }
      }
      // A number of one's own making is given no place, and a name of one's own making neither.
      try server.psql(
        "INSERT INTO twinlens.step SELECT 5, post, file, post_hash, tokens_hash, annotator, time, "
          + "kind, payload, undoes, redoes, name, checksum, 'k', 'admin', '2000-01-01' "
          + "FROM twinlens.step WHERE sequence = 1", in: database, user: "ann")
      #expect(
        try server.psql(
          "SELECT role, stored > '2020-01-01' FROM twinlens.step WHERE sequence = 5", in: database)
          == "ann|t")
      let reader = server.address(database, user: "rea")
      let stored = try server.open(reader, access: .readOnly).stored()
      #expect(stored.steps == steps)
      // A copied row has another's checksum.
      #expect(stored.findings == [.damaged(sequence: 5)] && stored.firstLoss == 5)
      for (user, access) in [("rea", AnnotationStore.Access.readWrite), ("eve", .readOnly)] {
        let error = #expect(throws: StoreError.self) {
          try server.open(server.address(database, user: user), access: access)
        }
        guard case .refused = error else {
          Issue.record("\(user): \(String(describing: error))")
          continue
        }
      }
    }
  }

  /// What a superuser changed behind the program's back is found by its checksum.
  @Test func changedRowsAreNamed() throws {
    let (database, address) = try server.store()
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let history = try history(dataset)
      try server.open(address).append(contentsOf: history.steps)
      try server.psql(
        "SET session_replication_role = replica; UPDATE twinlens.step SET name = 'x' WHERE sequence = 2",
        in: database)
      let read = try server.open(address).history(over: dataset)
      #expect(read.findings.contains(.damaged(sequence: 2)))
      #expect(read.history.steps.map(\.sequence) == [1, 3, 4])
      #expect(read.history.nextSequence == 5)
      // While it is open, an older copy takes its place.
      let store = try server.open(address)
      _ = try store.stored()
      try server.psql(
        "SET session_replication_role = replica; DELETE FROM twinlens.step WHERE sequence > 2",
        in: database)
      try server.psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)' AND usename = 'ann'",
        in: "postgres")
      #expect(throws: StoreError.cut(store.path)) { _ = try store.others() }
      #expect(store.problemOfPlace == .cut(store.path))
    }
  }

  @Test func aDatabaseWithoutAStoreSaysWhatToDo() throws {
    try server.psql("CREATE DATABASE empty", in: "postgres")
    let error = #expect(throws: StoreError.self) { try server.open(server.address("empty")) }
    #expect("\(String(describing: error))".contains("annotations schema"))
    let gone = #expect(throws: StoreError.self) { try server.open(server.address("nowhere")) }
    #expect("\(String(describing: gone))".contains("nowhere"))
  }

  /// A server that says nothing, or nonsense, is given up, and what it says is not repeated.
  @Test(arguments: [
    Data(), Data("HTTP/1.1 200 \u{1B}[31m\r\n".utf8), Data(repeating: 0x52, count: 70_000),
  ])
  func aServerThatIsNoneIsGivenUp(says: Data) throws {
    let none = try CuttingProxy(to: 1)
    defer { none.close() }
    if !says.isEmpty { none.answer(says) }
    let start = ContinuousClock.now
    let address = server.address("empty", port: none.port) + "&connect_timeout=1"
    let error = #expect(throws: StoreError.self) { try server.open(address) }
    #expect(error.map { "\($0)".unicodeScalars.allSatisfy { $0.value >= 32 } } == true)
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  /// The password comes from libpq's own file, and stands in no message and no name.
  @Test func aPasswordComesFromItsFile() throws {
    let (database, _) = try server.store()
    try withFolder { folder in
      let address = server.address(database, user: "pia", port: server.port)
      func open(_ password: String?) throws -> PostgresStore {
        let file = "\(folder)/pass"
        unlink(file)
        if let password {
          try write("127.0.0.1:*:*:pia:\(password)\n", to: file)
          chmod(file, 0o600)
        }
        return try server.open(address + "&passfile=\(file)")
      }
      let store = try open("s3cret")
      #expect(try store.stored().steps.isEmpty)
      #expect(store.path == "postgres://127.0.0.1:\(server.port)/\(database)")
      for (password, words) in [(nil, "~/.pgpass"), ("wr0ng", "authentication failed")] {
        let error = #expect(throws: StoreError.self) { try open(password) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(words) && !text.contains("wr0ng") && !text.contains("s3cret"))
      }
    }
  }

  @Test func openingsAreKept() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let store = try server.open(try server.store().address)
      #expect(try store.openings().isEmpty)
      #expect(try store.noteOpening(of: dataset))
      #expect(try store.noteOpening(of: dataset))
      #expect(try store.openings() == [StoreOpening(of: dataset)])
      #expect(
        try !store.noteOpening(
          of: StoreOpening(stored: StoreOpening(of: dataset).dataset, hash: "other")!, at: 1))
    }
  }
}
