import Corpora
import Extractors
import Foundation
import Testing

/// What commands refuse, so that nobody's files are written over and no number stands for something
/// else than its name says.
@Suite("What commands refuse", .enabled(if: Program.isBuilt, "the program is not built"))
struct RefusalTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
  }

  /// The error of a command that must fail.
  private func refusal(_ arguments: [String]) throws -> String {
    let result = try Program.run(arguments)
    #expect(result.status != 0, "\(arguments) did not fail")
    return result.errors
  }

  @Test("a sample is never drawn over files that are there")
  func samples() throws {
    let before = try Program.text(data + "/train.jsonl")
    let words = try refusal(["sample", data, "--train", "2", "--dev", "1", "--test", "1"])
    #expect(words.contains("is not empty"))
    #expect(try Program.text(data + "/train.jsonl") == before)
  }

  @Test("an expert is no encoder: its head would be lost")
  func experts() throws {
    let models = try SmallModels.make(for: Dataset.open(data), in: folder)
    let out = folder.path + "/new"
    let imported = try refusal(["models", "import", models + "/riva", "--out", out])
    #expect(imported.contains("models pack"))
    #expect(!FileManager.default.fileExists(atPath: out))
    #expect(try refusal(["models", "check", models + "/riva"]).contains("models inspect"))
    // A copy of a folder into itself has no end.
    let inside = try refusal(["models", "pack", models, "--out", models + "/copy"])
    #expect(inside.contains("which it would be a copy of"))
    #expect(
      try refusal(["models", "pack", models + "/riva", "--out", out]).contains("is one model"))
    let odd = ["models", "check", models + "/riva", "--io", data + "/train.jsonl"]
    #expect(try refusal(odd).contains("models inspect"))
  }

  /// Options of a training that would change nothing, or no number of it.
  @Test(arguments: [
    ("bert-crf", ["--exchange-pictures", "0.5"], "sees no pictures"),
    ("mtb", ["--disturb-regions", "0.5"], "looks for no regions"),
    ("mega-lite", ["--disturb-regions", "0.5"], "looks for no regions"),
    ("bert-crf", ["--pairs-of-each", "2"], "learns of no pairs"),
    ("mtb", ["--pairs-of-each", "0"], "a number from 1"),
    ("mtb", ["--train-share", "1.5"], "at most 1"), ("mtb", ["--train-share", "0"], "more than 0"),
    ("mtb", ["--train-share", "0.5", "--pairs-of-each", "2"], "exclude each other"),
    ("imm", ["--without", "sw", "--temperature", "1"], "temperature changes nothing without sw"),
    ("imm", ["--comparison", "raw", "--temperature", "1"], "temperature divides cosines"),
    (
      "imm", ["--without", "insert-activation", "--slots", "own"],
      "slots changes nothing without insert-activation"
    ),
    (
      "i2srm", ["--without", "semantic", "--divergence", "both"],
      "divergence changes nothing without semantic"
    ),
    (
      "i2srm", ["--without", "attn-mixup", "--big-delta", "0.8"],
      "big-delta changes nothing without attn-mixup"
    ),
    (
      "i2srm", ["--without", "mixup", "--small-delta", "0.5"],
      "small-delta changes nothing without mixup"
    ),
    ("i2srm", ["--without", "attn-mixup", "--without", "mixup"], "mixup changes nothing"),
    ("hvpnet", ["--without", "image", "--crops", "1"], "crops changes nothing without image"),
    ("imm", ["--without", "image", "--selection", "scaled"], "selection changes nothing"),
    ("imm", ["--without", "sw"], "sees by no dual encoder here; leave out --dual"),
    ("focalmre", ["--rectangles", "fixed"], "sees by no dual encoder here; leave out --dual"),
    (
      "focalmre", ["--rectangles", "fixed", "--input", "original"],
      "with --input original no slot has a region"
    ),
    ("focalmre", ["--without", "image"], "sees by no dual encoder here; leave out --dual"),
    ("focalmre", ["--input", "original"], "sees by no dual encoder here; leave out --dual"),
    (
      "mkgformer", ["--without", "image", "--disturb-regions", "0.5"],
      "with these options mkgformer looks for no regions"
    ),
    (
      "umt", ["--without", "image", "--exchange-pictures", "0.5"],
      "with these options umt sees no pictures"
    ),
    ("imm", ["--alpha", "0", "--beta", "0"], "say --without sw"),
    ("imm", ["--alpha", "0", "--sentence-view", "same"], "sentence-view changes nothing"),
    ("i2srm", ["--big-delta", "1", "--small-delta", "0.5"], "learns of no mixed posts"),
    ("i2srm", ["--without", "image", "--without", "semantic"], "semantic changes nothing"),
    ("maf", ["--matching", "pooled", "--without", "matching"], "exclude each other"),
    ("focalmre", ["--regions", "leaky-reproduction"], "--regions is about --boxes"),
    ("focalmre", ["--input", "cropped", "--frames", "native"], "frames is of framed pictures"),
    ("riva", ["--context", "none", "--pretraining", "published"], "pretraining is of what RIVA"),
  ])
  func optionsWithoutEffect(system: String, options: [String], words: String) throws {
    let all =
      ["train", system, "--dataset", data, "--models", folder.path + "/new"]
      + (["riva"].contains(system) ? [] : ["--encoder", folder.path])
      + (["bert-crf", "mtb"].contains(system) ? [] : ["--pictures", folder.path])
      + (["imm", "focalmre"].contains(system) ? ["--dual", folder.path] : [])
    let told = try refusal(all + options)
    #expect(told.contains(words), "\(system) \(options): \(told)")
  }

  @Test("an expert or router that would be ignored is an error")
  func choices() throws {
    let models = try SmallModels.make(for: Dataset.open(data), in: folder)
    let evaluate = ["evaluate", data, "--models", models]
    let predict = ["predict", data, "--models", models, "--out", folder.path + "/answers"]
    #expect(
      try refusal(evaluate + ["--router", "riva"]).contains("has no router riva; name one of rds"))
    let other = predict + ["--by", "text", "--system", "riva"]
    #expect(try refusal(other).contains("riva is not the text expert"))
    #expect(try Program.run(evaluate + ["--split", "all", "--system", "riva"]).status == 0)
    // A router that was trained with other experts is not left out in silence.
    let sample = ["evaluate", data, "--models", SampleModelsTests.models]
    let mismatch = try refusal(sample + ["--router", "rds", "--system", "riva-ungated"])
    #expect(
      mismatch.contains("the router rds cannot be used here: the router rds was trained with"))
    let relations = try refusal(sample + ["--router", "rds-relations"])
    #expect(relations.contains("labels no relations") && relations.contains("leave --router out"))
    // A dataset that labels nothing of what the router is for.
    let pairs = folder.path + "/pairs"
    try FileManager.default.createDirectory(atPath: pairs, withIntermediateDirectories: true)
    let line =
      "{'token': ['Ada', 'of', 'Tarn'], 'h': {'name': 'Ada', 'pos': [0, 1]}, "
      + "'t': {'name': 'Tarn', 'pos': [2, 3]}, 'img_id': 'a.jpg', 'relation': 'None'}\n"
    try line.write(toFile: pairs + "/test.txt", atomically: true, encoding: .utf8)
    let zeros = try refusal(["evaluate", pairs, "--models", models])
    #expect(zeros.contains("labels no mentions"))
  }

  @Test("edits that the files do not have are named beside a score by the files")
  func edits() throws {
    let models = try SmallModels.make(for: Dataset.open(data), in: folder)
    let store = folder.path + "/s.sqlite"
    let keys = try folder.write("wait\nkey O\nkey Return\nwait\n", "keys")
    _ = try Program.run([data, "--script", keys, "--store", store])
    let scored = ["evaluate", data, "--models", models, "--split", "all", "--store", store]
    let result = try Program.run(scored)
    #expect(result.status == 0)
    #expect(result.errors.contains("1 edited post is scored by the labels of the files"))
  }

  @Test("a file where a folder is meant, and a folder that is being trained in")
  func places() throws {
    let file = data + "/train.jsonl"
    let train = ["train", "bilstm-crf", "--dataset", data, "--epochs", "1", "--models"]
    #expect(try refusal(train + [file]).contains("is a file"))
    let models = folder.path + "/mine"
    try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
    let lock = open(models + "/.lock-bilstm-crf", O_RDWR | O_CREAT, 0o600)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    _ = write(lock, "4711\n", 5)
    #expect(try refusal(train + [models]).contains("is being trained by process 4711"))
  }

  /// A text expert needs no encoder of pictures, and one that was stopped goes on.
  @Test("a text expert is trained from the posts alone")
  func textAlone() throws {
    let posts = try Program.text(data + "/train.jsonl")
    for split in ["dev", "test"] {
      try posts.replacing("post-", with: split + "-")
        .write(toFile: "\(data)/\(split).jsonl", atomically: true, encoding: .utf8)
    }
    let models = folder.path + "/mine"
    let trained = try Program.run([
      "train", "bilstm-crf", "--dataset", data, "--epochs", "1", "--models", models,
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    let expert = try BiLSTMCRFModel(folder: models + "/bilstm-crf")
    #expect(expert.words.size == 3)
    #expect(!FileManager.default.fileExists(atPath: models + "/.lock-bilstm-crf"))
  }

  /// What numbers stand for is said once, in dataset.toml: predictions and exports carry it along,
  /// and `score` reads it beside a file.
  @Test("numbers in place of tags survive predict and score")
  func numberedTags() throws {
    let models = try SmallModels.make(for: Dataset.open(data), in: folder)
    let numbered = folder.path + "/numbered"
    try FileManager.default.createDirectory(atPath: numbered, withIntermediateDirectories: true)
    try
      "tags = [\"O\", \"B-PER\", \"I-PER\", \"B-LOC\", \"I-LOC\", \"B-ORG\", \"I-ORG\", \"B-MISC\", \"I-MISC\"]\n"
      .write(toFile: numbered + "/dataset.toml", atomically: true, encoding: .utf8)
    let line = "{\"id\": 1, \"tokens\": [\"Ada\", \"of\", \"Tarn\"], \"ner_tags\": [1, 0, 3]}\n"
    try line.write(toFile: numbered + "/validation.jsonl", atomically: true, encoding: .utf8)
    #expect(try Dataset.open(numbered).posts[0].split == .dev)
    let out = folder.path + "/answers"
    let predicted = try Program.run(["predict", numbered, "--models", models, "--out", out])
    #expect(predicted.status == 0, "\(predicted.errors)")
    let score = try Program.run([
      "score", "--task", "ner", "--gold", numbered + "/validation.jsonl", "--pred",
      out + "/validation.jsonl",
    ])
    #expect(score.status == 0, "\(score.errors)")
  }

  @Test("undefined scores are a dash, and absent from JSON")
  func undefined() throws {
    let gold = try folder.write("Ada\tB-PER\nof\tO\n", "gold.txt")
    let none = try folder.write("Ada\tO\nof\tO\n", "none.txt")
    let score = ["score", "--task", "ner", "--gold", gold, "--pred", none]
    let text = try Program.run(score).output
    #expect(text.contains("—: not defined"))
    #expect(text.contains("0.00"), "recall and F1 are 0: something was to be found")
    let json = try Program.run(score + ["--json"]).output
    #expect(!json.contains("\"precision\" :") || json.contains("\"recall\""))
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["precision"] == nil && object?["f1"] as? Double == 0)
  }

  @Test("a dataset without a test split is scored on what it has, and says so")
  func withoutTest() throws {
    let models = try SmallModels.make(for: Dataset.open(data), in: folder)
    let evaluate = ["evaluate", data, "--models", models]
    let all = try Program.run(evaluate)
    #expect(all.status == 0 && all.errors.contains("evaluating on all of it"))
    try Program.text(data + "/train.jsonl").replacing("post-", with: "dev-")
      .write(toFile: data + "/dev.jsonl", atomically: true, encoding: .utf8)
    let dev = try Program.run(evaluate)
    #expect(dev.status == 0 && dev.errors.contains("evaluating on dev"))
    #expect(dev.output.contains("split dev"))
  }

  @Test("equal runs leave equal files")
  func equalRuns() throws {
    let models = try SmallModels.make(for: Dataset.open(data), in: folder)
    let out = folder.path + "/answers"
    func files() throws -> [String: Data] {
      let predict = ["predict", data, "--models", models, "--out", out, "--format", "jsonl"]
      #expect(try Program.run(predict).status == 0)
      let names = try FileManager.default.contentsOfDirectory(atPath: out)
      return Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, FileManager.default.contents(atPath: out + "/" + $0) ?? Data())
        })
    }
    let first = try files()
    #expect(first["predictions.json"]?.isEmpty == false)
    #expect(try files() == first)
    let evaluate = ["evaluate", data, "--models", models, "--split", "all", "--json"]
    #expect(try Program.run(evaluate).output == Program.run(evaluate).output)
  }

  @Test("a dataset opens without models when none are wanted")
  func noModels() throws {
    let both = ["show", data, "post-0", "--no-models", "--models", data]
    #expect(try refusal(both).contains("exclude each other"))
    let shown = try Program.run(["show", data, "post-0", "--no-models", "--json"])
    #expect(shown.status == 0 && shown.output.contains("\"router\": null"))
  }
}
