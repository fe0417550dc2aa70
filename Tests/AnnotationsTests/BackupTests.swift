import Foundation
import GRDB
import Testing

@testable import Annotations
@testable import Corpora

/// Rotating copies of a store.
@Suite struct BackupTests {
  /// A store and a way to make one more edit in it.
  private final class Work {
    let store: AnnotationStore
    private let dataset: Dataset
    private var history = EditHistory()

    init(_ folder: String) throws {
      dataset = try openSmall(folder)
      store = try AnnotationStore(path: "\(folder)/s.sqlite")
    }

    func edit() throws {
      let post = history.annotated(dataset.posts[0])
      let types: [EntityType] = [.location, .organization]
      let edit = try #require(
        types.compactMap { Edit.setting($0, over: 0..<1, in: post) }.first)
      try store.append(try history.apply(edit, to: dataset.posts[0], by: "a"))
    }
  }

  @Test func backupsRotateAndHoldWhatWasThere() throws {
    try withFolder { folder in
      let work = try Work(folder)
      let backups = StoreBackups(of: work.store.path)
      #expect(try backups.make(keeping: 2) == nil)
      for number in 1...4 {
        try work.edit()
        let made = try #require(try backups.make(keeping: 2))
        #expect(made.last == Int64(number))
        // Nothing is new: nothing is copied.
        #expect(try backups.make(keeping: 2) == nil)
      }
      #expect(backups.all.map(\.last) == [4, 3])
      for backup in backups.all {
        let read = try AnnotationStore(path: backup.path, access: .readOnly).steps()
        #expect(read.steps.count == Int(backup.last) && read.findings.isEmpty)
      }
      // The store goes on as before, and no other file was left.
      try work.edit()
      #expect(try work.store.steps().steps.count == 5)
      let left = try FileManager.default.contentsOfDirectory(atPath: backups.folder)
      #expect(left.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.count == 2, "\(left)")
    }
  }

  @Test func aDamagedStoreTakesTheRoomOfNoSoundBackup() throws {
    try withFolder { folder in
      let work = try Work(folder)
      let backups = StoreBackups(of: work.store.path)
      for _ in 1...2 {
        try work.edit()
        _ = try backups.make(keeping: 2)
      }
      try work.edit()
      try work.store.damage("UPDATE seal SET checksum = 'x' WHERE sequence = 1")
      _ = try backups.make(keeping: 2)
      #expect(backups.all.map(\.last) == [3, 2, 1])
    }
  }

  @Test func wherePlaceIsMissingTheOldBackupsStay() throws {
    try withFolder { folder in
      let work = try Work(folder)
      let backups = StoreBackups(of: work.store.path)
      try work.edit()
      _ = try backups.make(keeping: 1)
      try work.edit()
      // A file stands where the folder's next entry would go.
      try FileManager.default.removeItem(atPath: backups.folder)
      try write("mine", to: backups.folder)
      #expect(throws: StoreError.self) { try backups.make(keeping: 1) }
      #expect(try String(contentsOfFile: backups.folder, encoding: .utf8) == "mine")
      #expect(try work.store.steps().steps.count == 2)
    }
  }
}

extension AnnotationStore {
  /// Changes what the program never does.
  fileprivate func damage(_ sql: String) throws {
    try queue.write { try $0.execute(sql: sql) }
  }
}
