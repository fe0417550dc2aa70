import ArgumentParser
import Extractors
import Foundation
import Reports
import Services
import Studies

/// `twinlens train`: models of the harbor sample by name, or a recipe for real datasets.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train models; resumes after an interruption.",
    discussion: "Without a subcommand: models of the harbor sample by name.",
    subcommands: [TrainHarborCommand.self, TrainEncoderCommand.self]
      + SystemPlaces.commands() + [TrainRouterCommand.self],
    defaultSubcommand: TrainHarborCommand.self)
}

/// `twinlens train NAME …`: models of the harbor sample, each from the dataset and the models it
/// stands on.
struct TrainHarborCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "harbor", abstract: "Train models of the harbor sample by name.",
    discussion: "Names, in order of their dependencies: "
      + HarborRecipe.names.joined(separator: ", ") + "; or all.")

  @Argument(help: "Models to train.") var names: [String]
  @OptionGroup var source: HarborSource
  @Option(help: "The folder of model folders to write to.") var models: String
  @Option(help: "Decides initial weights, batches and dropout.") var seed: UInt64 = 1
  @Option(help: "Most epochs of an expert; training ends earlier on its plateau.") var epochs: Int?
  @Flag(help: "Forget interrupted trainings and begin anew.") var fresh = false
  @Flag(help: "Train models again that are finished, and replace them.") var force = false

  func validate() throws {
    let known = HarborRecipe.names + ["all"]
    for name in names where !known.contains(name) {
      throw ValidationError("no model \(name); known are \(known.joined(separator: ", "))")
    }
    if let epochs, !(1...10_000).contains(epochs) {
      throw ValidationError("--epochs takes a number from 1 to 10000")
    }
  }

  func run() throws {
    let progress = ProgressLine()
    let interrupt = Interrupt()
    let dataset = try source.open(progress)
    var recipe = HarborRecipe(seed: seed)
    if let epochs { recipe.tagger.epochs = epochs }
    let trainer = try SampleTrainer(
      dataset: dataset, models: models, recipe: recipe,
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      observe: { event in
        progress.show(event)
        return !interrupt.isRaised
      })
    let wanted = names.contains("all") ? HarborRecipe.names : names
    // What was interrupted is forgotten when something can begin, not before.
    var forgets = fresh
    for name in HarborRecipe.names where wanted.contains(name) {
      if !force, let finished = try finished(name, trainer) {
        progress.clear()
        StandardOutput.complain(finished)
        continue
      }
      try whileTraining(in: models, name, progress) {
        if forgets { try? FileManager.default.removeItem(atPath: models + "/.training") }
        forgets = false
        try trainer.train(name)
      }
    }
    progress.clear()
    StandardOutput.write("\(models) holds \(wanted.joined(separator: ", "))")
  }

  /// A sentence about a model that is there already and was trained in just this way; nil when
  /// there is none.
  ///
  /// - Throws: `TrainingError.otherModel` when it was trained in another way.
  private func finished(_ name: String, _ trainer: SampleTrainer) throws -> String? {
    let folder = models + "/" + name
    guard FileManager.default.fileExists(atPath: folder + "/config.json") else { return nil }
    guard trainer.isFinished(name) else {
      throw TrainingError.otherModel(folder: folder, differs: [])
    }
    return "\(folder) is finished; --force trains it again"
  }
}
