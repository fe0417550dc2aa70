import Corpora
import Foundation
import TestSupport
import Testing

/// What-ifs that are made on screen, kept with a note, and printed by `show`.
@Suite("What-ifs that are kept", .enabled(if: Program.isBuilt, "the program is not built"))
struct WhatIfCommandTests {
  private let folder: TemporaryFolder
  private let data: String
  private let models: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
    models = try SmallModels.make(for: Dataset.open(data), in: folder)
  }

  private var store: String { data + "/.twinlens/annotations.sqlite" }

  private func play(_ script: String, _ options: [String] = []) throws -> String {
    let file = try folder.write(script, "keys")
    let done = try Program.run(
      [data, "--models", models, "--script", file, "--size", "120x36"] + options)
    try #require(done.status == 0, "\(done.errors)")
    return done.output
  }

  private func show(_ options: [String]) throws -> Program.Result {
    try Program.run(["show", data] + options)
  }

  @Test func whatIsKeptOnScreenIsWhatShowPrints() throws {
    let frames = try play(
      """
      wait
      key o
      wait
      key b
      wait
      key Return
      text set rgn/gate = 0.25
      key Return
      wait
      key a
      text shut the gate does not open
      key Return
      wait
      """)
    let last = try #require(frames.components(separatedBy: "== frame ").last)
    #expect(last.contains("shut is kept: blank picture; set rgn/gate = 0.25"), "\(last)")
    #expect(last.contains("what if: with a blank picture"))
    #expect(last.contains("and with rgn/gate = 0.25"))
    let list = try show(["--what-ifs"])
    #expect(list.output.contains("shut") && list.output.contains("the gate does not open"))
    // The numbers on the screen are those of the JSON, written with as many digits.
    let output = try show(["--models", models, "--what-if", "shut", "--json"])
    try #require(output.status == 0, "\(output.errors)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(output.output.utf8)) as? [String: Any])
    #expect(json["post"] as? String == "post-0")
    let changed = try #require(json["changed"] as? [String: Any])
    #expect((changed["whatIf"] as? [String: Any])?["note"] as? String == "the gate does not open")
    for route in [json["route"], changed["route"]] {
      let p = try #require((route as? [String: Any])?["p"] as? Double)
      let digits = String(String(format: "%.3f", p).dropFirst())
      #expect(last.contains("p \(digits)"), "p \(digits):\n\(last)")
    }
    let refusals = try #require(changed["refusals"] as? [[String: Any]])
    #expect(refusals.allSatisfy { $0["expert"] as? String == "bilstm-crf" })
    #expect(refusals.count == 2)
    let differences = try #require(changed["differences"] as? [[String: Any]])
    let rows = differences.flatMap { $0["rows"] as? [[String: Any]] ?? [] }
    let gate = try #require(rows.first { $0["signal"] as? String == "rgn/gate" })
    #expect((gate["after"] as? [String: Any])?["number"] as? Double == 0.25)
    let before = try #require((gate["before"] as? [String: Any])?["number"] as? Double)
    let digits = String(String(format: "%.2f", before).dropFirst())
    #expect(last.contains("rgn/gate \(digits) → .25"), "\(digits):\n\(last)")
    // Both ways of saying it give the same.
    let options = ["post-0", "--models", models, "--blank-picture", "--set", "rgn/gate=0.25"]
    let plain = try show(options + ["--json"])
    let again = try #require(
      try JSONSerialization.jsonObject(with: Data(plain.output.utf8)) as? [String: Any])
    let one = try #require((again["changed"] as? [String: Any])?["experts"] as? NSArray)
    #expect(one == changed["experts"] as? NSArray)
    #expect(try show(["--models", models, "--what-if", "shut"]).output.contains("shut (the gate"))
  }

  @Test func itIsOpenedAgainAndRemoved() throws {
    _ = try play("wait\nkey o\nwait\nkey d\nwait\nkey a\ntext first\nkey Return\nwait\n")
    let frames = try play(
      """
      wait
      key j
      wait
      key :
      text what-ifs
      key Return
      key Return
      wait
      """)
    let last = try #require(frames.components(separatedBy: "== frame ").last)
    #expect(last.contains("what if: without “Ada”") && last.contains("post-0"))
    _ = try play("wait\nkey :\ntext what-ifs\nkey Return\nkey x\nwait\n")
    #expect(try show(["--what-ifs"]).output.contains("no what-if is kept in"))
  }

  @Test func whatIsAskedForWronglyIsSaid() throws {
    _ = try play("wait\nkey o\nwait\nkey d\nwait\nkey a\ntext first\nkey Return\nwait\n")
    let near = try show(["--models", models, "--what-if", "frist"])
    #expect(near.status != 0 && near.errors.contains("did you mean first?"))
    let other = try show(["post-1", "--models", models, "--what-if", "first"])
    #expect(other.status != 0 && other.errors.contains("is of the post post-0, not of post-1"))
    let none = try show([])
    #expect(none.status != 0 && none.errors.contains("no post is named"))
    let path = store + "-what-ifs.jsonl"
    let good = try String(contentsOfFile: path, encoding: .utf8)
    try (good + "{\"name\": \"x\"}\n").write(toFile: path, atomically: true, encoding: .utf8)
    let bad = try show(["--what-ifs"])
    #expect(bad.status != 0 && bad.errors.contains("what-ifs.jsonl:2: “post” is missing"))
    // The workbench opens all the same, and says so.
    #expect(try play("wait\nkey :\ntext findings\nkey Return\n").contains("“post” is missing"))
  }
}
