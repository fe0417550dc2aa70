import Corpora
import Encoders
import Extractors
import Foundation
import Inspection
import Services
import Tensors
import Testing

/// What folders hold, said by the program.
@Suite(
  "Folders of models on the command line",
  .enabled(if: Program.isBuilt, "the program is not built"))
struct ModelFoldersTests {
  @Test func theVersionIsTold() throws {
    let result = try Program.run(["--version"])
    #expect(result.status == 0)
    #expect(result.output == "twinlens \(Provenance.currentVersion)\n")
  }

  @Test("inspect reads every kind of folder that the program writes")
  func ownFolders() throws {
    let folder = try TemporaryFolder()
    let dataset = try Dataset.open(try SmallDataset.make(in: folder))
    let models = try SmallModels.make(for: dataset, in: folder)
    for name in ["bilstm-crf", "riva", "resnet", "clip", "rds"] {
      let result = try Program.run(["models", "inspect", models + "/" + name])
      #expect(
        result.output.hasSuffix("everything fits\n") && result.status == 0,
        "\(name): \(result.output)\(result.errors)")
    }
    let expert = try Program.run(["models", "inspect", models + "/riva"])
    #expect(expert.output.contains("mentions") && expert.output.contains("picture encoder"))
    let json = try Program.run(["models", "inspect", models + "/rds", "--json"])
    let report = try JSONDecoder().decode(ModelReport.self, from: Data(json.output.utf8))
    #expect(report.needs.map(\.name) == ["bilstm-crf", "riva", "clip"] && report.problems.isEmpty)

    // What it stands on has gone: told, with the target of the link.
    try FileManager.default.removeItem(atPath: models + "/resnet")
    try FileManager.default.createSymbolicLink(
      atPath: models + "/resnet", withDestinationPath: "../elsewhere/resnet")
    let dangling = try Program.run(["models", "inspect", models + "/riva"])
    #expect(dangling.status == 1)
    #expect(dangling.output.contains("is a link to ../elsewhere/resnet, which does not exist"))
    let set = try Roster.open(models)
    #expect(set.notices.contains { $0.contains("../elsewhere/resnet, which does not exist") })
  }

  @Test("a model that somebody names and that cannot be used is named with the cause")
  func damagedModels() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    func asking(_ name: String, _ command: String = "predict") throws -> String {
      let options =
        command == "predict"
        ? ["predict", data, "--out", folder.path + "/out", "--by", name, "--task", "ner"]
        : ["show", data, "post-0", "--system", name]
      let result = try Program.run(options + ["--models", models])
      #expect(result.status != 0, "\(command) \(name): \(result.output)")
      return result.errors
    }
    for (name, words) in [
      ("clip", "the folder of that name is a dual encoder of text and picture"),
      ("rds", "the folder of that name is a router"),
      ("nobody", "has no expert nobody; name one of"),
      ("../models/riva", "a name is meant, not a path"),
    ] {
      #expect(try asking(name).contains(words), "\(name)")
      #expect(try asking(name, "show").contains(words), "\(name)")
    }
    // Encoders alone can be packed.
    let encoders = folder.path + "/encoders-alone"
    try FileManager.default.createDirectory(atPath: encoders, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: models + "/clip", toPath: encoders + "/clip")
    let packed = try Program.run(["models", "pack", encoders, "--out", folder.path + "/packed"])
    #expect(packed.status == 0 && packed.output.contains("copied clip into"), "\(packed.errors)")
    // What an expert sees with has gone.
    try FileManager.default.moveItem(atPath: models + "/resnet", toPath: folder.path + "/aside")
    for command in ["predict", "show"] {
      let errors = try asking("riva", command)
      #expect(errors.contains("riva cannot be used: riva sees with resnet"), "\(errors)")
      #expect(errors.contains("/resnet does not exist; copy the folder there"), "\(errors)")
      #expect(errors.contains("--pictures"))
    }
    try FileManager.default.moveItem(atPath: folder.path + "/aside", toPath: models + "/resnet")
    // Weights that were cut off, then a configuration that is none.
    let weights = models + "/riva/model.safetensors"
    let bytes = try #require(FileManager.default.contents(atPath: weights))
    try bytes.prefix(100).write(to: URL(fileURLWithPath: weights))
    #expect(try asking("riva").contains("riva cannot be used: \(weights) claims a header"))
    try Data("{".utf8).write(to: URL(fileURLWithPath: models + "/riva/config.json"))
    #expect(
      try asking("riva").contains("riva cannot be used: the model folder \(models)/riva has a"))
  }

  @Test("a folder that is no folder of models is named for what it is")
  func otherFolders() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let run = folder.path + "/run"
    try FileManager.default.createDirectory(
      atPath: run + "/seed-1-model", withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: models + "/bilstm-crf", toPath: run + "/seed-1-model/bilstm-crf")
    _ = try folder.write("{}", "run/run.json")
    let encoders = folder.path + "/encoders"
    try SmallCheckpoints.make(in: encoders)
    let cases = [
      (folder.path + "/nowhere", "there is no folder"),
      (models + "/riva", "is a single model (riva)"),
      (encoders + "/bert", "is a single model (bert)"),
      (run, "is the folder of a run"), (encoders, "encoders only (bert, clip, resnet)"),
      (data, "no model folders"),
    ]
    for (path, words) in cases {
      for command in [
        ["show", data, "post-0", "--models", path],
        ["evaluate", data, "--models", path, "--split", "train"],
        ["predict", data, "--models", path, "--out", folder.path + "/out"],
        ["open", data, "--models", path, "--script", try folder.write("key j\nwait\n", "keys")],
      ] {
        let result = try Program.run(command)
        #expect(result.status != 0, "\(command[0]) \(path)")
        #expect(result.errors.contains(words), "\(command[0]): \(result.errors)")
      }
    }
    let meant = try Program.run(["show", data, "post-0", "--models", run])
    #expect(meant.errors.contains("--models \(run)/seed-1-model"))
    let parent = try Program.run(["show", data, "post-0", "--models", models + "/riva"])
    #expect(parent.errors.contains("--models \(models)\n"))
  }

  @Test("processor_config.json is read, and copied by import")
  func processor() throws {
    let folder = try TemporaryFolder()
    let clip = folder.path + "/clip"
    try SmallCheckpoints.clip(clip)
    #expect(try EncoderFolder(clip).recipe?.mean == [0.25, 0.5, 0.75])
    let out = folder.path + "/copy"
    #expect(try Program.run(["models", "import", clip, "--out", out]).status == 0)
    #expect(try EncoderFolder(out).recipe == EncoderFolder(clip).recipe)
    // As in transformers it counts before the older file, unless it holds nothing on pictures.
    let older = #"{"image_mean": [0.1, 0.1, 0.1], "size": {"shortest_edge": 32}, "crop_size": 32}"#
    try Data(older.utf8).write(to: URL(fileURLWithPath: clip + "/preprocessor_config.json"))
    #expect(try EncoderFolder(clip).recipe?.mean == [0.25, 0.5, 0.75])
    let plain = #"{"processor_class": "CLIPProcessor"}"#
    try Data(plain.utf8).write(to: URL(fileURLWithPath: clip + "/processor_config.json"))
    #expect(try EncoderFolder(clip).recipe?.mean == [0.1, 0.1, 0.1])
  }

  @Test("a tokenizer that does not fit, and references without outputs, are problems")
  func unfit() throws {
    let folder = try TemporaryFolder()
    let bert = folder.path + "/bert"
    try SmallCheckpoints.bert(bert)
    #expect(try Program.run(["models", "inspect", bert]).status == 0)
    let short = folder.path + "/short"
    try SmallCheckpoints.bert(short, rows: 40)
    let inspected = try Program.run(["models", "inspect", short])
    #expect(inspected.status == 1)
    #expect(inspected.output.contains("the tokenizer has 81 pieces and the encoder 40"))

    let io = folder.path + "/io.safetensors"
    try FileManager.default.copyItem(atPath: bert + "/model.safetensors", toPath: io)
    let checked = try Program.run(["models", "check", bert, "--io", io])
    #expect(checked.status != 0 && checked.errors.contains("out.*"))
  }

  @Test("nothing takes more than the peak")
  func roofline() {
    var roofline = Roofline(peak: 100)
    #expect(roofline.share(of: 50) == 0.5 && roofline.share(of: 100) == 1)
    #expect(roofline.share(of: 177) == nil)
    var measured = [90.0, 200.0]
    roofline.raise(above: [50, 177]) { measured.removeFirst() }
    #expect(roofline.peak == 200 && roofline.share(of: 177) == 0.885)
    roofline.raise(above: [900]) { 10 }
    #expect(roofline.peak == 200 && roofline.share(of: 900) == nil)
  }

  @Test("a packed copy in half precision is half as large, and answers")
  func halves() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    // A picture tower of its own goes along.
    try FileManager.default.copyItem(atPath: models + "/resnet", toPath: models + "/riva/vision")
    let pack = folder.path + "/pack"
    #expect(try Program.run(["models", "pack", models, "--out", pack, "--half"]).status == 0)
    func size(_ path: String) throws -> Int {
      try Data(contentsOf: URL(fileURLWithPath: path + "/model.safetensors")).count
    }
    for name in ["bilstm-crf", "riva"] {
      let ratio = Double(try size(pack + "/" + name)) / Double(try size(models + "/" + name))
      #expect((0.4...0.75).contains(ratio), "\(name) \(ratio)")
    }
    // What others know by its fingerprint stays.
    for name in ["clip", "resnet", "riva/vision"] {
      #expect(try size(pack + "/" + name) == size(models + "/" + name), "\(name)")
    }
    // Of a router its tables of posts are halved, its own weights are not.
    #expect(try size(pack + "/rds") < size(models + "/rds"))
    func weights(_ path: String) throws -> [String: Tensor] {
      try Safetensors(path: path + "/rds/model.safetensors").allTensors()
        .filter { !$0.key.hasSuffix(".x") }
    }
    #expect(try weights(pack) == weights(models))
    let shown = try Program.run(["show", data, "post-0", "--models", pack, "--json"])
    #expect(shown.status == 0 && shown.output.contains("rgn/gate"))
  }
}
