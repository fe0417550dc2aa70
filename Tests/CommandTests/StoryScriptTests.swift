import Corpora
import Foundation
import TestSupport
import Testing

/// The stories of docs/annotating.md, by the key scripts that stand there: what they leave is what
/// the drawn labels were before they were spoiled, and their screens are as they were.
@Suite("Stories of the manual", .enabled(if: Program.isBuilt, "the program is not built"))
struct StoryScriptTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String]) throws -> String {
    let done = try Program.run(arguments)
    try #require(done.status == 0, "\(arguments): \(done.errors)")
    return done.output
  }

  /// Draws posts as the manual does; once more without spoiled labels, when they are spoiled.
  private func draw(_ name: String, _ options: [String]) throws -> String {
    let place = folder.path + "/" + name
    _ = try run(["sample", place, "--train", "0", "--dev", "0", "--captions", "0"] + options)
    return place
  }

  /// Runs a script of the manual and keeps its last frames as a golden file.
  private func play(_ name: String, on data: String, _ options: [String] = []) throws {
    let text = try #require(try manualBlock("# \(name).keys", page: "annotating.md"))
    let script = try folder.write(text + "wait\n", "\(name).keys")
    let output = try run(
      [data, "--no-models", "--script", script, "--size", "80x24"] + options)
    let frames = output.split(separator: "== frame ").map(String.init)
    // The screens in the middle of the work and at its end.
    let kept = [frames[frames.count / 2], frames[frames.count - 1]]
    try expectGolden(kept.joined(separator: "\n"), "story-\(name)")
  }

  private func exported(_ data: String) throws -> Dataset {
    let out = folder.path + "/out-" + UUID().uuidString
    _ = try run(["annotations", "export", data, "--only", "accepted", "--out", out])
    return try Dataset.open(out)
  }

  @Test("why a post was routed unimodal") func why() throws {
    let text = try #require(try manualBlock("# why.keys", page: "inspecting.md"))
    let script = try folder.write(text, "why.keys")
    let data = folder.path + "/harbor"
    let samples = SampleModelsTests.samples
    try FileManager.default.copyItem(atPath: samples + "/harbor", toPath: data)
    let output = try run([
      data, "--models", samples + "/models", "--script", script, "--size", "120x36",
    ])
    let frames = output.split(separator: "== frame ").map(String.init)
    // The reasons, and the post that is most like it.
    let kept = [frames[frames.count - 3], frames[frames.count - 1]]
    try expectGolden(kept.joined(separator: "\n"), "story-why")
  }

  @Test("which corrections moved the router") func moved() throws {
    let text = try #require(try manualBlock("# moved.keys", page: "inspecting.md"))
    let script = try folder.write(text, "moved.keys")
    let data = folder.path + "/harbor"
    let samples = SampleModelsTests.samples
    try FileManager.default.copyItem(atPath: samples + "/harbor", toPath: data)
    let arguments = [data, "--models", samples + "/models"]
    let output = try run(arguments + ["--script", script, "--size", "120x36"])
    let frames = output.split(separator: "== frame ").map(String.init)
    let told = try #require(
      frames.last { $0.contains("harbor  dev-00012") && $0.contains("turns it") })
    // The day of the retraining is today's.
    let day = try Regex("20[0-9]{2}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2} UTC)?")
    try expectGolden(told.replacing(day, with: "DAY"), "story-moved")
    // The command says what the screen says, of the same post and of another in a later session.
    struct Shown: Decodable {
      struct Corrections: Decodable {
        struct Effect: Decodable {
          let correction: String
          let contribution: Float
          let routesTurned: Int
        }
        let p: Float
        let compared: Int
        let effects: [Effect]
      }
      struct Route: Decodable { let p: Float }
      let corrections: Corrections
      let route: Route
    }
    let json = try run(
      ["show"] + arguments.prefix(1) + ["dev-00012"] + arguments.dropFirst() + [
        "--corrections", "--json",
      ])
    let shown = try JSONDecoder().decode(Shown.self, from: Data(json.utf8))
    #expect(shown.corrections.p == shown.route.p, "the same corrections give the same router")
    #expect(shown.corrections.effects.count == 8 && shown.corrections.compared == 400)
    let first = try #require(shown.corrections.effects.first)
    let points = String(format: "%+.1f", 100 * first.contribution)
    #expect(told.contains("\(points)") && told.contains(first.correction))
  }

  @Test("does the picture decide, or one word") func whatIf() throws {
    let text = try #require(try manualBlock("# what-if.keys", page: "inspecting.md"))
    let script = try folder.write(text, "what-if.keys")
    let data = folder.path + "/harbor"
    let samples = SampleModelsTests.samples
    try FileManager.default.copyItem(atPath: samples + "/harbor", toPath: data)
    let output = try run([
      data, "--models", samples + "/models", "--script", script, "--size", "120x36",
    ])
    let frames = output.split(separator: "== frame ").map(String.init)
    // Without the word, and kept with a blank picture.
    let changed = try #require(
      frames.last { $0.contains("≠ rds") && !$0.contains("blank picture") })
    try expectGolden(changed + "\n" + (frames.last ?? ""), "story-what-if")
    let kept = try run(["show", data, "--models", samples + "/models", "--what-if", "traffic"])
    #expect(kept.hasPrefix("harbor"))
    #expect(kept.contains("traffic (the word and a blank picture together): without “traffic”"))
  }

  @Test("whether the heads look where occlusion says") func heads() throws {
    let text = try #require(try manualBlock("# heads.keys", page: "inspecting.md"))
    let script = try folder.write(text, "heads.keys")
    let samples = SampleModelsTests.samples
    let data = folder.path + "/harbor"
    try FileManager.default.copyItem(atPath: samples + "/harbor", toPath: data)
    let output = try run([
      data, "--models", samples + "/models", "--script", script, "--size", "120x36",
    ])
    let frames = output.split(separator: "== frame ").map(String.init)
    try expectGolden(frames[frames.count - 1], "story-heads")
    // The same numbers from the command line, to the digits of the screen.
    let shown = try run([
      "show", data, "dev-00002", "--models", samples + "/models", "--occlusion", "--json",
    ])
    let found = try JSONDecoder().decode(Occlusions.self, from: Data(shown.utf8))
    let riva = try #require(found.occlusion.first { $0.expert == "riva" })
    let attention = try #require(riva.agreement.first { $0.signal == "vcn/attention" })
    // Of numbers near zero the screen writes the power of ten.
    for (head, rho) in attention.occlusion.slices.enumerated() where abs(rho) > 0.005 {
      let text = String(format: "%.2f", rho).replacing("0.", with: ".")
      #expect(frames[frames.count - 1].contains("\(head + 1) ρ \(text)"), "head \(head + 1)")
    }
  }

  private struct Occlusions: Decodable {
    let occlusion: [Entry]

    struct Entry: Decodable {
      let expert: String
      let agreement: [Agreement]
    }

    struct Agreement: Decodable {
      let signal: String
      let occlusion: Side
    }

    struct Side: Decodable {
      let slices: [Double]
    }
  }

  @Test("correct twenty tweets") func twenty() throws {
    let options = ["--test", "20", "--seed", "7"]
    let data = try draw("twenty", options + ["--noise", "0.3"])
    let clean = try Dataset.open(try draw("clean", options))
    #expect(try Dataset.open(data).posts.map(\.mentions) != clean.posts.map(\.mentions))
    try play("correct", on: data)
    let after = try exported(data)
    #expect(after.posts.map(\.mentions) == clean.posts.map(\.mentions))
  }

  @Test("adjudicate two annotators' relations") func adjudicate() throws {
    let data = try draw("ends", ["--pairs", "--test", "8", "--seed", "3"])
    for name in ["ada", "bo"] {
      let store = folder.path + "/\(name).store"
      try play(name, on: data, ["--annotator", name, "--store", store])
    }
    for name in ["ada", "bo"] {
      _ = try run(["annotations", "merge", data, "--from", folder.path + "/\(name).store"])
    }
    try play("decide", on: data, ["--annotator", "lea"])
    let decided = try run(["query", data, "state:adjudicated", "--count"])
    #expect(decided.trimmingCharacters(in: .whitespacesAndNewlines).hasPrefix("4"))
    // Three times Ada was right, once Bo.
    let before = try Dataset.open(data).posts.map(\.relations)
    #expect(try exported(data).posts.map(\.relations) == before)
  }

  @Test("find and mend the ten most suspicious relations") func suspicious() throws {
    let options = ["--pairs", "--test", "200", "--seed", "3"]
    let data = try draw("doubtful", options + ["--noise", "0.05"])
    let clean = try Dataset.open(try draw("clean", options)).posts
    _ = try run(["suspect", data])
    try play("suspicious", on: data)
    let before = try Dataset.open(data).posts
    let after = try exported(data).posts
    #expect(after.count == 10)
    let right = Dictionary(uniqueKeysWithValues: clean.map { ($0.id, $0.relations) })
    #expect(after.allSatisfy { right[$0.id] == $0.relations })
    let wrong = Set(zip(before, clean).filter { $0.relations != $1.relations }.map(\.0.id))
    #expect(wrong.count == 10 && wrong.intersection(after.map(\.id)).count == 8)
  }
}
