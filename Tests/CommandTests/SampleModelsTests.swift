import Corpora
import Extractors
import Foundation
import Inspection
import Routing
import Studies
import TestSupport
import Testing

/// The models that come with the program, asked as users ask them.
@Suite("The sample's models", .enabled(if: Program.isBuilt, "the program is not built"))
struct SampleModelsTests {
  static let samples = FileManager.default.currentDirectoryPath + "/Samples"
  static let data = samples + "/harbor"
  static let models = samples + "/models"

  /// The lesson of docs/teaching.md: nobody looked at the posts before.
  @Test("lists of differences and of routes are those that predict counts")
  func lists() throws {
    let folder = try TemporaryFolder()
    let predicted = try Program.run([
      "predict", Self.data, "--models", Self.models, "--split", "all", "--out",
      folder.path + "/predicted",
    ])
    #expect(predicted.status == 0)
    let counts = try #require(
      predicted.output.firstMatch(
        of: /(\d+) posts, (\d+) of them answered with the picture; (\d+) differ/))
    let (posts, pictures) = (try #require(Int(counts.1)), try #require(Int(counts.2)))
    let script = try folder.write(
      """
      text /is:different
      key Return
      wait
      key Escape
      text /route:text
      key Return
      wait
      """, "keys")
    let shown = try Program.run([
      Self.data, "--models", Self.models, "--script", script, "--store",
      folder.path + "/store.sqlite",
    ])
    #expect(shown.output.contains("1/\(counts.3) of \(posts) for is:different"))
    #expect(shown.output.contains("1/\(posts - pictures) of \(posts) for route:text"))
  }

  private struct Scored: Decodable { let f1: Double }

  private func evaluated(_ router: String) throws -> RoutingReport {
    let result = try Program.run([
      "evaluate", Self.data, "--models", Self.models, "--router", router, "--json",
    ])
    try #require(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(RoutingReport.self, from: Data(result.output.utf8))
  }

  /// F1 of what `predict` writes, as `score` sees it.
  private func scored(_ task: String, _ router: String, by answerer: String) throws -> Double {
    let folder = try TemporaryFolder()
    let predicted = try Program.run([
      "predict", Self.data, "--models", Self.models, "--router", router, "--task", task, "--by",
      answerer, "--split", "test", "--out", folder.path + "/out",
    ])
    try #require(predicted.status == 0, "\(predicted.errors)")
    #expect(predicted.output.contains("test.jsonl"))
    let score = try Program.run([
      "score", "--task", task, "--gold", Self.data + "/test.jsonl", "--pred",
      folder.path + "/out/test.jsonl", "--json",
    ])
    try #require(score.status == 0, "\(score.errors)")
    return try JSONDecoder().decode(Scored.self, from: Data(score.output.utf8)).f1
  }

  @Test("predicted files score as the evaluation says", arguments: ["ner", "re"])
  func predictionsAgreeWithTheEvaluation(task: String) throws {
    let router = task == "ner" ? "rds-ungated" : "rds-relations"
    let full = try evaluated(router).sets.full
    #expect(try scored(task, router, by: "router") == full.union.f1)
    #expect(try scored(task, router, by: "text") == full.text.f1)
    #expect(try scored(task, router, by: "multimodal") == full.multimodal.f1)
    // Whoever sees pictures names more: untrained models would not.
    let (union, text) = (try #require(full.union.f1), try #require(full.text.f1))
    #expect(union > text + 5)
    let interval = try #require(full.union.interval)
    #expect(interval.low < union && union < interval.high)
  }

  @Test("a router for another task is not asked")
  func otherTask() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run([
      "predict", Self.data, "--models", Self.models, "--task", "re", "--router", "rds", "--out",
      folder.path + "/out",
    ])
    #expect(result.status != 0 && result.errors.contains("--by text"))
  }

  @Test("what is not defined is a dash with its reason, not zero")
  func undefinedScores() throws {
    let folder = try TemporaryFolder()
    let data = try folder.write("IMGID:1\nthe\tO\nof\tO\n", "test.txt")
    let text = try Program.run(["evaluate", data, "--models", Self.models])
    #expect(text.status == 0 && text.output.contains("no labels to find"), "\(text)")
    #expect(text.output.contains("—"))
    let json = try Program.run(["evaluate", data, "--models", Self.models, "--json"])
    let sets = try JSONDecoder().decode(RoutingReport.self, from: Data(json.output.utf8)).sets
    #expect(sets.full.union.recall == nil && sets.multimodal.posts == 0)
    #expect(sets.multimodal.multimodal.f1 == nil && sets.multimodal.multimodal.interval == nil)
  }

  @Test("any expert may be named, and all splits may be scored")
  func choosingSystems() throws {
    let set = try Roster.open(Self.models, for: .relations, experts: ["mtb"])
    #expect(
      set.pair(.relations).text?.name == "mtb" && set.router?.configuration.name == "rds-relations")
    let all = try Program.run([
      "evaluate", Self.data, "--models", Self.models, "--router", "rds-relations", "--split", "all",
      "--json",
    ])
    try #require(all.status == 0, "\(all.errors)")
    let report = try JSONDecoder().decode(RoutingReport.self, from: Data(all.output.utf8))
    #expect(report.sets.full.posts > 75 && report.task == .relations && report.mark == nil)
  }

  @Test("what strangers wrote cannot steer the terminal, in tables and in errors")
  func escaping() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    try "name = \"pwn\\u001b[31m\"\n".write(
      toFile: data + "/dataset.toml", atomically: true, encoding: .utf8)
    let result = try Program.run([
      "evaluate", data, "--models", Self.models, "--split", "all",
    ])
    #expect(result.status == 0 && result.output.contains("pwn\\u{1b}[31m"))
    #expect(!result.output.contains("\u{1b}"))
    let error = try Program.run(["show", data, "no\u{1b}[2Jpost"])
    #expect(error.status != 0 && !error.errors.contains("\u{1b}"))
  }

  @Test("a reviewed post with pairs corrects the router for relations")
  func correctionsOfRelations() throws {
    let dataset = try Dataset.open(Self.data)
    let set = try Roster.open(Self.models, router: "rds-relations")
    #expect(set.task == .relations && set.notices.isEmpty)
    #expect(try Roster.open(Self.models).task == .entities)
    #expect(try Roster.open(Self.models, for: .relations).task == .relations)
    let paired = dataset.posts.filter { !$0.relations.isEmpty }.prefix(20)
    var seen = MatchCounts.zero
    for post in paired {
      let looked = set.see(post, of: dataset)
      let correction = try set.correction(looked)
      let analysis = set.analyse(looked)
      let answers = try #require(analysis.multimodalRelations).answers.map(\.label)
      var expected = MatchCounts.zero
      for (answer, pair) in zip(answers, post.relations) {
        expected += MatchCounts(answer: answer, gold: pair.label)
      }
      #expect(correction.counts.multimodal == expected)
      #expect(correction.labels == Set(post.relations.map(\.label)))
      seen += expected
    }
    #expect(seen.predicted > 0 && seen.gold > 0)
    let plain = try #require(dataset.posts.first { $0.relations.isEmpty })
    #expect(throws: CorrectionFailure.noPair) { try set.correction(set.see(plain, of: dataset)) }
  }
}
