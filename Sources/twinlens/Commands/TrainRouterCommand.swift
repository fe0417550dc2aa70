import ArgumentParser
import Corpora
import Foundation
import Inspection
import Reports
import Services
import Studies

/// `twinlens train router`: a router between experts that exist.
struct TrainRouterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "router",
    abstract: "Train a router between two experts of a folder of models.",
    discussion: """
      The router learns from how the experts answer posts that they did not learn from: four fifths of dev, while one \
      fifth chooses. The encoder is copied into the folder of models. \
      `twinlens rds run` trains experts and routers together, and compares objectives.
      """)

  @Option(
    help: ArgumentHelp("Folder of model folders, which holds both experts.", valueName: "dir"))
  var models: String
  @Option(help: ArgumentHelp("The text expert's folder in it.", valueName: "name"))
  var text: String
  @Option(help: ArgumentHelp("The multimodal expert's folder in it.", valueName: "name"))
  var multimodal: String
  @Option(
    help: ArgumentHelp(
      "What the router sees posts with: a dual encoder, or a published CLIP.", valueName: "dir"))
  var dual: String
  @Option(help: ArgumentHelp("Dataset with a dev split.", valueName: "path"))
  var dataset: String
  @OptionGroup var input: ReadingOptions
  @Option(help: "Posts to learn from: dev, or train where the experts learned from other posts.")
  var split = Split.dev
  @Option(
    help: ArgumentHelp("Name of the router's folder; else rds or rds-relations.", valueName: "name")
  )
  var name: String?
  @Option(help: "Decides which posts teach, first weights and batches.")
  var seed: UInt64 = 1
  @OptionGroup var outside: OutsideOptions
  @OptionGroup var files: RegionOptions
  @Flag(help: "Replace a router of that name.")
  var force = false

  func validate() throws {
    guard [.dev, .train].contains(split) else {
      throw ValidationError("--split takes dev or train")
    }
    for name in [text, multimodal, name].compactMap(\.self)
    where name.isEmpty || name.hasPrefix(".") || name.contains("/") {
      throw ValidationError("\(name.debugDescription) is not the name of a folder inside --models")
    }
  }

  func run() throws {
    let progress = ProgressLine()
    let interrupt = Interrupt()
    let opened = try input.open(dataset)
    var job = RouterJob(
      dataset: opened, models: models, text: text, multimodal: multimodal, dual: dual, name: name,
      seed: seed,
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      observe: { event in
        progress.show(event)
        return !interrupt.isRaised
      })
    job.posts = .split(split)
    job.outside = try ModelOpening.outside(
      answers: outside.answers, programs: try outside.allPrograms(), task: opened.mainTask,
      encoding: input.encoding)
    job.boxes = try files.open(for: opened)
    try whileTraining(in: models, job.folderName, progress) {
      let folder = try job.run(replaces: force)
      progress.clear()
      StandardOutput.write(
        "wrote \(folder); twinlens \(dataset) --models \(models)\(outside.line) shows it at work")
    }
  }
}
