import Annotations
import Corpora
import Foundation
import Testing

@Suite(
  "Disks that fail",
  .enabled(if: Program.isBuilt && FaultShim.isPossible, "no program, or no C compiler for the shim")
)
struct FaultTests {
  /// Runs a script with two edits over a store while some of its writes fail, and checks that what
  /// was acknowledged is there, that nothing else is said to be, and that the store opens
  /// afterwards.
  private func check(
    _ shim: FaultShim, _ mode: FaultShim.Mode, at range: ClosedRange<Int>, data: String,
    script: String, store: String, before: Int64
  ) throws {
    let result = try Program.run(
      [data, "--script", script, "--store", store, "--size", "60x20", "--graphics", "none"],
      environment: shim.environment(mode, at: range))
    let place = "\(mode) at \(range): status \(result.status), \(result.errors)"
    let acknowledged = result.output.split(separator: "\n")
      .filter { $0.hasPrefix("committed ") }.compactMap { Int64($0.dropFirst(10)) }
    let stored: [Int64]
    do {
      stored = try AnnotationStore(path: store).steps().steps.map(\.sequence)
    } catch {
      Issue.record("\(place): refused afterwards: \(error)")
      return
    }
    #expect(Set(acknowledged).isSubset(of: stored), "\(place)")
    #expect(stored == Array(1..<(Int64(stored.count) + 1)), "\(place)")
    #expect(stored.count >= before, "\(place)")
    if result.status == 0 {
      #expect(Int64(stored.count) == before + 2, "\(place): a silent loss")
    } else if result.status > 0 {
      #expect(!result.errors.isEmpty, "\(place): no reason")
    }
  }

  private struct Setting {
    let folder: TemporaryFolder
    let data: String
    let script: String
    let shim: FaultShim
  }

  private func setting() throws -> Setting {
    let folder = try TemporaryFolder()
    return Setting(
      folder: folder, data: try SmallDataset.make(in: folder),
      script: try folder.write("key L\nkey O", "keys"),
      shim: try #require(try FaultShim(in: folder)))
  }

  /// How many writes the script makes over a store.
  private func writes(_ setting: Setting, store: String) throws -> Int {
    let count = setting.folder.path + "/count"
    let result = try Program.run(
      [
        setting.data, "--script", setting.script, "--store", store, "--size", "60x20",
        "--graphics", "none",
      ], environment: setting.shim.environment(counting: count))
    try #require(result.status == 0, "\(result.errors)")
    return try #require(Int(try Program.text(count)))
  }

  @Test(
    "a first start that fails at any write leaves a store that opens",
    arguments: FaultShim.Mode.allCases)
  func firstStart(_ mode: FaultShim.Mode) throws {
    let setting = try setting()
    let total = try writes(setting, store: setting.folder.path + "/count.sqlite")
    try #require(total > 8)
    for k in 1...total {
      // Once, and from then on.
      for range in [k...k, k...1_000_000] where mode != .killed || range.count == 1 {
        try check(
          setting.shim, mode, at: range, data: setting.data, script: setting.script,
          store: setting.folder.path + "/\(k)-\(range.count).sqlite", before: 0)
      }
    }
  }

  @Test("an edit whose writes fail is never said to be saved", arguments: FaultShim.Mode.allCases)
  func edits(_ mode: FaultShim.Mode) throws {
    let setting = try setting()
    let first = setting.folder.path + "/first.sqlite"
    _ = try writes(setting, store: first)
    func copy(_ name: String) throws -> String {
      let store = setting.folder.path + "/\(name).sqlite"
      try FileManager.default.copyItem(atPath: first, toPath: store)
      // A busy machine may leave the last edits in the log.
      if FileManager.default.fileExists(atPath: first + "-wal") {
        try FileManager.default.copyItem(atPath: first + "-wal", toPath: store + "-wal")
      }
      return store
    }
    let again = try setting.folder.write("key P\nkey M", "again")
    let edit = Setting(
      folder: setting.folder, data: setting.data, script: again, shim: setting.shim)
    let total = try writes(edit, store: try copy("count"))
    for k in 1...total {
      for range in [k...k, k...1_000_000] where mode != .killed || range.count == 1 {
        try check(
          setting.shim, mode, at: range, data: setting.data, script: again,
          store: try copy("\(k)-\(range.count)"), before: 2)
      }
    }
  }

  @Test("the first cause stays, a retry saves all, and a script that could not save says so")
  func retry() throws {
    let setting = try setting()
    let store = setting.folder.path + "/store.sqlite"
    _ = try writes(setting, store: store)
    func run(_ script: String) throws -> Program.Result {
      try Program.run(
        [
          setting.data, "--script", try setting.folder.write(script, "script"), "--store", store,
          "--size", "140x24", "--graphics", "none",
        ],
        environment: setting.shim.environment(.noSpace, at: 1...2, only: ".sqlite-wal"))
    }
    // The log is written first by the first edit, then by the first again with the second.
    let failed = try run("key P\nkey M")
    #expect(failed.status == 1)
    #expect(failed.errors.contains("2 edits are NOT SAVED"))
    #expect(failed.errors.contains("full"))
    let frames = failed.output.components(separatedBy: "== frame")
    #expect(frames.last?.contains("NOT SAVED: database or disk is full") == true)
    #expect(!failed.output.contains("another program"))

    let saved = try run("key P\nkey M\ntext :retry\nkey Return")
    #expect(saved.status == 0, "\(saved.errors)")
    #expect(saved.output.contains("committed 4"))
    #expect(try AnnotationStore(path: store).steps().steps.count == 4)
  }
}
