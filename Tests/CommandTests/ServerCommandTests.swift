import Annotations
import Foundation
import TestSupport
import Testing

/// Commands over a store on a server say what they say over a file with the same steps.
@Suite(
  "Commands over a server's store",
  .enabled(
    if: Program.isBuilt && TestServer.programs != nil,
    "the program is not built, or no PostgreSQL server is installed (Debian's package postgresql)"))
struct ServerCommandTests {
  let server: TestServer
  let folder: TemporaryFolder
  let data: String
  let file: String

  /// A dataset, and a file in which ada and bo worked.
  init() throws {
    server = try TestServer.shared.get()
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
    file = folder.path + "/s.sqlite"
    let accept = String(repeating: "key Return\n", count: 3)
    #expect(try work("ada", "key L\n" + accept + "key u\n", in: file) == 0)
    #expect(try work("bo", accept, in: file) == 0)
  }

  private func work(_ annotator: String, _ keys: String, in store: String) throws -> Int32 {
    let script = try folder.write(keys, "keys")
    return try Program.run([
      data, "--no-models", "--annotator", annotator, "--store", store, "--script", script,
      "--size", "100x30",
    ]).status
  }

  /// What a command prints, without what names the store or tells the time.
  private func said(
    _ command: [String], of store: String, _ name: String
  ) throws -> (status: Int32, text: String) {
    let result = try Program.run(command)
    var text = result.output + result.errors
    for (old, new) in [(store, "STORE"), (name, "STORE"), ("in a server", "named")] {
      text = text.replacingOccurrences(of: old, with: new)
    }
    return (result.status, Self.withoutTimes(text))
  }

  private static func withoutTimes(_ text: String) -> String {
    text.replacing(
      #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|"seconds[A-Za-z]*": (?:\{[^}]*\}|[^,}]*)/#,
      with: "TIME")
  }

  /// Each command over both stores.
  private func compare(_ address: String, after what: String) throws {
    let name = try PostgresAddress(address).name
    for command in [
      ["annotations", "log", data], ["annotations", "log", data, "--json"],
      ["annotations", "agreement", data], ["annotations", "agreement", data, "--json"],
      ["annotations", "agreement", data, "--annotators", "ada,bo"],
      ["annotations", "stats", data, "--json"], ["query", data, "by:ada", "--json"],
      ["show", data, "post-0", "--json"], ["show", data, "post-0", "--at", "#1", "--json"],
    ] {
      let theirs = try said(command + ["--store", address], of: address, name)
      let own = try said(command + ["--store", file], of: file, file)
      #expect(own.status == 0, "\(command): \(own.text)")
      #expect(theirs == own, "\(command), \(what)")
    }
    var exports: [[String: String]] = []
    for (number, store) in [file, address].enumerated() {
      let out = folder.path + "/out-\(what)-\(number)"
      let result = try Program.run([
        "annotations", "export", data, "--store", store, "--out", out, "--format", "jsonl",
      ])
      #expect(result.status == 0, "\(result.errors)")
      let texts = try FileManager.default.subpathsOfDirectory(atPath: out)
        .filter { $0.hasSuffix(".jsonl") }
      exports.append(
        try Dictionary(
          uniqueKeysWithValues: texts.map {
            ($0, Self.withoutTimes(try Program.text("\(out)/\($0)")))
          }))
    }
    #expect(exports[0] == exports[1] && !exports[0].isEmpty, "export, \(what)")
  }

  @Test func eachSaysTheSame() throws {
    let (_, address) = try server.store()
    let copied = try Program.run(["annotations", "copy", file, address])
    #expect(copied.status == 0, "\(copied.errors)")
    try compare(address, after: "copied")
    // The same work, undo and redo in both, then the same strange store merged into both.
    let strange = folder.path + "/cy.sqlite"
    #expect(try work("cy", "key O\nkey Return\n", in: strange) == 0)
    for store in [file, address] {
      #expect(try work("ada", "key u\nkey u\nkey U\nkey M\nkey Return\n", in: store) == 0)
      let merged = try Program.run([
        "annotations", "merge", data, "--store", store, "--from", strange,
      ])
      #expect(merged.status == 0, "\(merged.errors)")
    }
    try compare(address, after: "edited and merged")
  }

  /// The way out of an outage: from then on the session is about the file, whatever becomes of the
  /// server.
  @Test func theHistoryGoesOnInAFileWhileTheServerIsAway() throws {
    let own = try TestServer()
    let (_, address) = try own.store()
    let process = try #require(own.process)
    let result = try Program.shell(
      """
      (sleep 2; kill -9 \(process); sleep 1; echo ':goto post-0'; echo ':span 0 1 LOC'; sleep 1
      echo ':save-history f.sqlite'; sleep 4; echo ':span 2 3 PER'; sleep 2) |
        twinlens '\(data)' --no-models --annotator ann --store '\(address)' --plain
      """, in: folder)
    // Who writes into a pipe is told by the status that an edit was not saved at first.
    #expect(result.status == 1, "\(result)")
    let parts = result.output.components(separatedBy: "edits go there from now on")
    #expect(parts.count == 2 && parts[0].contains("does not answer"), "\(result)")
    #expect(parts.last?.contains("does not answer") == false, "\(result)")
    #expect(parts.last?.contains("Saved, edit 2.") == true, "\(result)")
    let kept = try AnnotationStore(path: folder.path + "/f.sqlite", access: .readOnly).stored()
    #expect(kept.steps.count == 2)
  }

  @Test func aServersStoreIsCheckedAndRescued() throws {
    let (database, address) = try server.store()
    #expect(try Program.run(["annotations", "copy", file, address]).status == 0)
    let sound = try Program.run(["annotations", "verify", address])
    #expect(sound.status == 0 && sound.output.contains(": sound\n"), "\(sound)")
    #expect(!sound.output.contains("ann@") && !sound.output.contains("host="))
    let missing = address.replacingOccurrences(of: database, with: "nowhere")
    let refused = try Program.run(["annotations", "verify", missing])
    #expect(
      refused.status == 1 && refused.errors.contains("does not exist")
        && !refused.errors.contains("whether the server runs"), "\(refused)")
    try server.psql(
      "SET session_replication_role = replica; UPDATE twinlens.step SET name = 'x' WHERE sequence = 2",
      in: database)
    let damaged = try Program.run(["annotations", "verify", address, "--json"])
    #expect(damaged.status == 1 && damaged.output.contains("\"first\": 2"), "\(damaged)")
    let new = folder.path + "/new.sqlite"
    let repaired = try Program.run(["annotations", "repair", address, "--output", new])
    #expect(repaired.status == 0 && repaired.output.contains("missing: step 2"), "\(repaired)")
    let all = try AnnotationStore(path: file, access: .readOnly).steps().steps
    let kept = try AnnotationStore(path: new, access: .readOnly).steps().steps
    #expect(kept == all.filter { $0.sequence != 2 })
    let onto = try Program.run(["annotations", "repair", file, "--output", address])
    #expect(onto.status != 0 && onto.errors.contains("a repair writes a file"), "\(onto)")
  }
}
