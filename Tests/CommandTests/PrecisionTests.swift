import Corpora
import Extractors
import Foundation
import Inspection
import Studies
import TestSupport
import Testing

@testable import Tensors

/// Low precision as people ask for it: compared with float32, and named wherever it was used.
@Suite("Precision", .enabled(if: Program.isBuilt, "the program is not built"))
struct PrecisionTests {
  static let data = SampleModelsTests.data
  static let models = SampleModelsTests.models

  @Test("the sample's routes and scores hardly change", arguments: [Precision.int8, .bfloat16])
  func sample(_ precision: Precision) throws {
    let dataset = try Dataset.open(Self.data)
    func open(_ precision: Precision) throws -> Roster {
      try Roster.open(Self.models, precision: precision)
    }
    let check = try PrecisionCheck(
      dataset, split: .dev, exact: try open(.float32), low: try open(precision))
    #expect(check.precision == precision && check.posts == dataset.posts(in: .dev).count)
    #expect(check.experts.count > 1)
    let whole = try PrecisionCheck(
      dataset, split: .all, exact: try open(.float32), low: try open(precision))
    #expect(whole.posts == dataset.posts.count)
    for expert in check.experts {
      #expect(expert.posts > 0 && expert.labels > 0, "\(expert.name)")
      let difference = try #require(expert.difference)
      #expect(abs(difference) < 1, "\(expert.name): \(difference)")
    }
    let router = try #require(check.router)
    #expect(router.posts == check.posts && router.flipped <= 1, "\(router.flips) flips")
    // The router's own encoder is among what the precision reaches.
    let encoder = try #require(
      check.networks.first { $0.use == .dual && $0.name == router.encoder })
    #expect(encoder.low > 0 && encoder.reason == nil && encoder.low < (encoder.weights ?? 0))
    #expect((router.largest ?? 0) > 0)
    for network in check.networks where network.low == 0 {
      #expect(network.reason?.isEmpty == false, "\(network.name)")
    }
    #expect(check.networks.first { $0.use == .router }?.low == 0)
    #expect(check.tables[1].text.contains("in \(precision)"))
    #expect(check.tables[0].text.contains("F1 \(precision)"))
  }

  @Test("the check of the same precision finds no difference")
  func same() throws {
    let dataset = try Dataset.open(Self.data)
    let roster = try Roster.open(Self.models)
    let check = try PrecisionCheck(dataset, split: .dev, exact: roster, low: roster)
    #expect(check.experts.allSatisfy { $0.differing == 0 && $0.difference == 0 })
    #expect(check.networks.isEmpty)
    #expect(check.router?.flips == 0 && check.router?.largest == 0)
  }

  @Test("where no post has a label of the task, F1 is not defined, and said so")
  func undefined() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      "{\"id\":\"1\",\"tokens\":[\"Ada\",\"sees\"],\"mentions\":[],\"relations\":[]}\n",
      "train.jsonl")
    let dataset = try Dataset.open(folder.path)
    let check = try PrecisionCheck(
      dataset, split: .all, exact: try Roster.open(Self.models),
      low: try Roster.open(Self.models, precision: .int8))
    #expect(!check.experts.isEmpty)
    #expect(check.experts.allSatisfy { $0.float32 == nil && $0.low == nil && $0.difference == nil })
    #expect(check.tables[0].text.contains("—"))
  }

  @Test("no router learns from answers of low precision")
  func corrections() throws {
    let dataset = try Dataset.open(Self.data)
    let roster = try Roster.open(Self.models, precision: .int8)
    #expect(roster.precision == .int8 && roster.notices.contains { $0.contains("int8") })
    let post = try #require(dataset.posts.first)
    #expect(throws: CorrectionFailure.precision(.int8)) {
      try roster.correction(roster.see(post, of: dataset))
    }
  }

  @Test("predictions say in what they were computed")
  func predictions() throws {
    let folder = try TemporaryFolder()
    func predict(_ name: String, _ options: [String]) throws -> (note: String, lines: String) {
      let out = folder.path + "/" + name
      let result = try Program.run(
        ["predict", Self.data, "--models", Self.models, "--split", "dev", "--out", out] + options)
      #expect(result.status == 0, "\(result.errors)")
      return (
        try Program.text(out + "/predictions.json"), try Program.text(out + "/predictions.jsonl")
      )
    }
    let plain = try predict("plain", [])
    #expect(!plain.note.contains("precision") && !plain.lines.contains("precision"))
    let low = try predict("low", ["--precision", "int8"])
    #expect(low.note.contains(#""precision" : "int8""#) && low.note.contains("computed in int8"))
    let lines = low.lines.split(separator: "\n")
    #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(#""precision":"int8""#) })
    // Whoever reads the answers later is told so, once.
    let gold = Self.data + "/dev.jsonl"
    let score = ["score", "--task", "ner", "--gold", gold, "--pred"]
    let file = try Program.run(score + [folder.path + "/low/dev.jsonl"])
    #expect(file.status == 0 && file.output.split(separator: "int8").count == 2, "\(file)")
    #expect(
      try !Program.run(score + [folder.path + "/plain/dev.jsonl"]).output.contains("computed"))
    let stream = try Program.shell(
      "twinlens score --task ner --gold '\(gold)' --pred - <low/predictions.jsonl", in: folder)
    #expect(stream.status == 0 && stream.output.contains("computed in int8"), "\(stream)")
    let outside = try FileAnswers(name: "low", path: folder.path + "/low")
    #expect(outside.card.mark == "answers computed in int8")
    let shown = try Program.run([
      "show", Self.data, "--models", Self.models, "--precision", "bfloat16",
      try #require(try Dataset.open(Self.data).posts.first?.id),
    ])
    #expect(shown.output.contains("the models compute in bfloat16"))
  }

  @Test("experts that are not compared are named")
  func left() throws {
    let check = ["models", "check", Self.models, "--precision", "int8", "--dataset", Self.data]
    let some = try Program.run(check)
    #expect(some.errors.contains("not compared: ") && some.errors.contains("bert-crf"), "\(some)")
    #expect(try !Program.run(check + ["--system", "riva"]).errors.contains("not compared"))
  }

  @Test("what makes no comparison is refused")
  func refusals() throws {
    for arguments in [
      ["--precision", "float32", "--dataset", Self.data], ["--precision", "int8"],
      ["--dataset", Self.data], ["--json"], ["--precision", "int4", "--dataset", Self.data],
    ] {
      let result = try Program.run(["models", "check", Self.models] + arguments)
      #expect(result.status == 64 && !result.errors.isEmpty, "\(arguments)")
    }
  }
}
