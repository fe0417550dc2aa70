import Corpora
import Encoders
import Extractors
import Foundation
import Inspection
import Services
import Tensors
import TestSupport
import Testing

@testable import Routing

/// What the pages say of relations, of retrained routers and of routers between experts that exist,
/// asked of the built program.
@Suite(
  "Routers and pairs as the pages tell", .enabled(if: Program.isBuilt, "the program is not built"))
struct CommandClaimsTests {
  /// Posts of the JSON Lines format, each with some pairs of (head, tail) words.
  private func write(
    _ posts: [(words: [String], pairs: [(Int, Int)])], in folder: TemporaryFolder
  ) throws -> String {
    let data = folder.path + "/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    var lines = ""
    for (i, post) in posts.enumerated() {
      let words = post.words.map { "\"\($0)\"" }.joined(separator: ",")
      let pairs = post.pairs.map {
        "{\"head\":[\($0.0),\($0.0 + 1)],\"tail\":[\($0.1),\($0.1 + 1)],\"label\":\"None\"}"
      }.joined(separator: ",")
      lines +=
        "{\"id\":\"p\(i)\",\"tokens\":[\(words)],\"mentions\":[{\"start\":0,\"end\":1,"
        + "\"type\":\"PER\"}],\"relations\":[\(pairs)]}\n"
    }
    try lines.write(toFile: data + "/test.jsonl", atomically: true, encoding: .utf8)
    return data
  }

  private struct Shown: Decodable {
    struct System: Decodable {
      struct Pair: Decodable { let cutOff: [String] }
      let name: String
      let pairs: [Pair]?
    }
    let router: String?
    let notices: [String]
    let experts: [System]
    var relationExperts: [System] { experts.filter { $0.pairs != nil } }
  }

  private func shown(_ arguments: [String]) throws -> Shown {
    let result = try Program.run(["show"] + arguments + ["--json"])
    try #require(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Shown.self, from: Data(result.output.utf8))
  }

  @Test(
    "a dataset most of whose posts have a pair is opened with the router for relations",
    arguments: [(2, "rds-relations"), (1, "rds")])
  func routerOfADataset(paired: Int, router: String) throws {
    let folder = try TemporaryFolder()
    let data = try write(
      (0..<3).map { i in
        (words: ["Ada", "of", "Tarn"], pairs: i < paired ? [(0, 2)] : [])
      }, in: folder)
    let models = ["--models", SampleModelsTests.models]
    #expect(try shown([data, "p2"] + models).router == router)
    // Another one may be named.
    let other = router == "rds" ? "rds-relations" : "rds"
    #expect(try shown([data, "p2", "--router", other] + models).router == other)
  }

  /// A folder of models that holds an untrained `mtb` on an encoder of 64 positions.
  private func shortModels(in folder: TemporaryFolder) throws -> String {
    try SmallCheckpoints.bert(folder.path + "/bert")
    var base = try TextBase(folder: folder.path + "/bert")
    var generator = SeededGenerator(seed: 2)
    let markers = try RelationMarkers(addedTo: &base, &generator)
    let configuration = MTBModel.Configuration(scheme: .mnre, markers: markers, longest: 64)
    try MTBModel.save(
      MTB(base.encoder, prefix: base.prefix, scheme: .mnre, &generator), configuration, from: base,
      to: folder.path + "/models/mtb",
      provenance: Provenance(command: "test", seed: 1, data: [:], metrics: [:]))
    return folder.path + "/models"
  }

  @Test("a pair behind the encoder's last position is said by show, in JSON and by predict")
  func cutOff() throws {
    let folder = try TemporaryFolder()
    let long = [String](repeating: "a", count: 79) + ["z"]
    let data = try write([(long, [(0, 79), (0, 3)]), (["a", "b", "c"], [(0, 2)])], in: folder)
    let models = ["--models", try shortModels(in: folder)]
    let text = try Program.run(["show", data, "p0"] + models)
    #expect(text.status == 0)
    #expect(text.output.contains("note: mtb did not read the tail"), "\(text.output)")
    let whole = try Program.run(["show", data, "p1"] + models)
    #expect(whole.status == 0 && !whole.output.contains("did not read"))

    let cut = try shown([data, "p0"] + models)
    let mtb = try #require(cut.relationExperts.first)
    #expect(mtb.name == "mtb" && mtb.pairs?.map(\.cutOff) == [["tail"], []])
    #expect(cut.notices.contains { $0.contains("did not read the tail") })
    #expect(try shown([data, "p1"] + models).relationExperts.first?.pairs?.map(\.cutOff) == [[]])

    // Of three pairs one was not read.
    let out = folder.path + "/out"
    let predicted = try Program.run(
      ["predict", data, "--task", "re", "--by", "text", "--split", "all", "--out", out] + models)
    #expect(predicted.status == 0)
    let line = try #require(
      predicted.errors.split(separator: "\n").first { $0.contains("behind the encoder's last") },
      "\(predicted.errors)")
    #expect(line.contains("1 pair"))
    struct Note: Decodable { let pairsCutOff: Int }
    let note = try JSONDecoder().decode(
      Note.self, from: Data(try Program.text(out + "/predictions.json").utf8))
    #expect(note.pairsCutOff == 1)
  }

  @Test("four fifths of dev teach a router and the last fifth chooses, or all of train and of dev")
  func partsOfARouter() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder, more: 9)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let dev = try Program.text(data + "/train.jsonl").replacingOccurrences(
      of: "\"id\":\"post-", with: "\"id\":\"dev-")
    try dev.write(toFile: data + "/dev.jsonl", atomically: true, encoding: .utf8)
    let dataset = try Dataset.open(data)
    func ids(_ split: Split) -> Set<String> { Set(dataset.posts(in: split).map(\.id)) }
    #expect(ids(.dev).count == 15 && ids(.train).count == 15)
    func router(_ split: [String], _ name: String) throws -> (Set<String>, Set<String>) {
      let result = try Program.run(
        [
          "train", "router", "--models", models, "--text", "bilstm-crf", "--multimodal", "riva",
          "--dual", models + "/clip", "--dataset", data, "--name", name,
        ] + split)
      try #require(result.status == 0, "\(result.errors)")
      let bundle = try RouterBundle(folder: models + "/" + name)
      return (
        Set(try #require(bundle.rehearsal).ids), Set(try #require(bundle.heldOut).ids)
      )
    }
    let (teaching, choosing) = try router([], "of-dev")
    #expect(teaching.count == 12 && choosing.count == 3)
    #expect(teaching.isDisjoint(with: choosing) && teaching.union(choosing) == ids(.dev))
    let (all, judging) = try router(["--split", "train"], "of-train")
    #expect(all == ids(.train) && judging == ids(.dev))
  }

  /// A router of the small models with a head that sends every post with a picture the same way,
  /// kept beside a store as a retraining keeps it.
  private func retrain(_ shipped: RouterBundle, _ store: String, bias: Float) throws {
    var head = shipped.base
    head.weights = [Float](repeating: 0, count: head.weights.count)
    head.weights[head.layout.b2.lowerBound] = bias
    let stamp = RouterBundle.RetrainingStamp(
      trainedOn: 4, heldOut: 1, corrections: "0", heldOutBefore: 50, heldOutAfter: 60)
    try shipped.installing(head, version: 2, stamp: stamp).dated("2026-11-21").save(
      to: RetrainedRouter(store: store, base: shipped).folder)
  }

  @Test("predict answers by the router that was retrained beside the store, and names it")
  func predictRetrained() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let dataset = try Dataset.open(data)
    let models = try SmallModels.make(for: dataset, in: folder)
    let shipped = try RouterBundle(folder: models + "/rds")
    struct Note: Decodable {
      struct Model: Decodable { let version: Int? }
      let router: String?
      let models: [String: Model]
    }
    func predicted(_ store: String, _ more: [String] = []) throws -> (pictured: Int, note: Note) {
      let out = folder.path + "/out-" + UUID().uuidString
      let result = try Program.run(
        [
          "predict", data, "--models", models, "--split", "all", "--out", out, "--store", store,
        ] + more)
      try #require(result.status == 0, "\(result.errors)")
      let count = try #require(
        result.output.firstMatch(of: /(\d+) of them answered with the picture/))
      let note = try JSONDecoder().decode(
        Note.self, from: Data(try Program.text(out + "/predictions.json").utf8))
      return (try #require(Int(count.1)), note)
    }
    let (always, never) = (folder.path + "/always.sqlite", folder.path + "/never.sqlite")
    try retrain(shipped, always, bias: 5)
    try retrain(shipped, never, bias: -5)
    let title = "rds, retrained 2026-11-21 on 5 corrections"
    let all = try predicted(always)
    // Where no picture can be seen, the text expert answers in any case.
    let set = try Roster.open(models)
    let asked = dataset.posts.count { set.analyse($0, of: dataset).decision?.scores != nil }
    #expect(all.pictured == asked && asked > 0 && asked < dataset.posts.count)
    #expect(all.note.router == title && all.note.models["router"]?.version == 2)
    let none = try predicted(never)
    #expect(none.pictured == 0 && none.note.router == title)
    // Without it, or beside another store, it is the one of the folder.
    for plain in [
      try predicted(always, ["--no-retrained"]), try predicted(folder.path + "/other.sqlite"),
    ] {
      #expect(plain.note.router == "rds" && plain.note.models["router"]?.version == 1)
    }
  }

  @Test("a reviewed post with pairs counts both experts for relations")
  func bothExpertsCount() throws {
    let dataset = try Dataset.open(SampleModelsTests.data)
    let set = try Roster.open(SampleModelsTests.models, router: "rds-relations")
    let paired = dataset.posts.filter { !$0.relations.isEmpty }.prefix(30)
    var differ = 0
    for post in paired {
      let seen = set.see(post, of: dataset)
      let counts = try set.correction(seen).counts
      let analysis = set.analyse(seen)
      func expected(_ answers: RelationAnswers?) throws -> MatchCounts {
        var sum = MatchCounts.zero
        for (answer, pair) in zip(try #require(answers).answers, post.relations) {
          sum += MatchCounts(answer: answer.label, gold: pair.label)
        }
        return sum
      }
      #expect(try counts.text == expected(analysis.textRelations), "\(post.id)")
      #expect(try counts.multimodal == expected(analysis.multimodalRelations), "\(post.id)")
      if counts.text != counts.multimodal { differ += 1 }
    }
    // Experts that always agree would not tell which of them was counted.
    #expect(differ > 0)
  }
}
