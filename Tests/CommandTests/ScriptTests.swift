import Annotations
import Corpora
import Foundation
import Inspection
import Routing
import Services
import TestSupport
import Testing

@Suite("Key scripts", .enabled(if: Program.isBuilt, "the program is not built"))
struct ScriptTests {
  private func run(_ script: String, _ arguments: [String] = []) throws -> Program.Result {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let file = try folder.write(script, "keys")
    return try Program.run([data, "--script", file] + arguments)
  }

  @Test("frames without models are the golden ones")
  func printedFramesAreGolden() throws {
    let result = try run(
      """
      # the first post, an edit, and back
      wait
      key L
      key u
      key j
      wait
      text /broken
      key Return
      wait
      key ?
      """, ["--size", "80x24"])
    #expect(result.status == 0)
    // The folder of the test has another name in every run.
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    let stable = lines.map { $0.contains("/") && $0.contains("twinlens-") ? "(path)" : String($0) }
    try expectGolden(stable.joined(separator: "\n"), "script-80x24")
  }

  @Test("every graphics rung shows the same post")
  func rungs() throws {
    var texts: [String: String] = [:]
    for rung in ["sixel", "blocks", "ascii", "none"] {
      texts[rung] = try run("wait", ["--graphics", rung]).output
    }
    for text in texts.values { #expect(text.contains("Pier Nine")) }
    #expect(texts["sixel"]?.contains("[sixel ") == true)
    #expect(texts["blocks"]?.contains("▀▀▀▀") == true)
    #expect(texts["none"]?.contains("pictures are off") == true)
    #expect(texts["ascii"] != texts["none"])
  }

  @Test("with models, the same script prints the same text twice, and everything is there")
  func determinism() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let script = try folder.write(
      """
      wait
      key .
      wait
      key H
      key j
      key j
      wait
      key P
      key s
      wait
      key #
      wait
      """, "keys")
    func output(_ store: String) throws -> String {
      let result = try Program.run([
        data, "--models", models, "--script", script, "--store", folder.path + "/" + store,
        "--size", "200x50",
      ])
      #expect(result.status == 0)
      return result.output.replacingOccurrences(of: store, with: "store")
    }
    let first = try output("one.sqlite")
    #expect(first == (try output("two.sqlite")))
    for words in ["routed ", "bilstm-crf", "riva", "head 1 of", "committed 1"] {
      #expect(first.contains(words), "\(words) is missing")
    }
  }

  @Test("accepted posts retrain the router, which is kept beside the annotations")
  func retraining() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder, more: 12)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let script = try folder.write("wait\nkey Return\nkey Return\nkey t\nwait\n", "keys")
    let store = folder.path + "/s/store.sqlite"
    let arguments = [data, "--models", models, "--script", script, "--store", store]
    let few = try Program.run(arguments + ["--size", "200x50"])
    #expect(few.status == 0)
    // Two posts are too few: a named state with what to do.
    #expect(few.output.contains("not trained"))
    let all = try folder.write(
      "wait\n" + String(repeating: "key Return\n", count: 14) + "wait\nkey i\nwait\n", "all")
    let enough = try Program.run([
      data, "--models", models, "--script", all, "--store", store, "--size", "200x50",
    ])
    #expect(enough.status == 0)
    #expect(enough.output.contains("a new router waits"))
    #expect(enough.output.contains("the new router is in use"))
    let shipped = try RouterBundle(folder: models + "/rds")
    let kept = RetrainedRouter(store: store, base: shipped).folder
    #expect(kept.hasPrefix(store + ".routers/rds-"))
    let retrained = try RouterBundle(folder: kept)
    #expect(retrained.configuration.version == 2)
    let title = retrained.title
    let stamp = try #require(retrained.configuration.stamp)
    // 2 accepted by the first script, 13 more by the second; one has no picture to be routed by.
    #expect(stamp.trainedOn + stamp.heldOut == 14)
    #expect(title.hasPrefix("rds, retrained 20") && title.hasSuffix(" on 14 corrections"))
    // Every command over this store uses it, and says so; p is the same everywhere.
    struct Shown: Decodable {
      struct Route: Decodable { let p: Float? }
      let router: String?
      let route: Route?
    }
    func shown(_ store: String) throws -> Shown {
      let result = try Program.run([
        "show", data, "post-0", "--models", models, "--store", store, "--json",
      ])
      return try JSONDecoder().decode(Shown.self, from: Data(result.output.utf8))
    }
    let mine = try shown(store)
    let read = try Roster.open(models).replacing(router: retrained)
    let dataset = try Dataset.open(data)
    let analysis = read.analyse(try #require(dataset.post(id: "post-0")), of: dataset)
    #expect(mine.router == title)
    #expect(mine.route?.p == analysis.decision?.scores?.probability)
    let wait = try folder.write("wait\n", "wait")
    let screen = try Program.run([
      data, "--models", models, "--script", wait, "--store", store, "--size", "200x50",
    ]).output
    #expect(screen.contains("retrained 20"))
    let evaluate = ["evaluate", data, "--models", models, "--split", "all", "--json", "--store"]
    #expect(try Program.run(evaluate + [store]).output.contains(title))
    #expect(try !Program.run(evaluate + [store, "--no-retrained"]).output.contains("retrained"))
    // Another store of the same dataset, in the same folder, does not.
    let other = folder.path + "/s/other.sqlite"
    #expect(try shown(other).router == "rds")
    #expect(try Program.run(evaluate + [other]).output.contains("\"router\" : \"rds\""))
    // Other models have a router of the same name: it is retrained beside this one, not over it.
    let theirs = try SmallModels.router(dimensions: 8, seed: 5)
    #expect(RetrainedRouter(store: store, base: theirs).folder != kept)
    try theirs.save(to: models + "/rds")
    #expect(try shown(store).router == "rds")
  }

  @Test("a step that does not exist is named with file and line, and fails")
  func unknownStep() throws {
    let result = try run("wait\n\njump 3\n")
    #expect(result.status != 0)
    #expect(result.errors.contains("keys:3: no step \"jump 3\""))
  }

  @Test("nothing in a post reaches the terminal as a control")
  func controls() throws {
    let result = try run("text G\nwait\nkey k\nwait")
    #expect(!result.output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!result.output.unicodeScalars.contains("\u{202E}"))
  }
}
