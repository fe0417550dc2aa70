import Dispatch
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Annotations
@testable import Corpora

/// A store that is moved, replaced or deleted while it is open, and two names for one file.
@Suite struct LostStoreTests {
  private func next(_ history: inout EditHistory, _ post: Post) throws -> Step {
    let type: EntityType = history.nextSequence % 2 == 0 ? .location : .organization
    let edit = try #require(Edit.setting(type, over: 0..<1, in: history.annotated(post)))
    return try history.apply(edit, to: post, by: "a")
  }

  @Test(
    "an edit is acknowledged only while the path names the open file",
    arguments: ["folder deleted", "store deleted", "moved", "replaced", "log deleted"])
  func displaced(_ how: String) throws {
    try withFolder { folder in
      let (dataset, path) = try StoreTests().edited(folder)
      let store = try AnnotationStore(path: path)
      var history = try store.history(over: dataset).history
      let post = dataset.posts[0]
      try store.append(next(&history, post))
      let files = FileManager.default
      let hidden = "\(folder)/.twinlens"
      switch how {
      case "folder deleted": try files.removeItem(atPath: hidden)
      case "store deleted": try files.removeItem(atPath: path)
      case "moved": rename(hidden, "\(folder)/elsewhere")
      case "replaced":
        try files.copyItem(atPath: path, toPath: "\(folder)/copy")
        rename("\(folder)/copy", path)
      default: try files.removeItem(atPath: "\(path)-wal")
      }
      for _ in 0..<3 {
        let step = try next(&history, post)
        #expect(throws: StoreError.displaced(path)) { try store.append(step) }
      }
      // The whole history goes to a new file, which takes the next edits too.
      let rescued = "\(folder)/rescued.sqlite"
      let new = try AnnotationStore.writing(history.steps, to: rescued)
      try new.append(next(&history, post))
      #expect(try new.steps().steps == history.steps)
      #expect(throws: StoreError.exists(rescued)) {
        try AnnotationStore.writing(history.steps, to: rescued)
      }
      #expect(StoreError.displaced(path).description.contains(":save-history FILE"))
    }
  }

  /// SQLite would go on in its log, and what the file had lost would be missed at the next start.
  @Test(arguments: [0, 4096, 8192])
  func aStoreThatIsCutTakesNoMoreEdits(_ size: off_t) throws {
    try withFolder { folder in
      let (dataset, path) = try StoreTests().edited(folder)
      let store = try AnnotationStore(path: path)
      var history = try store.history(over: dataset).history
      for _ in 0..<40 { try store.append(next(&history, dataset.posts[0])) }
      #expect(store.problemOfPlace == nil)
      #expect(truncate(path, size) == 0)
      let step = try next(&history, dataset.posts[0])
      #expect(throws: StoreError.cut(path)) { try store.append(step) }
      #expect(store.problemOfPlace == .cut(path))
      let rescued = "\(folder)/rescued.sqlite"
      #expect(
        try AnnotationStore.writing(history.steps, to: rescued).steps().steps == history.steps)
    }
  }

  /// Another program may make the file smaller, and say so in it.
  @Test func aStoreThatIsMadeSmallerGoesOn() throws {
    try withFolder { folder in
      let (dataset, path) = try StoreTests().edited(folder)
      let store = try AnnotationStore(path: path)
      var history = try store.history(over: dataset).history
      for _ in 0..<200 { try store.append(next(&history, dataset.posts[0])) }
      let other = try DatabaseQueue(path: path)
      try other.inDatabase { db in
        try db.execute(sql: "CREATE TABLE large (x); INSERT INTO large VALUES (zeroblob(200000))")
        try db.execute(sql: "PRAGMA wal_checkpoint(FULL)")
        #expect(store.problemOfPlace == nil)
        try db.execute(sql: "DROP TABLE large")
        try db.execute(sql: "VACUUM")
        try db.execute(sql: "PRAGMA wal_checkpoint(FULL)")
      }
      try other.close()
      try store.append(next(&history, dataset.posts[0]))
      #expect(try store.steps().steps == history.steps)
    }
  }

  @Test func whoLooksIsToldThatAStoreIsGoneAndThatItIsBack() throws {
    try withFolder { folder in
      let (_, path) = try StoreTests().edited(folder)
      let store = try AnnotationStore(path: path)
      let told = Mutex<[StoreError?]>([])
      let watch = store.watch(every: 3600) { _ in
      } lost: { problem in
        told.withLock { $0.append(problem) }
      }
      func look() {
        let done = DispatchSemaphore(value: 0)
        watch.lookNow { done.signal() }
        done.wait()
      }
      look()
      rename("\(folder)/.twinlens", "\(folder)/elsewhere")
      look()
      look()
      rename("\(folder)/elsewhere", "\(folder)/.twinlens")
      look()
      #expect(told.withLock(\.self) == [.displaced(path), nil])
    }
  }

  @Test func aStoreThatIsPutBackGoesOn() throws {
    try withFolder { folder in
      let (dataset, path) = try StoreTests().edited(folder)
      let store = try AnnotationStore(path: path)
      var history = try store.history(over: dataset).history
      rename("\(folder)/.twinlens", "\(folder)/elsewhere")
      let step = try next(&history, dataset.posts[0])
      #expect(throws: StoreError.displaced(path)) { try store.append(step) }
      rename("\(folder)/elsewhere", "\(folder)/.twinlens")
      #expect(try store.append(step) == 3)
      #expect(try store.steps().steps == history.steps)
    }
  }

  @Test func everyNameOfAStoreHasTheSameLock() throws {
    try withFolder { folder in
      let (_, path) = try StoreTests().edited(folder)
      symlink(path, "\(folder)/link.sqlite")
      symlink("\(folder)/.twinlens", "\(folder)/way")
      // As an earlier version of the program has it.
      let alone = open(path, O_RDWR)
      defer { close(alone) }
      #expect(flock(alone, LOCK_EX | LOCK_NB) == 0)
      for name in ["\(folder)/link.sqlite", "\(folder)/way/annotations.sqlite"] {
        let error = #expect(throws: StoreError.self) { try AnnotationStore(path: name) }
        guard case .inUse(name, _)? = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
      flock(alone, LOCK_UN)
      // Writers of today share it, whatever they call it.
      let first = try AnnotationStore(path: path)
      let second = try AnnotationStore(path: "\(folder)/link.sqlite")
      #expect(first.access == second.access)
    }
  }

  @Test func aStoreWithTwoNamesIsRefused() throws {
    try withFolder { folder in
      let (_, path) = try StoreTests().edited(folder)
      let second = "\(folder)/second.sqlite"
      link(path, second)
      for name in [path, second] {
        #expect(throws: StoreError.linked(name, names: 2)) { try AnnotationStore(path: name) }
      }
      #expect(try AnnotationStore(path: path, access: .readOnly).steps().steps.count == 2)
      unlink(second)
      #expect(try AnnotationStore(path: path).steps().steps.count == 2)
    }
  }
}
