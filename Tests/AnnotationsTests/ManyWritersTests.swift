import Foundation
import GRDB
import Testing

@testable import Annotations
@testable import Corpora

/// Several writers of one store, each with a history of its own.
@Suite("Many writers") struct ManyWritersTests {
  /// A process as the store sees it: its history, and steps whose answer it has not taken in.
  private struct Writer {
    let name: String
    let store: any StepStore
    var history: EditHistory
    var pending: [Step] = []
    var lost = 0

    /// Sends what is pending; what came too late is made again on what the others wrote.
    mutating func settle(_ dataset: Dataset) throws {
      while true {
        do {
          while let step = pending.first {
            try store.append(step)
            pending.removeFirst()
          }
          return
        } catch StoreError.behind {
          try takeUp(dataset)
        }
      }
    }

    mutating func takeUp(_ dataset: Dataset) throws {
      guard let others = try store.others() else { return }
      let result = history.takeUp(others, under: pending) { dataset.post(id: $0) }
      pending = result.again
      lost += result.dropped.count + result.unseen.count
    }
  }

  /// A small dataset and a new store of it.
  private func withStore(
    _ backend: StoreBackend = .file, _ body: (Dataset, any StepStore) throws -> Void
  ) throws {
    try withFolder { folder in
      try body(try openSmall(folder), try StoreAddress.open(try backend.place(in: folder)))
    }
  }

  /// Whoever writes when, all see the same in the end, and nothing that was stored is lost.
  @Test(arguments: StoreBackend.all, [UInt64.random(in: 0..<UInt64.max), 1, 2, 3])
  func writersAgreeInTheEnd(backend: StoreBackend, seed: UInt64) throws {
    try withFolder { folder in
      print("many writers: seed \(seed)")
      var random = Random(seed: seed)
      let dataset = try openSmall(folder)
      let place = try backend.place(in: folder)
      var writers = try ["ann", "bo", "cy"].map {
        Writer(name: $0, store: try StoreAddress.open(place), history: EditHistory())
      }
      let types: [EntityType] = [.person, .location, .organization]
      var made = 0
      for time in 0..<400 {
        let who = random.next(3)
        var writer = writers[who]
        let post = dataset.posts[random.next(dataset.posts.count)]
        let token = random.next(post.tokens.count)
        switch random.next(8) {
        case 0:
          if let step = writer.history.undo(by: writer.name, of: writer.name, at: Int64(time)) {
            writer.pending.append(step)
            made += 1
          }
        case 1:
          if let step = writer.history.redo(by: writer.name, of: writer.name, at: Int64(time)) {
            writer.pending.append(step)
            made += 1
          }
        case 2: try writer.settle(dataset)
        case 3 where writer.pending.isEmpty: try writer.takeUp(dataset)
        default:
          let edit = Edit.setting(
            types[random.next(3)], over: token..<(token + 1), in: writer.history.annotated(post))
          if let edit {
            writer.pending.append(
              try writer.history.apply(edit, to: post, by: writer.name, at: Int64(time)))
            made += 1
          }
        }
        writers[who] = writer
      }
      for i in writers.indices { try writers[i].settle(dataset) }
      for i in writers.indices { try writers[i].takeUp(dataset) }
      let read = try StoreAddress.open(place, access: .readOnly).history(over: dataset)
      #expect(read.findings.isEmpty, "seed \(seed): \(read.findings)")
      let stored = read.history.steps.count
      #expect(stored + writers.map(\.lost).reduce(0, +) == made, "seed \(seed)")
      #expect(Set(read.history.steps.map(\.annotator)) == ["ann", "bo", "cy"])
      for writer in writers {
        #expect(writer.history.steps == read.history.steps, "seed \(seed), \(writer.name)")
        for post in dataset.posts {
          #expect(
            writer.history.labels(of: post).mentions == read.history.labels(of: post).mentions,
            "seed \(seed), \(writer.name), post \(post.id)")
        }
      }
    }
  }

  /// A step that was not stored ends its round: once others took its number, that of the next step
  /// would fit by chance, and theirs would never be seen.
  @Test func afterAFailureTheRestOfARoundIsRefused() async throws {
    let folder = "\(NSTemporaryDirectory())annotations-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let dataset = try openSmall(folder)
    let path = "\(folder)/s.sqlite"
    let (own, others) = (try AnnotationStore(path: path), try AnnotationStore(path: path))
    var history = EditHistory()
    func step(_ type: EntityType, by annotator: String, in history: inout EditHistory) throws
      -> Step
    {
      let post = dataset.posts[0]
      let edit = Edit.setting(type, over: 0..<1, in: history.annotated(post))
      return try history.apply(try #require(edit), to: post, by: annotator, at: 1)
    }
    func send(_ step: Step, round: Int) async -> Result<Int64, StoreError> {
      await withCheckedContinuation { continuation in
        own.append(step, round: round) { continuation.resume(returning: $0) }
      }
    }
    let steps = [
      try step(.location, by: "ann", in: &history), try step(.person, by: "ann", in: &history),
    ]
    try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
    #expect(await send(steps[0], round: 0) == .failure(.displaced(path)))
    try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
    var theirs = EditHistory()
    try await others.append(try step(.organization, by: "bo", in: &theirs))
    // bo has number 1 now, and ann's second step is numbered 2.
    guard case .failure(.notSaved) = await send(steps[1], round: 0) else {
      Issue.record("a step without the one before it is stored")
      return
    }
    // Sent again, it is too late, and so is what follows in that round.
    #expect(await send(steps[0], round: 1) == .failure(.behind(path)))
    #expect(await send(steps[1], round: 1) == .failure(.behind(path)))
    let new = try #require(try own.others())
    let rebased = history.takeUp(new, under: steps) { dataset.post(id: $0) }
    #expect(rebased.again.map(\.sequence) == [2, 3])
    for step in rebased.again {
      #expect(await send(step, round: 2) == .success(step.sequence))
    }
    #expect(try own.steps().steps.map(\.annotator) == ["bo", "ann", "ann"])
  }

  /// What somebody else's row says may make no sense; one's own edits go on after it.
  @Test func editsGoOnAfterRowsThatMakeNoStep() throws {
    try withStore { dataset, store in
      let post = dataset.posts[0]
      var history = EditHistory()
      let first = try #require(Edit.setting(.location, over: 0..<1, in: post))
      try store.append(history.apply(first, to: post, by: "ann", at: 1))
      _ = try store.others()
      var row = StepRow(history.steps[0])
      (row.sequence, row.payload, row.annotator) = (2, "{", "bo")
      try DatabaseQueue(path: store.path).write { try StepRows.write(row, $0) }
      let others = try #require(try store.others())
      #expect(others.steps.isEmpty && others.last == 2)
      #expect(others.findings.count == 1)
      _ = history.takeUp(others, under: []) { dataset.post(id: $0) }
      let second = try #require(Edit.setting(.person, over: 0..<1, in: history.annotated(post)))
      #expect(try store.append(history.apply(second, to: post, by: "ann", at: 2)) == 3)
      #expect(try store.others() == nil)
    }
  }

  @Test func undoIsOnesOwn() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let (first, second) = (dataset.posts[0], dataset.posts[1])
      var history = EditHistory()
      let own = try #require(Edit.setting(.location, over: 0..<1, in: first))
      try history.apply(own, to: first, by: "ann")
      let others = try #require(Edit.setting(.person, over: 0..<1, in: second))
      try history.apply(others, to: second, by: "bo")
      // The latest edit is bo's; ann takes her own back, and does it again.
      #expect(history.nextUndo(of: "ann")?.post == first.id)
      let undo = history.undo(by: "ann", of: "ann")
      #expect(undo?.post == first.id)
      #expect(history.nextUndo(of: "ann") == nil)
      // An edit of bo's elsewhere leaves her redo alone.
      let more = try #require(
        Edit.setting(.organization, over: 0..<1, in: history.annotated(second)))
      try history.apply(more, to: second, by: "bo")
      #expect(history.redo(by: "ann", of: "ann")?.post == first.id)
      // What somebody changed after her in the same post stands in the way.
      let later = try #require(
        Edit.setting(.organization, over: 0..<1, in: history.annotated(first)))
      try history.apply(later, to: first, by: "bo")
      #expect(history.undo(by: "ann", of: "ann") == nil)
      #expect(history.latest(of: first.id)?.annotator == "bo")
      #expect(history.undo(by: "ann") != nil, "anybody's edit can be taken back when asked for")
    }
  }

  /// An acceptance that was on its way when somebody else changed the labels is given up: they were
  /// not on the screen. One of labels that only got a note, or of another post, goes on.
  @Test(arguments: StoreBackend.all)
  func nobodyAcceptsWhatHeDidNotSee(backend: StoreBackend) throws {
    try withStore(backend) { dataset, store in
      let (first, second) = (dataset.posts[0], dataset.posts[1])
      var bo = EditHistory()
      let pending = try [first, second].map {
        try bo.apply(try #require(.reviewing($0, from: .untouched)), to: $0, by: "bo", at: 2)
      }
      var ada = EditHistory()
      let change = try #require(Edit.setting(.organization, over: 0..<1, in: first))
      try store.append(try ada.apply(change, to: first, by: "ada", at: 1))
      let note = Edit(post: second.id, action: .note(before: nil, after: "blurred"))
      try store.append(try ada.apply(note, to: second, by: "ada", at: 1))
      let others = AnnotationStore.Others(ada.steps)
      let result = bo.takeUp(others, under: pending) { dataset.post(id: $0) }
      #expect(result.unseen.map(\.annotator) == ["ada"] && result.unseen[0].step.post == first.id)
      #expect(result.again.map(\.post) == [second.id] && result.dropped.isEmpty)
      #expect(bo.labels(of: first).review == .edited)
      #expect(bo.labels(of: second).review == .reviewed)
      #expect(bo.annotated(first).mentions.first?.type == .organization)
    }
  }

  /// What was taken back for good does not come back with what was done on top of it.
  @Test func redoMakesAnEditAgainOnWhatIsThere() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let (first, second) = (dataset.posts[0], dataset.posts[1])
      var history = EditHistory()
      let below = try #require(Edit.setting(.organization, over: 0..<1, in: first))
      try history.apply(below, to: first, by: "ann")
      let end = first.tokens.count
      let above = try #require(
        Edit.setting(.miscellaneous, over: (end - 1)..<end, in: history.annotated(first)))
      try history.apply(above, to: first, by: "bo")
      history.undo(by: "bo", of: "bo")
      history.undo(by: "ann", of: "ann")
      let elsewhere = try #require(Edit.setting(.person, over: 0..<1, in: second))
      try history.apply(elsewhere, to: second, by: "ann")
      #expect(history.nextRedo(of: "ann") == nil)
      #expect(history.redo(by: "bo", of: "bo") != nil)
      let mentions = history.annotated(first).mentions
      #expect(mentions.contains(EntityMention((end - 1)..<end, .miscellaneous)))
      #expect(!mentions.contains(EntityMention(0..<1, .organization)))
      let read = EditHistory.replaying(history.steps, over: dataset)
      #expect(read.history == history && read.findings.isEmpty)
    }
  }

  @Test(arguments: StoreBackend.all) func remarksAndSuggestionsComeBack(backend: StoreBackend)
    throws
  {
    try withStore(backend) { dataset, store in
      let post = dataset.posts[0]
      var history = EditHistory()
      var suggestion = try #require(Edit.setting(.location, over: 0..<1, in: post))
      suggestion.isSuggestion = true
      try store.append(history.apply(suggestion, to: post, by: "ann", at: 5))
      #expect(history.labels(of: post).review == .suggested)
      let note = "unsure: \"\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\" \\ {group}"
      for edit in [
        Edit.noting(" \(note)\n", on: post, from: nil),
        Edit(post: post.id, action: .mark(.flag, isSet: true)),
        Edit(post: post.id, action: .mark(.skip, isSet: true)),
      ] {
        try store.append(history.apply(try #require(edit), to: post, by: "bo", at: 6))
      }
      let state = history.labels(of: post)
      #expect(state.note == note)
      #expect(state.isFlagged && state.isSkipped)
      #expect(state.annotator == "ann" && state.time == 5, "who stands behind the labels")
      let read = try store.history(over: dataset)
      #expect(read.findings.isEmpty)
      #expect(read.history == history)
      // Judging it ends both what was suggested and what was passed over.
      let accept = try #require(Edit.reviewing(post, from: .suggested))
      try history.apply(accept, to: post, by: "bo", at: 7)
      #expect(history.labels(of: post).review == .reviewed)
      #expect(!history.labels(of: post).isSkipped)
      // An own change is no suggestion any more.
      history.undo(by: "bo")
      let own = try #require(Edit.setting(.person, over: 0..<1, in: history.annotated(post)))
      try history.apply(own, to: post, by: "bo", at: 8)
      #expect(history.labels(of: post).review == .edited)
      #expect(Edit.noting("  ", on: post, from: nil) == nil)
      #expect(
        Edit.noting(String(repeating: "a", count: 9999), on: post, from: nil)?.action
          == .note(before: nil, after: String(repeating: "a", count: Edit.longestNote)))
    }
  }
}
