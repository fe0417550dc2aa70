import Foundation
import GRDB
import Testing

@testable import Annotations
@testable import Corpora

/// Whole histories from one store to another, of the same kind and of the other.
@Suite("Copies of stores") struct StoreTransferTests {
  /// A history with everything in it, in a store.
  private func filled(_ place: String, _ dataset: Dataset) throws -> [Step] {
    let store = try StoreAddress.open(place)
    var history = EditHistory()
    for (number, post) in (0..<12).map({ ($0, dataset.posts[$0 % dataset.posts.count]) }) {
      let edit = Edit.noting("\(number) \\ \"🙂\"", on: post, from: history.labels(of: post).note)
      try history.apply(try #require(edit), to: post, by: "Zoë", at: Int64(number))
    }
    _ = history.undo(by: "Zoë", at: 12)
    _ = history.redo(by: "bo", at: 13)
    try store.append(contentsOf: history.steps)
    try store.noteOpening(of: dataset, at: 1)
    return history.steps
  }

  @Test(arguments: StoreBackend.all, StoreBackend.all)
  func aCopyIsTheSameToTheByte(from: StoreBackend, to: StoreBackend) throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let source = try from.place(in: "\(folder)/a")
      let steps = try filled(source, dataset)
      let target = try to.place(in: "\(folder)/b")
      let copy = try StoreTransfer(from: source, to: target)
      #expect(copy.steps == steps.count)
      if to == .file {
        // Nothing of it stands beside the file: who moves that has all.
        #expect(!FileManager.default.fileExists(atPath: target + "-wal"))
        let moved = "\(folder)/moved.sqlite"
        try FileManager.default.copyItem(atPath: target, toPath: moved)
        #expect(try AnnotationStore(path: moved, access: .readOnly).stored().steps == steps)
      }
      let (one, two) = (
        try StoreAddress.open(source, access: .readOnly),
        try StoreAddress.open(target, access: .readOnly)
      )
      #expect(try one.checksums() == two.checksums() && one.checksums().count == steps.count)
      #expect(try one.history(over: dataset).history == two.history(over: dataset).history)
      #expect(try two.openings() == one.openings())
      // What is there stays as it is.
      #expect(throws: StoreTransferError.notEmpty(two.path)) {
        try StoreTransfer(from: source, to: target)
      }
      #expect(try two.stored().steps == steps)
      // And back.
      let back = try StoreTransfer(from: target, to: "\(folder)/back.sqlite")
      #expect(back.digest == copy.digest)
    }
  }

  @Test func aDamagedStoreIsNotCopied() throws {
    try withFolder { folder in
      let source = "\(folder)/a.sqlite"
      _ = try filled(source, try openSmall(folder))
      try DatabaseQueue(path: source).write { db in
        try db.execute(sql: "DROP TRIGGER step_is_never_changed")
        try db.execute(sql: "UPDATE step SET name = 'x' WHERE sequence = 3")
        try db.execute(
          sql: """
            CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
              BEGIN SELECT raise(ABORT, 'steps are appended only'); END;
            """)
      }
      #expect(throws: StoreTransferError.self) {
        try StoreTransfer(from: source, to: "\(folder)/b.sqlite")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/b.sqlite"))
      #expect(throws: StoreError.missing("\(folder)/none")) {
        try StoreTransfer(from: "\(folder)/none", to: "\(folder)/b.sqlite")
      }
    }
  }
}
