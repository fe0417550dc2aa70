import Foundation
import TestSupport
import Testing

/// `twinlens replay`: a history over its dataset.
@Suite("Replays", .enabled(if: Program.isBuilt, "the program is not built"))
struct ReplayCommandTests {
  private let folder: TemporaryFolder
  private let data: String
  private var store: String { data + "/.twinlens/annotations.sqlite" }

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
    let script = try folder.write("key O\nkey Return\nkey u\nkey j\nkey P\n", "work.keys")
    let done = try Program.run([data, "--script", script, "--annotator", "ada"])
    try #require(done.status == 0, "\(done.errors)")
  }

  private func replay(_ arguments: [String], _ script: String) throws -> Program.Result {
    let file = try folder.write(script, "replay.keys")
    return try Program.run(["replay"] + arguments + ["--script", file, "--size", "80x24"])
  }

  @Test("it is played, paused and stepped through, and only read")
  func plays() throws {
    let before = try Data(contentsOf: URL(fileURLWithPath: store))
    let names = try FileManager.default.subpathsOfDirectory(atPath: data).sorted()
    let result = try replay(
      [store, "--speed", "4"], "key space\nkey ctrl+n\nkey space\nwait\nkey ctrl+p\nkey L\nkey q\n")
    #expect(result.status == 0, "\(result.errors)")
    let frames = result.output.split(separator: "== frame ").map(String.init)
    #expect(frames[1].contains("replay: step 1 of 4, paused"))
    #expect(frames[1].contains("ada") && frames[1].contains("PER → ORG on 'Ada'"))
    #expect(frames[3].contains("replay: step 4 of 4, at its end"))
    #expect(frames[4].contains("replay: step 3 of 4, paused"))
    #expect(frames[5].contains("a replay is only looked at"))
    // The folder of the dataset means its store.
    #expect(try replay([data], "wait\n").output.contains("step 4 of 4, at its end"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == before)
    #expect(try FileManager.default.subpathsOfDirectory(atPath: data).sorted() == names)
  }

  @Test("a recording has the pauses of the steps")
  func records() throws {
    let file = folder.path + "/work.cast"
    let result = try replay([store, "--speed", "1000", "--record", file], "wait\n")
    #expect(result.status == 0, "\(result.errors)")
    let events = try Program.text(file).split(separator: "\n").dropFirst()
    // The first screen, four steps, and what the end of the script brought.
    #expect(events.count >= 5)
    let again = folder.path + "/again.cast"
    _ = try replay([store, "--speed", "1000", "--record", again], "wait\n")
    #expect(try Program.text(again) == Program.text(file))
  }

  @Test("a store of another dataset, or one whose dataset is gone, is refused with what would work")
  func refusals() throws {
    let moved = folder.path + "/moved"
    try FileManager.default.moveItem(atPath: data, toPath: moved)
    let there = moved + "/.twinlens/annotations.sqlite"
    let gone = try replay([there], "wait\n")
    #expect(gone.status != 0 && gone.errors.contains("its dataset \(data) is not there any more"))
    #expect(gone.errors.contains("--dataset DATASET names where it is now"))
    #expect(try replay([there, "--dataset", moved], "wait\n").output.contains("step 4 of 4"))
    let other = try folder.write(
      "{\"id\":\"post-0\",\"tokens\":[\"other\",\"words\"],\"mentions\":[]}\n", "other.jsonl")
    let wrong = try replay([there, "--dataset", other], "wait\n")
    #expect(wrong.status != 0 && wrong.errors.contains("none of its 4 steps fits \(other)"))
    #expect(wrong.errors.contains("it was made on \(data)"))
    let text = try folder.write("no store", "some.txt")
    let strange = try replay([text], "wait\n")
    #expect(strange.status != 0 && strange.errors.contains("not an SQLite file"))
    let none = try Program.run(["replay", there, "--dataset", moved])
    #expect(none.errors.contains("a replay needs a terminal"))
    let speed = try replay([there, "--speed", "0"], "wait\n")
    #expect(speed.errors.contains("--speed takes a number from 0.1 to 1000"))
  }
}
