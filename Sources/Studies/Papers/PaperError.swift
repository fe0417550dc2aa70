import Extractors

/// A study that cannot go on.
package enum PaperError: Error, CustomStringConvertible {
  /// A row that was trained on another task first, of which there are no posts.
  case noOtherTask(row: String, task: ExpertTask)
  /// Tables of which the posts tell nothing.
  case nothingToMeasure([String])
  /// More encoders, for tables that compare none.
  case noEncodersCompared([String])
  /// An encoder that would have two rows.
  case encoderTwice(String, option: String)
  /// A place for noise, for tables without any.
  case noNoise([String])
  /// A folder with cells of another dataset.
  case otherData(folder: String, dataset: String)
  /// A folder with cells that were made with other settings, which are named as in a cell's basis.
  case otherSettings(folder: String, [String])

  /// What settings of a cell's basis are called on the command line.
  private static let options = [
    "encoder": "--encoder", "pictures": "--pictures", "dual": "--dual", "boxes": "--boxes",
    "epochs": "--epochs", "batch": "--batch", "encoderRate": "--encoder-rate",
    "headRate": "--head-rate", "crfRate": "--crf-rate",
  ]

  package var description: String {
    switch self {
    case .noOtherTask(let row, let task):
      "\(row) is first trained on \(task.subject), and the dataset has none; choose other tables "
        + "with --table"
    case .nothingToMeasure(let tables):
      "the posts say nothing that \(Set(tables).sorted().joined(separator: ", ")) could be measured by: "
        + "no post that is scored says whether its picture adds (imageAdds), or has what is asked for"
    case .noEncodersCompared(let names):
      "--also-encoder and --also-pictures are for tables that compare encoders"
        + (names.isEmpty
          ? ", and the paper has none" : ": " + names.joined(separator: ", "))
        + "; leave them out, or choose such a table"
    case .encoderTwice(let folder, let option):
      "\(folder) would be compared with itself; leave out one \(option) of it"
    case .noNoise(let names):
      "--noise-in is for tables with noise"
        + (names.isEmpty ? ", and the paper has none" : ": " + names.joined(separator: ", "))
        + "; leave it out, or choose such a table"
    case .otherData(let folder, let dataset):
      "\(folder) keeps tables of other posts than \(dataset)'s; give another --out"
    case .otherSettings(let folder, let names):
      "\(folder) keeps tables that were made with other \(names.map { Self.options[$0] ?? $0 }.joined(separator: ", ")); "
        + "give the same again, or another --out"
    }
  }
}
