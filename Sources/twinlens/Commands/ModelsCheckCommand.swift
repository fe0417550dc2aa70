import ArgumentParser
import Corpora
import Encoders
import Extractors
import Files
import Foundation
import Inspection
import Reports
import Services
import Studies
import Tensors

extension ModelsCommand {
  /// `twinlens models check DIR`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare a model with reference outputs.",
      discussion: """
        Computes every in.* of the folder's io.safetensors and prints, for each out.*, its shape \
        and the largest absolute error. The exit status is 1 when an error is above the tolerance \
        times the larger of 1 and the reference's largest absolute value. A folder without \
        io.safetensors is run on a fixed input, and every number must be finite.

        With --precision, a folder of models answers a dataset twice, in float32 and in that \
        precision: F1 of each expert, the labels that differ, the posts that the router sends to the \
        other expert, and how many weights of each network are computed in it.
        """)

    @Argument(help: "A folder with config.json and weights; with --precision, one of such folders.")
    var folder: String

    @Option(
      help: ArgumentHelp(
        "Compare bfloat16 or int8 with float32 over a dataset.", valueName: "name"))
    var precision: Precision?

    @Option(help: ArgumentHelp("A dataset file or folder, for --precision.", valueName: "dataset"))
    var dataset: String?

    @Option(help: "train, dev, test or all; without it dev, or all where there is no dev.")
    var split: Split?

    @Option(
      help: ArgumentHelp(
        "Experts by the names of their model folders, with commas between them.",
        valueName: "names"))
    var system: String?

    @OptionGroup var reading: ReadingOptions

    @Flag(help: "Print one JSON object, for --precision.")
    var json = false

    func validate() throws {
      if precision == .float32 {
        throw ValidationError("--precision is compared with float32: give bfloat16 or int8")
      }
      guard (precision == nil) == (dataset == nil) else {
        throw ValidationError("--precision and --dataset go together")
      }
      guard precision != nil || split == nil && system == nil && !json else {
        throw ValidationError("--split, --system and --json belong to --precision")
      }
    }

    @Option(help: ArgumentHelp("Largest relative error.", valueName: "number"))
    var tolerance: Float = 1e-4

    @Option(help: ArgumentHelp("Reference values of another place.", valueName: "file"))
    var io: String?

    func run() throws {
      if let precision, let dataset { return try compare(precision, try reading.open(dataset)) }
      try ModelsCommand.requireEncoder(folder, instead: "twinlens models inspect reads it")
      let folder = try EncoderFolder(folder)
      let beside = folder.path + "/io.safetensors"
      var failed = false
      if let path = io ?? (FileManager.default.fileExists(atPath: beside) ? beside : nil) {
        for output in try folder.check(Safetensors(path: path)) {
          let isWithin = output.isWithin(tolerance)
          failed = failed || !isWithin
          let found =
            output.found == output.shape ? "" : " found \(output.found?.description ?? "nothing")"
          StandardOutput.write(
            "\(VisibleText.name(output.name)) \(output.shape)\(found) error \(output.error)"
              + (isWithin ? "" : " ABOVE \(tolerance * max(1, output.largest))"))
        }
      } else {
        for output in try folder.selfCheck(folder.load()) {
          failed = failed || !output.isFinite
          StandardOutput.write(
            "\(output.name) \(output.shape) largest \(output.largest)"
              + (output.isFinite ? "" : " NOT FINITE"))
        }
      }
      if failed { throw ExitCode.failure }
    }

    private func compare(_ precision: Precision, _ data: Dataset) throws {
      func open(_ precision: Precision) throws -> Roster {
        try Roster.open(
          folder, for: data.mainTask, experts: ExpertNames.list(system), precision: precision)
      }
      let exact = try open(.float32)
      for notice in exact.notices { StandardOutput.complain("twinlens: \(notice)") }
      let compared = Set(exact.experts.map(\.name))
      let left = try ModelCatalog(folder: folder).experts.filter { !compared.contains($0) }
      if !left.isEmpty, system == nil {
        StandardOutput.complain(
          "twinlens: not compared: \(left.map(VisibleText.name).joined(separator: ", ")); --system names "
            + "those that are")
      }
      let line = ProgressLine()
      let start = Date()
      let hasDev = data.posts.contains { $0.split == .dev }
      let check = try PrecisionCheck(
        data, split: split ?? (hasDev ? .dev : .all), exact: exact, low: try open(precision)
      ) { line.show("asking the models twice", $0, since: start) }
      line.clear()
      if json {
        try ModelsCommand.writeJSON(check)
      } else {
        StandardOutput.write(check.tables.map(\.text).joined(separator: "\n"))
      }
    }
  }
}
