import Foundation
import TestSupport
import Testing

/// `--record`: what the players of asciinema read.
@Suite("Recordings", .enabled(if: Program.isBuilt, "the program is not built"))
struct RecordingTests {
  private let folder: TemporaryFolder
  private let data: String
  private let file: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
    file = folder.path + "/lesson.cast"
  }

  private func record(_ script: String, _ more: [String] = []) throws -> Program.Result {
    let keys = try folder.write(script, "keys")
    return try Program.run(
      [data, "--no-models", "--script", keys, "--size", "80x24", "--record", file] + more)
  }

  private func lines() throws -> [[Any]] {
    try Program.text(file).split(separator: "\n").dropFirst().map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [Any])
    }
  }

  @Test("a script is recorded at a person's pace, the same in every run")
  func script() throws {
    let script = "wait\nkey L\ntext /ann\nkey Return\nsize 100x30\nwait\n"
    let result = try record(script)
    #expect(result.status == 0, "\(result.errors)")
    let text = try Program.text(file)
    let head = try #require(
      try JSONSerialization.jsonObject(with: Data(text.prefix { $0 != "\n" }.utf8))
        as? [String: Any])
    #expect(head["version"] as? Int == 2)
    #expect(head["width"] as? Int == 80 && head["height"] as? Int == 24)
    let events = try lines()
    let times = events.compactMap { ($0[0] as? NSNumber)?.doubleValue }
    #expect(times.count == events.count && times == times.sorted() && (times.last ?? 0) > 3)
    #expect(events.contains { $0[1] as? String == "r" && $0[2] as? String == "100x30" })
    let kinds = Set(events.compactMap { $0[1] as? String })
    #expect(kinds == ["o", "r"])
    // Letters are typed one by one: wait, L, four of them, Return.
    #expect(events.prefix { $0[1] as? String == "o" }.count >= 6)
    // Nothing but what was asked for: a second run gives the same bytes.
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.removeItem(atPath: data + "/.twinlens")
    _ = try record(script)
    #expect(try Program.text(file) == text)
  }

  @Test("a file that is there is left as it is; what cannot be recorded is refused")
  func refusals() throws {
    try "mine".write(toFile: file, atomically: true, encoding: .utf8)
    let there = try record("wait\n")
    #expect(there.status != 0 && there.errors.contains("is there already and is left as it is"))
    #expect(try Program.text(file) == "mine")
    let both = try record("wait\n", ["--pictures", folder.path + "/p"])
    #expect(both.status != 0 && both.errors.contains("--record keeps a screen as signs"))
    let nowhere = try Program.run(
      [data, "--no-models", "--script", folder.path + "/keys", "--record", "/nowhere/a.cast"])
    #expect(nowhere.status != 0 && nowhere.errors.contains("/nowhere/a.cast"))
  }
}
