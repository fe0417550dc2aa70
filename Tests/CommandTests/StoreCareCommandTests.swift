import Annotations
import Foundation
import Testing

/// `annotations verify` and `repair`, and backups, as a person meets them.
@Suite("Care for a store", .enabled(if: Program.isBuilt, "the program is not built"))
struct StoreCareCommandTests {
  private struct Place {
    let folder: TemporaryFolder
    let data: String
    var store: String { folder.path + "/s.sqlite" }

    init() throws {
      folder = try TemporaryFolder()
      data = try SmallDataset.make(in: folder)
    }

    func edit(_ keys: String, _ more: [String] = []) throws -> Program.Result {
      try Program.run(
        [
          data, "--script", try folder.write(keys, "keys"), "--store", store, "--size", "140x24",
          "--graphics", "none",
        ] + more)
    }
  }

  @Test func aCutLogIsNamedAndABackupGivesItsSteps() throws {
    let place = try Place()
    #expect(try place.edit("key L\nkey O\nkey P").status == 0)
    let sound = try Program.run(["annotations", "verify", place.store])
    #expect(sound.status == 0 && sound.output.contains("3 steps (tester 3)"), "\(sound)")

    #expect(try place.edit("wait", ["--keep-backups", "2"]).status == 0)
    let backups = StoreBackups(of: place.store)
    // The workbench does not wait for a copy when it ends.
    if backups.all.isEmpty { try backups.make(keeping: 2) }
    // Nothing is left of the steps but what was said of them.
    try FileManager.default.removeItem(atPath: place.store)
    #expect(try place.edit("wait").errors.contains("steps 1 to 3 were saved here"))
    let damaged = try Program.run(["annotations", "verify", place.store, "--json"])
    #expect(damaged.status == 1 && damaged.output.contains("\"cut-back\""), "\(damaged)")

    let new = place.folder.path + "/new.sqlite"
    let repaired = try Program.run(["annotations", "repair", place.store, "--output", new])
    #expect(repaired.status == 0 && repaired.output.contains("nothing is missing"), "\(repaired)")
    #expect(try AnnotationStore(path: new, access: .readOnly).steps().steps.count == 3)
    let again = try Program.run(["annotations", "repair", place.store, "--output", new])
    #expect(again.status == 1 && again.errors.contains("already exists"))
  }

  @Test func whereNoBackupCanBeMadeEditsGoOnAndItIsSaidOnce() throws {
    let place = try Place()
    #expect(try place.edit("key L").status == 0)
    _ = try place.folder.write("mine", "s.sqlite-backups")
    let result = try place.edit("wait\nkey O\nwait\nkey P\nwait", ["--keep-backups", "1"])
    #expect(result.status == 0 && result.output.contains("committed 3"), "\(result.errors)")
    #expect(try Program.text(place.store + "-backups") == "mine")
  }
}
