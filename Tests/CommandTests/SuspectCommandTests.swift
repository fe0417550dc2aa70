import Corpora
import Foundation
import Testing

/// `twinlens suspect` as a person runs it.
@Suite("Suspect", .enabled(if: Program.isBuilt, "the program is not built"))
struct SuspectCommandTests {
  /// Forty posts, of which one has a wrong type.
  private func dataset(_ folder: TemporaryFolder, pairs: Bool = false) throws -> String {
    let lines = (0..<40).map { i -> String in
      let town = i % 2 == 0
      let words = ["Ada\(i % 6)", town ? "sees" : "joins", town ? "Tarn" : "Acme", "\(i)"]
        .map { "\"\($0)\"" }.joined(separator: ",")
      let type = i == 12 ? "PER" : town ? "LOC" : "ORG"
      let relations =
        pairs
        ? "{\"head\":[0,1],\"tail\":[2,3],\"label\":\"\(town ? "/per/loc/x" : "/per/org/y")\"}" : ""
      return "{\"id\":\"p\(i)\",\"tokens\":[\(words)],\"mentions\":["
        + "{\"start\":0,\"end\":1,\"type\":\"PER\"},{\"start\":2,\"end\":3,\"type\":\"\(type)\"}],"
        + "\"relations\":[\(relations)]}\n"
    }
    try FileManager.default.createDirectory(
      atPath: folder.path + "/data", withIntermediateDirectories: true)
    _ = try folder.write(lines.joined(), "data/train.jsonl")
    return folder.path + "/data"
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func theRankingIsPrintedAndKeptBesideTheAnnotations() throws {
    let folder = try TemporaryFolder()
    let data = try dataset(folder)
    let out = folder.path + "/ranking.json"
    let learning = ["suspect", data, "--folds", "3", "--epochs", "20", "--batch", "4"]
    let run = try Program.run(learning + ["--json", "--out", out])
    #expect(run.status == 0, "\(run.errors)")
    let posts = try #require(try object(run.output)["posts"] as? [[String: Any]])
    #expect(posts.count == 40)
    let scores = posts.compactMap { $0["score"] as? Double }
    #expect(scores == scores.sorted(by: >) && scores.allSatisfy { (0...1).contains($0) })
    #expect(posts.prefix(4).contains { $0["id"] as? String == "p12" })
    let wrong = try #require(posts.first { $0["id"] as? String == "p12" })
    let why = try #require(wrong["why"] as? String)
    #expect(why.hasPrefix("‘Tarn’ is PER here, LOC in all 19 other posts; the expert "), "\(why)")
    let mentions = try #require(wrong["mentions"] as? [[String: Any]])
    #expect(mentions.first?["words"] as? [Int] == [2, 3])
    // The file beside the annotations is the one that is read.
    let kept = data + "/.twinlens/suspicion.json"
    #expect(try SuspicionRanking.reading(kept).posts.count == 40)
    #expect(FileManager.default.contentsEqual(atPath: out, andPath: kept))
    // Again from what is kept, for a person.
    let again = try Program.run(learning + ["--top", "5"])
    #expect(again.status == 0 && again.output.contains("‘Tarn’ is PER here"), "\(again.output)")
    #expect(again.output.contains("and 35 more (--top 40 lists all)"))
  }

  @Test func theWorkbenchGoesThroughTheRanking() throws {
    let folder = try TemporaryFolder()
    let data = try dataset(folder)
    let made = try Program.run(["suspect", data, "--folds", "2", "--epochs", "2"])
    #expect(made.status == 0, "\(made.errors)")
    let first = try #require(
      try SuspicionRanking.reading(data + "/.twinlens/suspicion.json").posts.first)
    let script = try folder.write("key !\nwait\n", "suspicious.keys")
    let shown = try Program.run([data, "--no-models", "--script", script, "--size", "160x36"])
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(shown.output.contains("(1 of 40, "), "\(shown.output)")
    #expect(shown.output.contains(first.id))
    // A damaged ranking keeps nobody from working.
    try Data("{".utf8).write(to: URL(fileURLWithPath: data + "/.twinlens/suspicion.json"))
    let damaged = try Program.run([data, "--no-models", "--script", script, "--size", "160x36"])
    #expect(damaged.status == 0 && damaged.errors.contains("suspicion.json"))
  }

  @Test func spoiledLabelsAreCounted() throws {
    let folder = try TemporaryFolder()
    let data = try dataset(folder, pairs: true)
    let dump = folder.path + "/dump.json"
    let before = try Data(contentsOf: URL(fileURLWithPath: data + "/train.jsonl"))
    let run = try Program.run(
      ["suspect", "measure", data, "--folds", "4", "--noise", "0.1", "--dump", dump, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let result = try object(run.output)
    // Every post has a pair: pairs are judged, four of forty are spoiled.
    #expect(result["subject"] as? String == "relations")
    #expect(result["spoiled"] as? Int == 4)
    #expect(result["kinds"] as? [String: Int] == ["relation": 4])
    let queues = try #require(result["queues"] as? [[String: Any]])
    #expect(
      queues.compactMap { $0["name"] as? String }
        == ["twinlens", "leastConfidence", "selfConfidence"])
    let found = try #require(queues[0]["found"] as? [[String: Any]])
    #expect(found.compactMap { $0["first"] as? Double } == [0.05, 0.1, 0.2])
    #expect(found.last?["count"] as? Int == 4, "the words leave no doubt")
    #expect(!FileManager.default.fileExists(atPath: data + "/.twinlens/suspicion.json"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: data + "/train.jsonl")) == before)
    let rows = try object(String(contentsOfFile: dump, encoding: .utf8))
    let posts = try #require(rows["posts"] as? [[String: Any]])
    #expect(posts.count == 40 && (rows["labels"] as? [String])?.count == 2)
    for post in posts {
      let given = try #require(post["given"] as? [Int])
      let table = try #require(post["probabilities"] as? [[Double]])
      #expect(given.count == table.count && table.allSatisfy { $0.count == 2 })
    }
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let folder = try TemporaryFolder()
    let data = try dataset(folder)
    func errors(_ arguments: String...) throws -> String {
      let run = try Program.run(["suspect"] + arguments)
      #expect(run.status != 0)
      return run.errors
    }
    #expect(try errors(data, "--folds", "1").contains("--folds takes a number from 2 to 50"))
    #expect(try errors(data, "--system", "oracle").contains("no system oracle to train"))
    #expect(try errors(data, "--task", "re").contains("has no relations to judge"))
    #expect(try errors("measure", data, "--noise", "0.9").contains("--noise takes a share"))
    #expect(try errors(data + "/nowhere").contains("no such file"))
    #expect(
      try errors(data, "--system", "pair-words", "--task", "ner").contains("leave out --task"))
    let bare = try folder.write("{\"id\":\"a\",\"tokens\":[\"x\"]}\n", "bare.jsonl")
    #expect(try errors(bare).contains("has no mentions to judge"))
  }
}
