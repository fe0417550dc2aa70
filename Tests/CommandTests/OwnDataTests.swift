import Corpora
import Extractors
import Foundation
import Inspection
import Pictures
import Testing

/// A dataset of one's own, as people have it: tweets with tags, pictures in a folder elsewhere.
private enum OwnData {
  static let names = [
    (["Ada", "meets", "Bob", "in", "Tarn"], ["B-PER", "O", "B-PER", "O", "B-LOC"]),
    (["Rook", "Rovers", "win", "again", "!"], ["B-ORG", "I-ORG", "O", "O", "O"]),
    (["Tarn", "is", "grey", "today"], ["B-LOC", "O", "O", "O"]),
    (["Bob", "sails", "the", "Gull"], ["B-PER", "O", "O", "B-MISC"]),
  ]

  /// Writes `data` and `pictures` into a folder.
  static func make(in folder: TemporaryFolder, train: Int, dev: Int, test: Int) throws {
    let files = FileManager.default
    for name in ["data", "pictures"] {
      try files.createDirectory(
        atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    var id = 100
    for (split, count) in [("train", train), ("valid", dev), ("test", test)] where count > 0 {
      var text = ""
      for i in 0..<count {
        let (words, tags) = names[(i + id) % names.count]
        text += "IMGID:\(id)\n"
        for (word, tag) in zip(words, tags) { text += "\(word)\t\(tag)\n" }
        text += "\n"
        try picture(id).write(to: URL(fileURLWithPath: folder.path + "/pictures/\(id).png"))
        id += 1
      }
      _ = try folder.write(text, "data/\(split).txt")
    }
  }

  static func picture(_ seed: Int) throws -> Data {
    var picture = Picture(
      width: 40, height: 32, color: RGB(UInt8(seed * 7 % 256), 90, UInt8(seed * 31 % 256)))
    for y in 0..<16 { for x in 0..<20 { picture[x, y] = RGB(UInt8(seed * 13 % 256), 200, 30) } }
    return Data(try picture.png())
  }
}

/// The way of a newcomer with own data and checkpoints as transformers 5 saves them: every command
/// of it, from inspecting to the workbench.
@Suite(
  "Own data and own checkpoints", .serialized,
  .enabled(if: Program.isBuilt, "the program is not built"))
struct OwnDataTests {
  private func run(
    _ arguments: [String], sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> Program.Result {
    let result = try Program.run(arguments)
    #expect(
      result.status == 0, "\(arguments.joined(separator: " ")): \(result.errors)",
      sourceLocation: sourceLocation)
    return result
  }

  @Test("experts trained one by one, a router between them, and everything that opens them")
  func oneByOne() throws {
    let folder = try TemporaryFolder()
    try OwnData.make(in: folder, train: 24, dev: 12, test: 8)
    let (data, models) = (folder.path + "/data", folder.path + "/models")
    let (given, encoders) = (folder.path + "/given", folder.path + "/encoders")
    try SmallCheckpoints.make(in: given)
    for name in ["bert", "resnet", "clip"] {
      #expect(
        try run(["models", "inspect", given + "/" + name]).output.contains("everything fits"))
      _ = try run(["models", "import", given + "/" + name, "--out", encoders + "/" + name])
      _ = try run(["models", "check", encoders + "/" + name])
    }
    let learning = [
      "--encoder", encoders + "/bert", "--dataset", data, "--models", models, "--epochs", "4",
      "--batch", "4", "--encoder-rate", "0.003", "--head-rate", "0.02", "--images",
      folder.path + "/pictures",
    ]
    let text = try run(["train", "bert-crf"] + learning)
    #expect(text.output.contains("wrote \(models)/bert-crf"))
    let umt = ["train", "umt", "--pictures", encoders + "/resnet"] + learning
    _ = try run(umt)
    // What it sees with stands beside it as a folder of its own: no path leads out.
    let type = try FileManager.default.attributesOfItem(atPath: models + "/resnet")[.type]
    #expect(type as? FileAttributeType == .typeDirectory)
    let router = [
      "train", "router", "--models", models, "--text", "bert-crf", "--multimodal", "umt", "--dual",
      encoders + "/clip", "--dataset", data, "--images", folder.path + "/pictures",
    ]
    #expect(try run(router).output.contains("wrote \(models)/rds"))
    // The same command finds it finished; another training takes a word.
    let weights = models + "/rds/model.safetensors"
    let trained = try Data(contentsOf: URL(fileURLWithPath: weights))
    #expect(try run(router).output.contains("wrote \(models)/rds"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: weights)) == trained)
    #expect(try Program.run(router + ["--seed", "2"]).errors.contains("--force"))
    for name in ["bert-crf", "umt", "rds", "resnet", "clip"] {
      _ = try run(["models", "inspect", models + "/" + name])
    }
    let set = try Roster.open(models)
    #expect(set.notices.isEmpty && set.router?.configuration.name == "rds")
    #expect(set.pair(.entities).multimodal?.card.system == "umt" && set.dual?.name == "clip")
    // The same command finds its finished training.
    let before = FileManager.default.contents(atPath: models + "/umt/model.safetensors")
    _ = try run(umt)
    #expect(before == FileManager.default.contents(atPath: models + "/umt/model.safetensors"))

    try FileManager.default.moveItem(atPath: models, toPath: folder.path + "/moved")
    try FileManager.default.removeItem(atPath: given)
    try FileManager.default.removeItem(atPath: encoders)
    try use(folder.path + "/moved", ["bert-crf", "umt"], folder, split: "test")
  }

  /// Everything that opens a folder of models says the same of it.
  private func use(
    _ models: String, _ names: [String], _ folder: TemporaryFolder, split: String
  ) throws {
    let (data, pictures) = (folder.path + "/data", folder.path + "/pictures")
    let from = ["--models", models, "--images", pictures]
    let table = try run(["evaluate", data, "--split", split, "--json"] + from).output
    struct Report: Decodable {
      struct Sets: Decodable {
        struct Full: Decodable {
          struct Score: Decodable { let f1: Double }
          let posts: Int
          let union: Score
        }
        let full: Full
      }
      let split: String
      let sets: Sets
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(table.utf8))
    let out = folder.path + "/answers-" + split
    _ = try run(["predict", data, "--out", out, "--split", split] + from)
    let file = split == "dev" ? "valid.txt" : "test.txt"
    // Only the split that was asked for is written, and by whom is said.
    let written = try FileManager.default.contentsOfDirectory(atPath: out).sorted().filter {
      !$0.hasPrefix(".")
    }
    #expect(written == ["predictions.json", "predictions.jsonl", file])
    let note = try String(contentsOfFile: out + "/predictions.json", encoding: .utf8)
    for name in names + ["rds", "clip", "weights"] {
      #expect(note.contains("\"\(name)\""), "\(name): \(note)")
    }
    let score = try run([
      "score", "--task", "ner", "--gold", data + "/" + file, "--pred", out + "/" + file,
    ]).output
    let f1 = String(format: "%.2f", report.sets.full.union.f1)
    #expect(score.contains(f1), "evaluate \(f1), score \(score)")
    let keys = try folder.write("key j\nwait\n", "keys")
    let screen = try run(["open", data, "--script", keys, "--size", "120x36"] + from)
    // The frame after the wait.
    let last = screen.output.components(separatedBy: "== frame ").last ?? ""
    #expect(last.contains("token") && !last.contains("the models are reading"))
    #expect(!last.contains("no models"))
  }

  @Test("a run of the protocol without a test split, with RIVA on a published ResNet")
  func protocolRun() throws {
    let folder = try TemporaryFolder()
    try OwnData.make(in: folder, train: 30, dev: 10, test: 0)
    let checkpoints = folder.path + "/given"
    try SmallCheckpoints.make(in: checkpoints)
    let out = folder.path + "/run"
    let command = [
      "rds", "run", "--text", "bilstm-crf", "--multimodal", "riva", "--dataset",
      folder.path + "/data", "--images", folder.path + "/pictures", "--pictures",
      checkpoints + "/resnet", "--dual", checkpoints + "/clip", "--out", out, "--seeds", "1",
      "--epochs", "1", "--grid", "coarse", "--iterations", "5",
    ]
    let result = try run(command)
    #expect(result.errors.contains("the grid leaves out batches of"))
    #expect(result.errors.contains("the dataset has no test split: everything is scored on dev"))
    #expect(result.errors.contains("--models \(out)/seed-1-model"))
    #expect(result.output.contains("scored on dev, for want of a test split"))
    // Of the experts that are only scored, the counts stay.
    #expect(FileManager.default.fileExists(atPath: out + "/seed-1-all.json"))
    #expect(!FileManager.default.fileExists(atPath: out + "/seed-1-all"))
    let link = try FileManager.default.destinationOfSymbolicLink(
      atPath: out + "/seed-1-model/resnet")
    #expect(link == "../../given/resnet")

    // A copy needs nothing of this machine, and RIVA sees by the published ResNet.
    let pack = folder.path + "/pack"
    _ = try run(["models", "pack", out + "/seed-1-model", "--out", pack])
    try FileManager.default.moveItem(atPath: checkpoints, toPath: folder.path + "/elsewhere")
    let dangling = try Program.run([
      "models", "pack", out + "/seed-1-model", "--out", folder.path + "/other",
    ])
    #expect(dangling.status != 0 && dangling.errors.contains("given/"), "\(dangling.errors)")
    let set = try Roster.open(pack)
    #expect(
      set.notices.isEmpty && set.pair(.entities).multimodal?.card.system == "riva"
        && set.router != nil)
    try use(pack, ["bilstm-crf", "riva"], folder, split: "dev")
  }

  @Test("pictures are counted before a training, and belong to what it is")
  func pictures() throws {
    let folder = try TemporaryFolder()
    try OwnData.make(in: folder, train: 16, dev: 8, test: 0)
    let encoders = folder.path + "/encoders"
    try SmallCheckpoints.make(in: encoders)
    func train(_ more: [String] = []) throws -> Program.Result {
      try Program.run(
        [
          "train", "umt", "--encoder", encoders + "/bert", "--pictures", encoders + "/resnet",
          "--dataset", folder.path + "/data", "--models", folder.path + "/models", "--epochs", "1",
        ] + more)
    }
    let none = try train()
    #expect(none.status != 0 && none.errors.contains("none of the 24 posts"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/models"))
    let images = ["--images", folder.path + "/pictures"]
    for id in [100, 101, 117] {
      try FileManager.default.removeItem(atPath: folder.path + "/pictures/\(id).png")
    }
    let some = try train(images)
    #expect(some.status == 0)
    #expect(some.errors.contains("the pictures of 3 of 24 posts are not there"))

    // Other pictures are another training: its model is not overwritten without a word.
    try OwnData.picture(77).write(to: URL(fileURLWithPath: folder.path + "/pictures/100.png"))
    let other = try train(images)
    #expect(other.status != 0)
    #expect(other.errors.contains("holds a finished model") && other.errors.contains("pictures"))
    let settings = try train(images + ["--batch", "2"])
    #expect(settings.status != 0 && settings.errors.contains("batch"))
    #expect(try train(images + ["--force"]).status == 0)
  }
}
