import Corpora
import Extractors

extension ModelSet {
  /// Whether an expert looks at regions from files.
  public var needsBoxes: Bool {
    [text, multimodal, textRelations, multimodalRelations].contains { $0?.needsBoxes == true }
  }

  /// Opens files of regions: those that are named; else those of `dataset.toml` when an expert
  /// needs them.
  ///
  /// - Throws: as `PairBoxes`: leaking regions need their permission.
  public mutating func openBoxes(
    _ paths: [String], for dataset: Dataset, permission: RegionPermission
  ) throws {
    let files = paths.isEmpty && needsBoxes ? dataset.regionFilePaths : paths
    guard !files.isEmpty else { return }
    boxes = try PairBoxes(files, for: dataset, permission: permission)
  }
}
