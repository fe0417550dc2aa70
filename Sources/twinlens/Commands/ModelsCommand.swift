import ArgumentParser
import Corpora
import Encoders
import Extractors
import Files
import Foundation
import Inspection
import Reports
import Routing
import Services
import Tensors

/// `twinlens models`: published encoders in folders as Hugging Face lays them out.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Inspect, check and import pretrained encoders.",
    subcommands: [Inspect.self, Check.self, Measure.self, Import.self, Pack.self])

  /// `twinlens models inspect DIR`.
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print what a folder holds, and run it on a fixed input.",
      discussion: "The exit status is 1 when something in the folder does not fit.")

    @Argument(help: "A folder with config.json and weights.")
    var folder: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      if let absence = ModelFolder.absence(of: folder) {
        let inside = ModelsFolder.models(in: folder).prefix(6).map(VisibleText.name)
        throw CheckpointError.file(
          path: folder,
          problem: absence
            + (inside.isEmpty
              ? "; name the folder of one model"
              : "; name one of its folders: \(inside.joined(separator: ", "))"))
      }
      if ModelReport.isOwn(folder) {
        let report = try ModelReport(folder: folder)
        try show(report, report.text, report.problems)
      } else {
        let report = try FolderReport(EncoderFolder(folder))
        try show(report, report.text, report.problems)
      }
    }

    private func show(_ report: some Encodable, _ text: String, _ problems: [String]) throws {
      if json {
        try ModelsCommand.writeJSON(report)
      } else {
        StandardOutput.write(text)
      }
      if !problems.isEmpty { throw ExitCode.failure }
    }
  }

  /// `twinlens models measure DIR`.
  struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure what an expert makes of words and pictures, and write it into its card.",
      discussion: """
        Training does the same at its end, on dev. Folders of older versions and published \
        checkpoints have no card.json until they are measured. With the dataset's dev posts, or \
        all where it has none, at most 500 of them: F1, also with the pictures exchanged; how far \
        each scalar follows the picture; how far attention agrees with occlusion.
        """)

    @Argument(help: "An expert's folder, beside the folders that it needs.")
    var folder: String

    @Option(help: ArgumentHelp("A dataset file or folder.", valueName: "dataset"))
    var dataset: String

    @OptionGroup var reading: ReadingOptions

    @Flag(help: "Print it as JSON, and leave card.json as it is.")
    var json = false

    func run() throws {
      let data = try reading.open(dataset)
      let path = URL(fileURLWithPath: folder).standardizedFileURL
      let roster = try Roster.open(
        path.deletingLastPathComponent().path, experts: [path.lastPathComponent])
      guard let expert = roster.expert(path.lastPathComponent) else {
        throw Refusal(
          roster.notices.first ?? "\(folder) is no expert; twinlens models inspect says what it is")
      }
      let dev = data.posts.filter { $0.split == .dev }
      let posts = (dev.isEmpty ? data.posts : dev).filter {
        expert.task == .entities || !$0.relations.isEmpty
      }
      guard !posts.isEmpty else {
        throw Refusal("\(dataset) has no post with pairs, for which \(expert.name) answers")
      }
      let line = ProgressLine()
      let start = Date()
      var card = expert.card
      let epochs = card.notes.epochs
      card.notes = CardMeasuring(expert, posts.map { roster.see($0, of: data) }).notes { share in
        line.show("measuring \(expert.name)", share, since: start)
        return true
      }
      card.notes.measuredOn = data.name + (dev.isEmpty ? "" : ", dev")
      card.notes.epochs = epochs
      if json {
        try ModelsCommand.writeJSON(card.notes)
      } else {
        try card.write(to: folder)
        StandardOutput.write(try ModelReport(folder: folder).measured)
      }
    }
  }

  /// `twinlens models import PATH --out DIR`.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy a model into a folder of its own, converted to one model.safetensors.",
      discussion: """
        Weights of any supported file are written as float32 under the names this program uses, \
        read again and compared. Tokenizer and configuration files are copied. provenance.json \
        says where everything came from.
        """)

    @Argument(help: "A folder with config.json and weights.")
    var path: String

    @Option(help: ArgumentHelp("The folder to make.", valueName: "folder"))
    var out: String

    func run() throws {
      // Its head would be lost.
      try ModelsCommand.requireEncoder(
        path, instead: "twinlens models pack copies the folder of models that it is in",
        withHead: false)
      let folder = try EncoderFolder(path)
      let count = try folder.copy(to: out)
      var hashes: [String: String] = [:]
      for file in folder.weights.paths + [folder.path + "/config.json"] {
        hashes[(file as NSString).lastPathComponent] = try FileHash.sha256(file)
      }
      let provenance = Provenance(
        command: "twinlens models import \(path) --out \(out)", seed: 0, data: hashes, metrics: [:])
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try DurableFile.write(
        encoder.encode(provenance) + Data("\n".utf8), to: out + "/provenance.json")
      let check = try EncoderFolder(out)
      let wrong = try check.selfCheck(check.load()).filter { !$0.isFinite }
      StandardOutput.write("wrote \(count) tensors to \(out), read them again and compared them")
      for output in wrong { StandardOutput.write("\(output.name) is not finite on a fixed input") }
      if !wrong.isEmpty { throw ExitCode.failure }
    }
  }
}

extension ModelsCommand {
  static func writeJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    StandardOutput.write(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Refuses a model of this program where an encoder is meant.
  ///
  /// - Parameters:
  ///   - instead: what does read it, as a clause.
  ///   - withHead: whether an encoder with an expert's head on it is an encoder too.
  static func requireEncoder(
    _ folder: String, instead: String, withHead: Bool = true
  ) throws {
    let own =
      System.all.map(\.id) + [
        PictureEncoderModel.system, DualEncoderModel.system, RouterBundle.system,
      ]
    guard let system = try? ModelFolder.system(of: folder), own.contains(system),
      !withHead || (try? EncoderFolder(folder)) == nil
    else { return }
    throw Refusal("\(folder) is a model of this program (\(system)), no encoder: \(instead)")
  }

  /// `twinlens models pack DIR --out NEW`.
  struct Pack: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy a folder of models with everything its links lead to.",
      discussion: """
        The copy can be moved to any machine. Links whose targets are gone are named, and nothing is written.
        """)

    @Argument(help: "A folder of model folders, such as RUN/seed-1-model.")
    var folder: String

    @Option(help: ArgumentHelp("The folder to make.", valueName: "folder"))
    var out: String

    @Flag(help: "Write the experts' weights in half precision: half as large, and rounded.")
    var half = false

    func run() throws {
      if case .single = ModelsFolder(folder) {
        throw Refusal(
          "\(folder) is one model; give the folder that it is in, with everything it is built on")
      }
      if case .nested(let names, _) = ModelsFolder(folder) {
        throw Refusal(
          "\(folder) holds folders of models; give one of them: "
            + names.map { folder + "/" + $0 }.joined(separator: ", "))
      }
      // Encoders alone answer nothing, and can be carried elsewhere all the same.
      if case .encoders = ModelsFolder(folder) {} else { try ModelsFolder.check(folder) }
      let inside = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      let links = inside.filter {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)) != nil
      }
      for name in links {
        if let absence = ModelFolder.absence(of: folder + "/" + name) {
          throw ModelFolderError(folder: folder + "/" + name, problem: absence)
        }
      }
      let (source, target) = (
        URL(fileURLWithPath: folder).standardizedFileURL.resolvingSymlinksInPath().path,
        URL(fileURLWithPath: out).standardizedFileURL.resolvingSymlinksInPath().path
      )
      guard target != source, !target.hasPrefix(source + "/") else {
        throw CheckpointError.file(
          path: out, problem: "lies in \(folder), which it would be a copy of; choose another place"
        )
      }
      if let present = try? FileManager.default.contentsOfDirectory(atPath: out), !present.isEmpty {
        throw CheckpointError.file(
          path: out, problem: "is not empty; choose a folder that does not exist yet")
      }
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
      let models = ModelsFolder.models(in: folder)
      for name in models {
        try ModelFolder.copyFiles(
          of: folder + "/" + name, to: out + "/" + name, precision: half ? .float16 : .float32)
      }
      StandardOutput.write("copied \(models.joined(separator: ", ")) into \(out)")
    }
  }
}

/// Hashes of whole files.
private enum FileHash {
  static func sha256(_ path: String) throws -> String {
    let source = try ByteSource(path: path)
    var hash = SHA256()
    source.readOnce(0..<source.count) { _, piece in
      piece.withMemoryRebound(to: UInt8.self) { hash.update($0) }
    }
    return hash.hexDigest()
  }
}
