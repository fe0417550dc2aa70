import ArgumentParser
import Foundation
import Services
import Terminal

/// The options that say which dataset, models and store a command works with.
struct DatasetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder of model folders; else the dataset's models/, else the shared ones.",
      valueName: "dir"))
  var models: String?

  @Flag(help: "Ask no models, for labelling alone.")
  var noModels = false

  @Option(
    help: ArgumentHelp(
      "Experts by the names of their model folders, with commas between them: one takes the place of the router's of "
        + "its kind, several stand side by side.", valueName: "names"))
  var system: String?

  @Option(
    help: ArgumentHelp("Router to use, by the name of its model folder.", valueName: "name"))
  var router: String?

  @OptionGroup var outside: OutsideOptions

  @OptionGroup var input: ReadingOptions

  @OptionGroup var files: RegionOptions

  @Flag(help: "Stop at the first malformed line.")
  var strict = false

  func validate() throws {
    if noModels, models != nil {
      throw ValidationError("--models and --no-models exclude each other")
    }
  }

  /// The same as the services want it.
  func session(dataset: String?, annotator: String? = nil) throws -> SessionOptions {
    var options = SessionOptions(
      dataset: dataset,
      annotator: annotator ?? Account.name(ProcessInfo.processInfo.environment))
    options.models = models
    options.withoutModels = noModels
    options.experts = ExpertNames.list(system)
    options.router = router
    options.answers = outside.answers
    options.programs = try outside.allPrograms()
    options.images = input.images
    options.encoding = input.encoding
    options.strict = strict
    options.boxes = files.boxes
    options.regions = files.regions
    return options
  }
}

/// Experts that stand in no folder of models.
struct OutsideOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file of any system's answers as an expert: its posts are the dataset's, in any format. Can be given several "
        + "times.", valueName: "name=file"))
  var answers: [String] = []

  @Option(
    help: ArgumentHelp(
      "A program as an expert: a line of JSON in for each post, one out (docs/own-experts.md). Can be given several "
        + "times.", valueName: "name=command"))
  var program: [String] = []

  /// The same options as they are typed, each after a space.
  var line: String {
    func option(_ name: String, _ value: String) -> String {
      " --\(name) '" + value.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
    return (answers.map { option("answers", $0) } + program.map { option("program", $0) }).joined()
  }

  /// Those of the command line, then those of the person's own configuration.
  func allPrograms() throws -> [String] {
    program + (try ConfiguredPrograms.read(environment: ProcessInfo.processInfo.environment))
  }
}

/// Names with commas between them.
enum ExpertNames {
  static func list(_ text: String?) -> [String] {
    (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }
}

extension GraphicsMode: ExpressibleByArgument {}
