import ArgumentParser
import Extractors
import Foundation
import Reports
import Services
import Studies

extension FreshEncoder.Size: ExpressibleByArgument {}

/// `twinlens train encoder`: a small BERT from scratch.
struct TrainEncoderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder",
    abstract: "Make a small BERT from scratch: a vocabulary, then masked language modelling.",
    discussion: """
      Reads the training posts and captions of a dataset; without one, of the harbour sample. Writes a folder that all \
      other commands open like a published encoder. Resumes after an interruption, with at most one epoch lost.
      """)

  @OptionGroup var source: HarborSource
  @Option(help: ArgumentHelp("Folder to write.", valueName: "dir")) var out: String
  @Option(help: "tiny: 2 layers of 128. small: 3 layers of 192.") var size = FreshEncoder.Size.tiny
  @Option(help: "Pieces of the vocabulary, at most.") var pieces = 4000
  @Option(help: "Passes over the texts.") var epochs: Int?
  @Option(help: "Decides first weights, batches and what is hidden.") var seed: UInt64 = 1
  @Flag(help: "Forget an interrupted training and begin anew.") var fresh = false
  @Flag(help: "Replace a finished encoder.") var force = false

  func validate() throws {
    guard (100...50_000).contains(pieces) else {
      throw ValidationError("--pieces takes a number from 100 to 50000")
    }
    guard (1...1000).contains(epochs ?? 1) else {
      throw ValidationError("--epochs takes a number from 1 to 1000")
    }
  }

  func run() throws {
    if !force, FileManager.default.fileExists(atPath: out + "/config.json") {
      throw TrainingError.otherModel(folder: out, differs: [])
    }
    let progress = ProgressLine()
    let interrupt = Interrupt()
    var settings = EncoderPretraining.recipe
    settings.epochs = epochs ?? settings.epochs
    settings.seed = seed
    let training = try EncoderPretraining(
      try source.open(progress), folder: out, size: size, pieces: pieces, settings: settings,
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      observe: { event in
        progress.show(event)
        return !interrupt.isRaised
      })
    try whileTraining(in: out, nil, progress) {
      if fresh { training.forget() }
      let history = try training.run()
      progress.clear()
      let best = history.map(\.dev).max() ?? 0
      let seconds = history.reduce(0) { $0 + $1.seconds + $1.scoring }
      StandardOutput.write(
        String(
          format: "%@: %.1f %% of hidden pieces found after %d epochs, %.0f s", out, best,
          history.count, seconds))
    }
  }
}
