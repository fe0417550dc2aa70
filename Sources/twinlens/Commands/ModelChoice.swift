import Annotations
import ArgumentParser
import Corpora
import Extractors
import Inspection
import Services

/// Which models a command asks, the same for all that ask some over a whole dataset.
struct ModelChoice: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of model folders.", valueName: "dir")) var models: String
  @Option(
    help: ArgumentHelp(
      "The router folder; without it the one for what the dataset is mainly about.",
      valueName: "name"))
  var router: String?
  @Option(help: ArgumentHelp("The expert to use in place of the router's.", valueName: "name"))
  var system: String?
  @Option(
    help: ArgumentHelp(
      "File of the annotations; a router that was retrained on them is used.", valueName: "file"))
  var store: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Use the router that was retrained on the dataset's corrections, if there is one.")
  var retrained = true
  @OptionGroup var files: RegionOptions

  /// Opens them.
  ///
  /// - Throws: as `ModelOpening.open`.
  func open(for dataset: Dataset, task: ExpertTask? = nil) throws -> ModelSet {
    var opening = ModelOpening(folder: models)
    (opening.task, opening.router, opening.system) = (task, router, system)
    (opening.boxes, opening.regions) = (files.boxes, files.regions)
    opening.store =
      retrained ? try StoreLocation.resolve(dataset: dataset, explicit: store).path : nil
    return try opening.open(for: dataset)
  }
}
