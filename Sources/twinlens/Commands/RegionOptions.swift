import ArgumentParser
import Corpora
import Extractors

/// Which regions from files may be used, for experts that look at some.
struct RegionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "File of regions for \(System.all.filter(\.takesBoxes).map(\.id).joined(separator: ", ")) (docs/auditing.md); one "
        + "for each split. Models trained with regions also use those named in dataset.toml.",
      valueName: "file"))
  var boxes: [String] = []

  @Option(
    help: ArgumentHelp(
      "label-free: regions that tell the labels are refused. leaky-reproduction: they are used, and every number is "
        + "marked.", valueName: "which"))
  var regions = RegionPermission.labelFree

  /// The files that were named; nil without any.
  ///
  /// - Throws: as `PairBoxes`.
  func open(for dataset: Dataset) throws -> PairBoxes? {
    boxes.isEmpty ? nil : try PairBoxes(boxes, for: dataset, permission: regions)
  }
}

extension RegionPermission: ExpressibleByArgument {}
