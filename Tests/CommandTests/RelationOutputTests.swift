import Corpora
import Foundation
import Testing

@Suite("Relations and reasons in texts", .enabled(if: Program.isBuilt, "the program is not built"))
struct RelationOutputTests {
  /// Three pairs of one post and one of another, as MNRE spells them.
  private func pairs(_ folder: TemporaryFolder) throws -> (data: String, lines: [String]) {
    let data = folder.path + "/pairs"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    func line(_ h: (String, Int, Int), _ t: (String, Int, Int), _ label: String) -> String {
      "{'token': ['Ada', 'Lund', 'joins', 'Acme', 'in', 'Tarn'], "
        + "'h': {'name': '\(h.0)', 'pos': [\(h.1), \(h.2)]}, "
        + "'t': {'name': '\(t.0)', 'pos': [\(t.1), \(t.2)]}, "
        + "'img_id': 'a.jpg', 'relation': '\(label)'}"
    }
    let (ada, acme, tarn) = (("Ada Lund", 0, 2), ("Acme", 3, 4), ("Tarn", 5, 6))
    let lines = [
      line(ada, acme, "None"), line(ada, tarn, "None"), line(acme, tarn, "/org/loc/locate_at"),
    ]
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: data + "/mnre_val .txt", atomically: true, encoding: .utf8)
    return (data, lines)
  }

  @Test("a relation is edited in two keys, exported as one changed line, and logged")
  func export() throws {
    let folder = try TemporaryFolder()
    let (data, lines) = try pairs(folder)
    let script = try folder.write("key c\nkey m\nkey )\nkey )\nkey c\nkey 0\nkey u\n", "keys")
    #expect(try Program.run([data, "--script", script]).status == 0)
    let out = folder.path + "/out"
    let export = try Program.run(["annotations", "export", data, "--out", out])
    #expect(export.status == 0 && export.output.contains("1 post differs"))
    let exported = try Program.text(out + "/mnre_val .txt")
    let edited = lines[0].replacingOccurrences(of: "'None'", with: "'/per/org/member_of'")
    #expect(exported == ([edited] + lines.dropFirst()).joined(separator: "\n") + "\n")
    let log = try Program.run(["annotations", "log", data]).output
    #expect(log.contains("None → /per/org/member_of on 'Ada Lund', 'Acme'"))
    #expect(log.contains("undo: /org/loc/locate_at → None on 'Acme', 'Tarn'"))
    let shown = try Program.run(["show", data, "a"]).output
    #expect(shown.contains("/per/org/member_of"))
  }

  @Test("what was not edited is exported byte for byte")
  func unedited() throws {
    let folder = try TemporaryFolder()
    let (data, lines) = try pairs(folder)
    let out = folder.path + "/out"
    #expect(try Program.run(["annotations", "export", data, "--out", out]).status == 0)
    #expect(
      try Program.text(out + "/mnre_val .txt") == lines.joined(separator: "\n") + "\n")
  }

  @Test("show --json says why a post was routed as it was")
  func explanation() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let result = try Program.run(["show", data, "post-0", "--json", "--models", models])
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let why = try #require(json["explanation"] as? [String: Any])
    let route = try #require(json["route"] as? [String: Any])
    #expect(why["p"] as? NSNumber == route["p"] as? NSNumber)
    #expect(why["percentile"] as? NSNumber == route["percentile"] as? NSNumber)
    let dimensions = try #require(why["dimensions"] as? [String: Any])
    let sum = ["positive", "negative", "rest"].reduce(0.0) {
      $0 + ((dimensions[$1] as? NSNumber)?.doubleValue ?? .nan)
    }
    let logit = try #require(why["logit"] as? NSNumber).doubleValue
    #expect(abs(sum - logit) < 1e-4)
    #expect((dimensions["contributions"] as? [NSNumber])?.count == 8)
    #expect((why["tokens"] as? [Any])?.count == 8)
    let regions = try #require(why["regions"] as? [String: Any])
    #expect((regions["effects"] as? [Any])?.count == 49)
    let flips = try #require(why["flips"] as? [[String: Any]]).map { $0["by"] as? String }
    #expect(flips.prefix(3) == ["blank", "tokens", "regions"])
    let heldOut = try #require(why["heldOut"] as? [String: Any])
    #expect((heldOut["p"] as? [NSNumber])?.isEmpty == false && heldOut["best"] is [String: Any])
    let experts = try #require(why["experts"] as? [[String: Any]])
    #expect(experts.map { $0["name"] as? String } == ["bilstm-crf", "riva"])
    #expect(experts.filter { $0["answers"] as? Bool == true }.count == 1)
    for expert in experts {
      let counts = try #require(expert["mentionCounts"] as? [String: Int])
      #expect(counts["gold"] == 2)
    }
    let other = try #require(why["otherRoute"] as? [String: Any])
    #expect(other["answers"] as? Bool == false)
    // Without a picture there is nothing to leave out, and it says so.
    let bare = try Program.run(["show", data, "post-3", "--models", models])
    #expect(bare.output.contains("without a picture the text expert answers"))
    let text = try Program.run(["show", data, "post-0", "--models", models])
    for part in ["why ", "p lost without the word", "p lost without the region", "against gold"] {
      #expect(text.output.contains(part), "\(part)")
    }
  }

  @Test("the reasons are on the screen, and asked for only then")
  func screen() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let script = try folder.write("wait\nkey e\nwait\n", "keys")
    let result = try Program.run([data, "--script", script, "--models", models])
    #expect(result.status == 0)
    #expect(result.output.contains("the router is asked"))
    #expect(result.output.contains("right answ. gold"))
  }
}
