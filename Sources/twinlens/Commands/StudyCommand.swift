import ArgumentParser
import Foundation
import Services
import Studies
import Tensors

/// `twinlens study`: the harbor sample's experiment over several seeds, as `Samples/RESULTS.md`.
struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Train experts and routers over several seeds and write the table of results.")

  @OptionGroup var source: HarborSource
  @Option(help: "The folder of model folders; its encoders are used.") var models: String
  @Option(help: "Number of seeds, from 1.") var seeds = 3
  @Option(help: "The Markdown file whose part is written.") var out: String
  @Flag(help: "Print the numbers as JSON too.") var json = false

  func run() throws {
    let progress = ProgressLine()
    let interrupt = Interrupt()
    let trainer = try ModelTrainer(
      dataset: source.open(progress), models: models, recipe: HarborRecipe(),
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      observe: { event in
        progress.show(event)
        return !interrupt.isRaised
      })
    let results: [HarborStudy.SeedResult]
    do {
      results = try HarborStudy(trainer: trainer, seeds: (1...UInt64(max(1, seeds))).map { $0 })
        .run()
    } catch let stopped as TrainingStopped {
      progress.clear()
      FileHandle.standardError.write(Data("\(stopped)\n".utf8))
      throw ExitCode(130)
    }
    progress.clear()
    try MarkedSection("study", ResultsDocument(results).markdown).write(to: out)
    StandardOutput.write("wrote \(out)")
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      StandardOutput.write(String(decoding: try encoder.encode(results), as: UTF8.self))
    }
  }
}
