import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Annotations
@testable import Corpora

/// Many people on one server that fails them: nothing that was acknowledged is lost, nothing is
/// there twice, and all see the same in the same order.
@Suite(
  "A team on PostgreSQL", .serialized, .enabled(if: TestServer.programs != nil, TestServer.absent))
struct TeamTests {
  /// Somebody who annotates: a history, the steps that wait, and what was acknowledged.
  private struct Annotator {
    let name: String
    let store: any StepStore
    let dataset: Dataset
    var history = EditHistory()
    var acknowledged: [Step] = []
    /// Own edits that made no sense any more after what others did.
    var dropped = 0

    init(_ name: String, _ store: any StepStore, _ dataset: Dataset) throws {
      (self.name, self.store, self.dataset) = (name, store, dataset)
      history = try store.history(over: dataset).history
    }

    /// Makes an edit, and sends it until it is stored or makes no sense.
    mutating func edit(_ number: Int, _ random: inout Random) throws {
      // People think: 50 of them make some 60 edits a second.
      usleep(UInt32(random.next(1_500_000)))
      let post = dataset.posts[random.next(dataset.posts.count)]
      let types: [EntityType] = [.person, .location, .organization]
      let token = random.next(post.tokens.count)
      let edit = Edit.setting(
        types[random.next(3)], over: token..<(token + 1), in: history.annotated(post))
      let note = Edit.noting("\(name) \(number)", on: post, from: history.labels(of: post).note)
      guard let edit = edit ?? note else { return }
      var pending = [try history.apply(edit, to: post, by: name, at: Int64(number))]
      while let step = pending.first {
        do {
          try store.append(step)
          acknowledged.append(step)
          pending.removeFirst()
        } catch StoreError.behind {
          guard let others = try others() else { continue }
          let result = history.takeUp(others, under: pending) { dataset.post(id: $0) }
          dropped += result.dropped.count + result.unseen.count
          pending = result.again
        } catch let error as StoreError where error.isPassing {
          // The server is away for longer than one call waits.
        }
      }
    }

    /// What others wrote, as soon as the server says it.
    private func others() throws -> AnnotationStore.Others? {
      while true {
        do {
          return try store.others()
        } catch let error as StoreError where error.isPassing {
          usleep(20_000)
        }
      }
    }

    mutating func finish() throws {
      if let others = try others() {
        _ = history.takeUp(others, under: []) { dataset.post(id: $0) }
      }
    }
  }

  /// Edits by many at once, while something happens to the server.
  /// - Returns: seconds that it took.
  private func work(
    _ people: Int, edits: Int, seed: UInt64, on server: TestServer, address: String,
    meanwhile: @escaping @Sendable (_ done: () -> Int) throws -> Void
  ) throws -> Double {
    try withFolder { folder in
      try writeOddDataset(to: folder, seed: 1)
      let dataset = try Dataset.open(folder)
      let done = Mutex(0)
      let results = Mutex<[Result<Annotator, any Error>]>([])
      let group = DispatchGroup()
      let start = ContinuousClock.now
      for person in 0..<people {
        group.enter()
        Thread.detachNewThread {
          defer { group.leave() }
          let result = Result {
            var random = Random(seed: seed &+ UInt64(person) &* 7919)
            var annotator = try Annotator("ann\(person)", try server.open(address), dataset)
            for number in 0..<(edits / people) {
              try annotator.edit(number, &random)
              done.withLock { $0 += 1 }
            }
            return annotator
          }
          results.withLock { $0.append(result) }
        }
      }
      let disturbance = Result { try meanwhile { done.withLock { $0 } } }
      group.wait()
      try disturbance.get()
      let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
      let stored = try server.open(address, access: .readOnly).stored()
      #expect(stored.findings.isEmpty, "seed \(seed)")
      #expect(stored.steps.map(\.sequence) == (1...Int64(stored.steps.count)).map { $0 })
      let bySequence = Dictionary(uniqueKeysWithValues: stored.steps.map { ($0.sequence, $0) })
      var acknowledged = 0
      var dropped = 0
      for result in results.withLock({ $0 }) {
        var annotator = try result.get()
        try annotator.finish()
        for step in annotator.acknowledged {
          #expect(bySequence[step.sequence] == step, "seed \(seed): lost or another's")
        }
        acknowledged += annotator.acknowledged.count
        dropped += annotator.dropped
        #expect(annotator.history.steps == stored.steps, "seed \(seed), \(annotator.name)")
      }
      // Nothing is there that nobody was told of, so nothing is there twice.
      #expect(stored.steps.count == acknowledged, "seed \(seed)")
      #expect(acknowledged + dropped == edits / people * people, "seed \(seed)")
      print("team: seed \(seed), \(people) people, \(stored.steps.count) steps, \(dropped) dropped")
      return seconds
    }
  }

  /// `TWINLENS_TEAM=full` makes all of the 20,000 edits; else it is a tenth.
  private static let edits =
    ProcessInfo.processInfo.environment["TWINLENS_TEAM"] == "full" ? 20_000 : 2_000

  @Test func fiftyPeopleWhileTheServerIsKilledAndConnectionsAreCut() throws {
    // A server of its own: others must not miss it.
    let server = try TestServer()
    let (database, address) = try server.store()
    let seed = UInt64.random(in: 0..<UInt64.max)
    let seconds = try work(50, edits: Self.edits, seed: seed, on: server, address: address) {
      done in
      func wait(for part: Double) {
        while Double(done()) < Double(Self.edits) * part { usleep(5_000) }
      }
      for part in [0.1, 0.2, 0.3] {
        wait(for: part)
        try server.psql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)' AND usename = 'ann'",
          in: "postgres")
      }
      for part in [0.5, 0.8] {
        wait(for: part)
        server.killNow()
        usleep(300_000)
        try server.start()
      }
    }
    print("team: \(Self.edits) edits in \(seconds) s")
  }

  /// The connection ends after each number of bytes that an append sends or gets: before the step
  /// is there, after it, and in the middle of the answer.
  @Test func anAppendIsStoredOnceWhereverTheConnectionIsCut() throws {
    let server = try TestServer.shared.get()
    let proxy = try CuttingProxy(to: server.port)
    proxy.run()
    defer { proxy.close() }
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let post = dataset.posts[0]
      let (database, _) = try server.store()
      let store = try server.open(server.address(database, port: proxy.port))
      var history = EditHistory()
      func next(_ number: Int) throws -> Step {
        let edit = Edit.noting("note \(number)", on: post, from: history.labels(of: post).note)
        return try history.apply(try #require(edit), to: post, by: "ann", at: Int64(number))
      }
      let before = proxy.count
      try store.append(try next(0))
      let (up, down) = (proxy.count.up - before.up, proxy.count.down - before.down)
      #expect(up > 100 && down > 10)
      // As many bytes as one append takes, and a few more of the next.
      let cuts =
        (0...(down + 3)).map { ($0, false) }
        + stride(from: 0, through: up, by: 7).map { ($0, true) }
      for (number, (bytes, isUp)) in cuts.enumerated() {
        proxy.cut(up: isUp ? bytes : nil, down: isUp ? nil : bytes)
        let step = try next(number + 1)
        #expect(try store.append(step) == step.sequence, "\(bytes) bytes, up \(isUp)")
      }
      proxy.cut()
      let stored = try server.open(server.address(database)).stored()
      #expect(stored.steps == history.steps && stored.findings.isEmpty)
      print("cut: \(cuts.count) places")
    }
  }

  /// Who was slower hears what the others wrote although the connection is lost at that moment:
  /// else the own step would never be made again on it.
  @Test func whoIsBehindHearsOfTheOthersWhenTheServerIsBack() throws {
    let server = try TestServer()
    let (_, address) = try server.store()
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let post = dataset.posts[0]
      let (own, theirs) = (try server.open(address), try server.open(address))
      var history = EditHistory()
      func next(_ note: String) throws -> Step {
        let edit = Edit.noting(note, on: post, from: nil)
        return try history.apply(try #require(edit), to: post, by: "ann", at: 1)
      }
      let heard = Mutex<[Step]>([])
      let watch = own.watch(every: 1) { others in
        heard.withLock { $0 += others.steps }
      } lost: { _ in
      }
      #expect(try own.stored().steps.isEmpty)
      var other = EditHistory()
      let edit = Edit.noting("own", on: post, from: nil)
      let late = try other.apply(try #require(edit), to: post, by: "bo", at: 2)
      let looked = DispatchSemaphore(value: 0)
      // Nothing is heard of theirs before the own step is sent.
      own.queue.suspend()
      let step = try next("theirs")
      try theirs.append(step)
      own.append(late, round: 0) { answer in
        #expect(answer == .failure(.behind(own.path)))
        server.killNow()
        watch.lookNow { looked.signal() }
      }
      own.queue.resume()
      usleep(300_000)
      try server.start()
      #expect(looked.wait(timeout: .now() + 30) == .success)
      #expect(heard.withLock { $0 } == [step])
      own.endTrying(in: 0)
    }
  }

  /// Edits that are made while the server is away wait, and are stored when it is back, in their
  /// order; who looks is told of both.
  @Test func editsWaitForAServerThatIsAway() throws {
    let server = try TestServer()
    let (_, address) = try server.store()
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let post = dataset.posts[0]
      let store = try server.open(address)
      var history = EditHistory()
      let (lost, back) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      let problems = Mutex<[StoreError?]>([])
      let watch = store.watch(every: 1) { _ in
      } lost: { problem in
        problems.withLock { $0.append(problem) }
        if problem == nil { back.signal() } else { lost.signal() }
      }
      server.killNow()
      let answers = Mutex<[Int64]>([])
      let done = DispatchGroup()
      for number in 0..<5 {
        let edit = Edit.noting("note \(number)", on: post, from: history.labels(of: post).note)
        let step = try history.apply(try #require(edit), to: post, by: "ann", at: Int64(number))
        done.enter()
        store.append(step, round: 0) { answer in
          if case .success(let sequence) = answer { answers.withLock { $0.append(sequence) } }
          done.leave()
        }
      }
      #expect(lost.wait(timeout: .now() + 30) == .success)
      #expect(answers.withLock { $0 }.isEmpty && store.problemOfPlace == nil)
      try server.start()
      #expect(done.wait(timeout: .now() + 60) == .success)
      #expect(back.wait(timeout: .now() + 30) == .success)
      #expect(answers.withLock { $0 } == [1, 2, 3, 4, 5])
      #expect(try store.stored().steps == history.steps)
      #expect(problems.withLock { $0.first?.map(\.isPassing) } == true)
      // Who does not want to wait any longer is told so.
      server.killNow()
      store.endTrying(in: 0.2)
      let edit = Edit.noting("last", on: post, from: history.labels(of: post).note)
      let step = try history.apply(try #require(edit), to: post, by: "ann", at: 9)
      let given = DispatchSemaphore(value: 0)
      store.append(step, round: 0) { answer in
        if case .failure(let error) = answer, error.isPassing { given.signal() }
      }
      #expect(given.wait(timeout: .now() + 30) == .success)
      withExtendedLifetime(watch) {}
    }
  }
}
