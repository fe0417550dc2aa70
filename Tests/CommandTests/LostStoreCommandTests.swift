import Annotations
import Benchmarks
import Foundation
import Testing

@Suite("A store that goes away", .enabled(if: Program.isBuilt, "the program is not built"))
struct LostStoreCommandTests {
  @Test("edits after its folder was deleted are not called saved, and the history can be rescued")
  func rescue() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try PseudoTerminal([data, "--graphics", "none"], columns: 160, rows: 40)
    try #require(terminal.read(seconds: 60) { $0.hasWritten("all saved") && !$0.isCooked })
    terminal.type("L")
    try #require(terminal.read(seconds: 30) { $0.hasWritten("saved #1") })
    try FileManager.default.removeItem(atPath: data + "/.twinlens")
    terminal.type("O")
    try #require(terminal.read(seconds: 30) { $0.hasWritten("NOT SAVED") })
    #expect(!terminal.hasWritten("saved #2"))
    let rescued = folder.path + "/rescued.sqlite"
    terminal.type(":save-history \(rescued)\r")
    try #require(terminal.read(seconds: 30) { $0.hasWritten("edits go there from now on") })
    terminal.type("M")
    // Only what changes is sent: the number alone.
    #expect(
      terminal.read(seconds: 30) { _ in
        (try? AnnotationStore(path: rescued, access: .readOnly).steps().steps.count) == 3
      })
    terminal.type("q")
    #expect(terminal.read(seconds: 30) { !$0.child.isRunning })
    #expect(terminal.child.wait() == 0)
    // Back in its place.
    let merged = try Program.run(["annotations", "merge", data, "--from", rescued])
    #expect(merged.output.contains("3 steps"), "\(merged.errors)")
    let log = try Program.run(["annotations", "log", data])
    #expect(log.output.contains("3 steps"))
  }

  @Test("who leaves at the moment the store goes is told, and may leave all the same")
  func leaving() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try PseudoTerminal([data, "--graphics", "none"], columns: 160, rows: 40)
    try #require(terminal.read(seconds: 60) { $0.hasWritten("all saved") && !$0.isCooked })
    terminal.type("L")
    try #require(terminal.read(seconds: 30) { $0.hasWritten("saved #1") })
    try FileManager.default.removeItem(atPath: data + "/.twinlens/annotations.sqlite")
    terminal.type("q")
    try #require(terminal.read(seconds: 30) { $0.hasWritten("moved, replaced or deleted") })
    terminal.type("q")
    try #require(terminal.read(seconds: 30) { $0.hasWritten(":quit! leaves all the same") })
    #expect(terminal.child.isRunning)
    terminal.type(":quit!\r")
    #expect(terminal.read(seconds: 30) { !$0.child.isRunning })
  }

  @Test("several stores are joined at once, all of them or none")
  func several() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let stores = try ["ada", "bo"].map { name in
      let store = "\(folder.path)/\(name).sqlite"
      let script = try folder.write(name == "ada" ? "key O\nkey j\nkey P" : "key M", "\(name).keys")
      let made = try Program.run([
        data, "--script", script, "--store", store, "--annotator", name, "--size", "80x24",
        "--graphics", "none",
      ])
      #expect(made.status == 0, "\(made.errors)")
      return store
    }
    let new = folder.path + "/joined.sqlite"
    let none = try Program.run([
      "annotations", "merge", data, "--store", new, "--from", stores[0], "--from",
      folder.path + "/none.sqlite",
    ])
    #expect(none.status != 0 && !FileManager.default.fileExists(atPath: new))
    let merged = try Program.run([
      "annotations", "merge", data, "--store", new, "--from", stores[0], "--from", stores[1],
    ])
    #expect(merged.status == 0, "\(merged.errors)")
    #expect(merged.output.contains("2 steps of") && merged.output.contains("1 step of"))
    let read = try AnnotationStore(path: new, access: .readOnly).steps()
    #expect(Set(read.steps.map(\.annotator)) == ["ada", "bo"] && read.steps.count == 3)
  }

  @Test("a workbench that gives up edits ends with an error")
  func givenUp() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try PseudoTerminal([data, "--graphics", "none"], columns: 160, rows: 40)
    try #require(terminal.read(seconds: 60) { $0.hasWritten("all saved") && !$0.isCooked })
    try FileManager.default.removeItem(atPath: data + "/.twinlens")
    terminal.type("L")
    try #require(terminal.read(seconds: 30) { $0.hasWritten("NOT SAVED") })
    terminal.type(":quit!\r")
    #expect(terminal.read(seconds: 30) { !$0.child.isRunning })
    #expect(terminal.child.wait() == 1)
    #expect(terminal.read(seconds: 30) { $0.hasWritten("1 edit is NOT SAVED") })
  }

  @Test("a store that may not be written is read by log, export and the workbench")
  func readOnly() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let script = try folder.write("key L", "keys")
    let environment = ["XDG_STATE_HOME": folder.path + "/state"]
    func run(_ arguments: [String]) throws -> Program.Result {
      try Program.run(arguments, environment: environment)
    }
    let first = try run([data, "--script", script, "--graphics", "none"])
    #expect(first.status == 0)
    let store = data + "/.twinlens/annotations.sqlite"
    chmod(store, 0o444)
    #expect(try run(["annotations", "log", data]).output.contains("1 step\n"))
    let exported = try run(["annotations", "export", data, "--out", folder.path + "/out"])
    #expect(exported.output.contains("1 post differs"))
    let more = try folder.write("key O", "more")
    let second = try run([data, "--script", more, "--graphics", "none"])
    #expect(second.output.contains("committed 2"), "\(second.errors)")
    #expect(try run(["annotations", "log", data]).output.contains("2 steps\n"))
    chmod(store, 0o600)
    let log = try run(["annotations", "log", data])
    #expect(log.output.contains("1 step\n"))
    #expect(log.output.contains("`twinlens annotations merge '\(data)'`"))
    let merged = try run(["annotations", "merge", data])
    #expect(merged.output.contains("1 step of"))
    let last = try run(["annotations", "log", data])
    #expect(last.output.contains("2 steps\n"))
    #expect(!last.output.contains("merge"))
  }

  @Test(
    "themes, keys and pipes: what is no regular file is named", arguments: ["--theme", "--keymap"])
  func pipes(_ option: String) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let script = try folder.write("wait", "keys")
    let pipe = folder.path + "/pipe.toml"
    mkfifo(pipe, 0o600)
    for path in [pipe, "/dev/zero"] where option == "--keymap" || path == pipe {
      let result = try Program.run([data, "--script", script, option, path])
      #expect(result.status == 1)
      #expect(result.errors.contains("\(path): not a regular file"))
    }
  }

  @Test("an export replaces what an earlier export wrote and nothing else")
  func exports() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let out = folder.path + "/out"
    func export() throws -> Program.Result {
      try Program.run(["annotations", "export", data, "--out", out])
    }
    #expect(try export().status == 0)
    let script = try folder.write("key L", "keys")
    _ = try Program.run([data, "--script", script, "--graphics", "none"])
    #expect(try export().output.contains("1 post differs"))
    let target = out + "/train.jsonl"
    for make: () throws -> Void in [
      { try "my own work".write(toFile: target, atomically: true, encoding: .utf8) },
      {
        try FileManager.default.removeItem(atPath: target)
        symlink(folder.path + "/mine", target)
        try "mine".write(toFile: folder.path + "/mine", atomically: false, encoding: .utf8)
      },
    ] {
      try make()
      let refused = try export()
      #expect(refused.status == 1)
      #expect(refused.errors.contains("not what an earlier export wrote"))
    }
    #expect(try Program.text(folder.path + "/mine") == "mine")
    let left = try FileManager.default.contentsOfDirectory(atPath: out)
    #expect(
      Set(left)
        == [".twinlens-export", "annotations.state.jsonl", "dataset.toml", "train.jsonl"])
  }
}
