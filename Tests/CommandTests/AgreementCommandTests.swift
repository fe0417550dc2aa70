import Annotations
import Corpora
import Foundation
import Testing

@Suite("Several annotators", .enabled(if: Program.isBuilt, "the program is not built"))
struct AgreementCommandTests {
  /// A dataset, and the stores of two people: ada accepts three posts as they are, bo sees the
  /// first mention of the first one otherwise.
  private struct Material {
    let folder: TemporaryFolder
    let data: String
    let ada, bo: String

    init() throws {
      folder = try TemporaryFolder()
      data = try SmallDataset.make(in: folder)
      (ada, bo) = (folder.path + "/ada.sqlite", folder.path + "/bo.sqlite")
      let accept = String(repeating: "key Return\n", count: 3)
      for (name, store, script) in [("ada", ada, accept), ("bo", bo, "key L\n" + accept)] {
        let file = try folder.write(script, "\(name).keys")
        let result = try Program.run([
          data, "--no-models", "--annotator", name, "--store", store, "--script", file,
        ])
        #expect(result.status == 0, "\(result.errors)")
      }
    }
  }

  /// Steps can never be taken out again: a store about other posts altogether is refused.
  @Test func aStoreOfAnotherDatasetIsNotMerged() throws {
    let material = try Material()
    let other = material.folder.path + "/other"
    _ = try Program.run([
      "sample", other, "--train", "0", "--dev", "0", "--test", "3", "--captions", "0",
    ])
    let store = material.folder.path + "/into.sqlite"
    let result = try Program.run([
      "annotations", "merge", other, "--store", store, "--from", material.ada,
    ])
    #expect(result.status != 0 && result.errors.contains("belongs to another dataset"))
    #expect(!FileManager.default.fileExists(atPath: store))
  }

  private struct Sheet: Decodable {
    struct Figure: Decodable { let value: Double; let interval: [Double]?; let posts, units: Int }
    struct Pair: Decodable { let first, second: String; let kappa, labelledKappa, f1: Figure? }
    struct Nominal: Decodable { let alpha, fleiss: Figure?; let annotators: Int? }
    struct Facet: Decodable { let all, labelled: Nominal; let f1: Figure?; let pairs: [Pair] }
    struct Annotator: Decodable { let name: String; let posts: Int }
    let posts: Int
    let annotators: [Annotator]
    let mentions: Facet
    let notices: [String]
  }

  private func sheet(_ arguments: [String]) throws -> Sheet {
    let result = try Program.run(["annotations", "agreement"] + arguments + ["--json"])
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Sheet.self, from: Data(result.output.utf8))
  }

  @Test("agreement is measured over stores, joined or not")
  func agreement() throws {
    let made = try Material()
    let apart = try sheet([made.data, "--store", made.ada, "--from", made.bo])
    #expect(apart.posts == 3 && apart.annotators.map(\.name) == ["ada", "bo"])
    #expect(apart.annotators.map(\.posts) == [3, 3] && apart.notices.isEmpty)
    let pair = try #require(apart.mentions.pairs.first)
    let kappa = try #require(pair.kappa)
    #expect(kappa.posts == 3 && kappa.value < 1 && kappa.value > 0 && kappa.interval != nil)
    #expect((pair.f1?.value ?? 1) < 1 && apart.mentions.all.annotators == 2)
    // Where they disagree the first reading is one mention of either.
    let data = made.data
    for store in [made.ada, made.bo] {
      #expect(try Program.run(["annotations", "merge", data, "--from", store]).status == 0)
    }
    let joined = try sheet([data])
    #expect(joined.mentions.pairs.first?.kappa?.value == kappa.value)
    #expect(joined.mentions.f1?.value == apart.mentions.f1?.value)
    let text = try Program.run(["annotations", "agreement", data])
    #expect(text.output.contains("ada, bo: Cohen's kappa"))
    #expect(text.output.contains("Krippendorff's alpha"))
    let alone = try Program.run(["annotations", "agreement", data, "--annotators", "ada"])
    #expect(
      alone.status == 0 && alone.output.contains("agreement needs a post that two annotators"))
    let unknown = try Program.run(["annotations", "agreement", data, "--annotators", "cy"])
    #expect(
      unknown.status != 0 && unknown.errors.contains("no step is cy's; annotators are ada, bo"))
    let missing = try Program.run(["annotations", "agreement", data, "--from", "/nowhere.sqlite"])
    #expect(missing.status != 0 && missing.errors.contains("/nowhere.sqlite"))
  }

  @Test("what annotators disagree on is decided in the workbench")
  func adjudication() throws {
    let made = try Material()
    let sentence = "annotators disagree on 1 post; J in the workbench decides"
    for store in [made.bo, made.ada] {
      let merged = try Program.run(["annotations", "merge", made.data, "--from", store])
      #expect(merged.status == 0)
      #expect(merged.output.contains(sentence) == (store == made.ada), "\(merged.output)")
    }
    func export() throws -> String {
      let out = made.folder.path + "/out"
      return try Program.run(
        ["annotations", "export", made.data, "--out", out, "--only", "accepted"]
      ).output
    }
    #expect(try export().contains(sentence))
    let script = try made.folder.write("key J\nkey Return\nkey 1\nkey Return\n", "decide.keys")
    let result = try Program.run([
      made.data, "--no-models", "--annotator", "cy", "--script", script, "--size", "100x30",
    ])
    #expect(result.status == 0 && result.output.contains("annotators disagree on 1 post"))
    #expect(result.output.contains("is adjudicated"))
    let log = try Program.run(["annotations", "log", made.data]).output
    #expect(log.split(separator: "\n").contains { $0.contains("  cy  post-0  ") })
    #expect(try !export().contains("disagree"))
    // What they had said is still compared.
    #expect(try sheet([made.data]).posts == 3)
  }

  @Test("posts are shared out, and everybody finds the own ones listed")
  func assignment() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder, more: 12)
    let count = try Dataset.open(data).posts.count
    let arguments = ["annotations", "assign", data, "--annotators", "ada,bo", "--overlap", "0.2"]
    let text = try Program.run(arguments)
    #expect(text.status == 0 && text.output.contains("with others"), "\(text.errors)")
    struct Report: Decodable {
      struct Annotator: Decodable { let name: String; let posts, common: Int }
      let posts, common: Int
      let annotators: [Annotator]
    }
    let again = try Program.run(arguments + ["--json"])
    let report = try JSONDecoder().decode(Report.self, from: Data(again.output.utf8))
    #expect(
      report.posts == count && report.annotators.map(\.common) == [report.common, report.common])
    #expect(report.annotators.reduce(0) { $0 + $1.posts } == count + report.common)
    #expect(abs(report.annotators[0].posts - report.annotators[1].posts) <= 1)
    let other = try Program.run(arguments + ["--seed", "2"])
    #expect(other.status != 0 && other.errors.contains("--replace"))
    #expect(try Program.run(arguments + ["--seed", "2", "--replace"]).status == 0)
    #expect(try Program.run(arguments + ["--replace"]).status == 0)
    let script = try folder.write("wait\n", "keys")
    for annotator in report.annotators {
      let opened = try Program.run([
        data, "--no-models", "--annotator", annotator.name, "--script", script, "--size", "120x36",
        "--store", folder.path + "/\(annotator.name).sqlite",
      ])
      #expect(
        opened.output.contains(" 1/\(annotator.posts) of \(count)"), "\(opened.output.suffix(300))")
      #expect(opened.errors.contains("assigned to you"))
    }
    let all = try Program.run([
      data, "--no-models", "--annotator", "cy", "--script", script, "--size", "120x36",
    ])
    #expect(all.output.contains(" 1/\(count)") && !all.errors.contains("assigned to you"))
    for wrong in [["--overlap", "2"], ["--overlap", "0.5", "--share", "ada"]] {
      let refused = try Program.run(
        ["annotations", "assign", data, "--annotators", "ada,bo", "--replace"] + wrong)
      #expect(refused.status != 0 && refused.errors.contains("not "))
    }
  }
}
