import Foundation
import Testing

@Suite("Audit and score", .enabled(if: Program.isBuilt, "the program is not built"))
struct AuditCommandTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func pair(_ word: String, _ label: String) -> String {
    "{'token': ['\(word)', 'x'], 'h': {'pos': [0, 1]}, 't': {'pos': [1, 2]}, "
      + "'img_id': '\(word).jpg', 'relation': '\(label)'}\n"
  }

  @Test("the status is 1 for serious findings, 2 for what cannot be read, else 0")
  func statuses() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let clean = try Program.run(["audit", data])
    #expect(clean.status == 0, "\(clean.output)")
    // One picture is missing and one broken.
    #expect(clean.output.contains("missingImage") && clean.output.contains("undecodableImage"))
    #expect(clean.output.contains("Nothing serious was found."))
    #expect(!clean.output.unicodeScalars.contains("\u{1B}"))
    try FileManager.default.copyItem(atPath: data + "/train.jsonl", toPath: data + "/test.jsonl")
    let leaking = try Program.run(["audit", data, "--json"])
    #expect(leaking.status == 1)
    let findings = try #require(try object(leaking.output)["findings"] as? [[String: Any]])
    let serious = findings.filter { $0["severity"] as? String == "serious" }
    #expect(Set(serious.compactMap { $0["kind"] as? String }) == ["sharedText", "sharedImage"])
    #expect(findings.allSatisfy { $0["file"] is String && $0["message"] is String })
    #expect(findings.last?["severity"] as? String == "notice")
    let missing = try Program.run(["audit", folder.path + "/nowhere"])
    #expect(missing.status == 2 && missing.errors.contains("/nowhere: no such file"))
    let regions = try folder.write("{\"a\": 3}", "boxes.json")
    let wrong = try Program.run(["audit", data, "--regions", regions])
    #expect(wrong.status == 2 && wrong.errors.contains("boxes.json:1: column 7"))
  }

  @Test("leaking regions are found without being named, with their mutual information")
  func regions() throws {
    let folder = try TemporaryFolder()
    let labels = ["None", "/per/per/peer"]
    let text = (0..<100).map { pair("w\($0)", labels[$0 % 2]) }.joined()
    let data = try folder.write(text, "train.txt")
    let boxes = (0..<100).flatMap { i in
      (0..<(i % 2 == 0 ? 2 : 4)).map { "\"\(i)_pred_yolo_crop_\($0).png\": [0, 0, 1, 1, 1]" }
    }
    _ = try folder.write("{\(boxes.joined(separator: ","))}", "train_vg_box_dict.json")
    let result = try Program.run(["audit", data, "--json"])
    #expect(result.status == 1)
    let findings = try #require(try object(result.output)["findings"] as? [[String: Any]])
    let leak = try #require(findings.first)
    #expect(leak["kind"] as? String == "regionLeak")
    #expect(leak["file"] as? String == "train_vg_box_dict.json")
    #expect((leak["mutualInformation"] as? NSNumber)?.doubleValue == 1)
    #expect((leak["message"] as? String)?.contains("in 100 of 100 pairs") == true)
  }

  @Test("relations are scored without None, from lines of labels")
  func scoreRelations() throws {
    let folder = try TemporaryFolder()
    // 419 correct, 627 predicted, 640 gold (MODELS §1.2).
    let kinds: [(String, String, Int)] = [
      ("/per/per/peer", "/per/per/peer", 419), ("None", "/per/per/peer", 208),
      ("/per/per/peer", "None", 221), ("None", "None", 10),
    ]
    var gold = ""
    var predicted = ""
    for (right, answer, count) in kinds {
      for i in 0..<count {
        gold += pair("w\(right.count)-\(answer.count)-\(i)", right)
        predicted += answer + "\n"
      }
    }
    let arguments = [
      "score", "--task", "re", "--gold", try folder.write(gold, "gold.txt"), "--pred",
      try folder.write(predicted, "pred.txt"),
    ]
    let json = try object(try Program.run(arguments + ["--json"]).output)
    #expect(json["precision"] as? Double == 66.83)
    #expect(json["recall"] as? Double == 65.47)
    #expect(json["f1"] as? Double == 66.14)
    #expect(json["counts"] as? [String: Int] == ["correct": 419, "predicted": 627, "gold": 640])
    let types = try #require(json["types"] as? [String: [String: Any]])
    #expect(types.keys.sorted() == ["/per/per/peer"])
    #expect(types["/per/per/peer"]?["support"] as? Int == 640)
    #expect((json["withNone"] as? [String: Any])?["f1"] as? Double == 50)
    let intervals = try #require(json["intervals"] as? [String: [Double]])
    #expect(intervals["f1"]?.count == 2)
    let text = try Program.run(arguments)
    #expect(text.status == 0 && text.output.contains("66.83") && text.output.contains("66.14"))
  }

  @Test("null relations are told by name, and may be named")
  func scoreNullRelations() throws {
    let folder = try TemporaryFolder()
    let gold = try folder.write("no_relation\nmember\nno_relation\nno_relation\npeer\n", "g.txt")
    let answers = try folder.write("no_relation\nmember\nno_relation\npeer\nno_relation\n", "p.txt")
    func run(_ more: String...) throws -> [String: Any] {
      try object(
        try Program.run(
          ["score", "--task", "re", "--gold", gold, "--pred", answers, "--json"] + more
        ).output)
    }
    let known = try run()
    #expect(known["f1"] as? Double == 50)
    #expect(known["null"] as? [String] == ["no_relation"])
    #expect(try run("--null", "member")["f1"] as? Double == 50)
    let none = try folder.write("member\npeer\n", "n.txt")
    let text = try Program.run(["score", "--task", "re", "--gold", none, "--pred", none]).output
    #expect(text.contains("every one counts") && text.contains("100.00"))
  }

  @Test("audit --counts counts, and --all lists every place")
  func countsAndAll() throws {
    let folder = try TemporaryFolder()
    let train = try folder.write(
      (0..<7).map { "IMGID:\($0)\nAnn\tI-PER\nsees\tO\nBerg\tB-LOC\n\n" }.joined(), "train.txt")
    let counts = try object(try Program.run(["audit", train, "--counts", "--json"]).output)
    let rows = try #require(counts["splits"] as? [[String: Any]])
    #expect(rows.count == 1 && rows[0]["posts"] as? Int == 7)
    #expect(rows[0]["pictures"] as? Int == 7 && rows[0]["foundPictures"] as? Int == 0)
    #expect(rows[0]["mentions"] as? [String: Int] == ["PER": 7, "LOC": 7])
    let orphans = "train.txt:27: I-PER"
    #expect(!(try Program.run(["audit", train]).output.contains(orphans)))
    #expect(try Program.run(["audit", train, "--all"]).output.contains(orphans))
    #expect(try Program.run(["audit", train, "--json"]).output.contains(orphans))
  }

  @Test("mentions are scored by either reading; the first difference is named")
  func scoreMentions() throws {
    let folder = try TemporaryFolder()
    let gold = try folder.write("IMGID:a\nAnn\tB-PER\nLee\tI-PER\nx\tI-LOC\n", "gold.txt")
    let same = try folder.write("B-PER\nI-PER\nO\n", "tags.txt")
    func run(_ more: String...) throws -> Program.Result {
      try Program.run(["score", "--task", "ner", "--gold", gold] + more)
    }
    let lenient = try object(try run("--pred", same, "--json").output)
    #expect(lenient["counts"] as? [String: Int] == ["correct": 1, "predicted": 1, "gold": 2])
    #expect(lenient["f1"] as? Double == 66.67)
    let strict = try object(try run("--pred", same, "--strict", "--json").output)
    #expect(strict["f1"] as? Double == 100)
    let other = try folder.write("IMGID:a\nAnn\tB-PER\nLi\u{1B}e\tI-PER\nx\tO\n", "other.txt")
    let wrong = try run("--pred", other)
    #expect(wrong.status != 0)
    #expect(wrong.errors.contains("other.txt:3: word `LiU+1Be`"))
    #expect(wrong.errors.contains("gold.txt:3 has `Lee`"))
  }
}
