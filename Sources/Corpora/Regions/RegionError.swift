import Foundation

/// Why a file of image regions cannot be used.
package enum RegionError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  /// Not JSON, or JSON that holds no regions; line and column count from 1, the column in bytes.
  case syntax(file: String, line: Int, column: Int, reason: String)
  /// More regions than `RegionFile.most`.
  case tooMany(file: String)
  /// The file is for another split, or keyed in a way that fits none of the dataset's files.
  case unrelated(file: String, dataset: String)
  /// The file has regions for pairs behind the dataset's last: its places are those of other pairs.
  case beyond(file: String, place: Int, split: String, dataset: String)
  /// Its regions tell the labels.
  case leaking(file: String, RegionVerdict)

  /// What is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .syntax(let file, let line, let column, let reason):
      "\(file):\(line): column \(column): \(reason); correct the file or name another"
    case .tooMany(let file):
      "\(file): more than \(RegionFile.most) regions; split the file"
    case .unrelated(let file, let dataset):
      "\(file): none of its keys names a picture or a pair of \(dataset); "
        + "name the regions of this dataset and of a split that is open"
    case .beyond(let file, let place, let split, let dataset):
      "\(file): has regions for pair \(place), counted from 0, which \(split) of \(dataset) does not reach; "
        + "so its places are those of another dataset's pairs: name the regions of this one"
    case .leaking(let file, let verdict):
      "\(file): the regions leak the labels: \(verdict.summary); use regions made without labels, "
        + "or say --regions \(RegionPermission.leakyReproduction.rawValue), "
        + "which marks every number made with them"
    }
  }

  /// The same, for `localizedDescription`.
  package var errorDescription: String? { description }
}
