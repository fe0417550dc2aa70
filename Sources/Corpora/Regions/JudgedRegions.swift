/// Which regions may be used (`--regions`).
package enum RegionPermission: String, Sendable, Hashable, CaseIterable, Codable {
  /// Only those that do not tell the labels: the default.
  case labelFree = "label-free"
  /// Also leaking ones, to repeat published numbers; every number made with them is marked.
  case leakyReproduction = "leaky-reproduction"
}

/// Regions that may be given to a model: judged by the audit's rule when they are opened, so that
/// no leak comes in unnoticed (MODELS §1.1).
package struct JudgedRegions: Sendable {
  /// The regions.
  package let file: RegionFile
  /// What the rule says of them.
  package let verdict: RegionVerdict

  /// What every report of a number made with these regions must print beside it; nil for clean
  /// ones.
  package var mark: String? { verdict.leaks ? Self.leakyMark : nil }

  /// The mark of numbers that were made with leaking regions.
  package static let leakyMark = "leaky regions"

  /// Reads and judges a file of regions.
  /// - Throws: `RegionError.leaking` for leaking regions without the permission to reproduce,
  ///   `.unrelated` and `.beyond` for those of another dataset, the others as `RegionFile` has
  ///   them; `CorporaError`.
  package static func open(
    _ path: String, for dataset: Dataset, permission: RegionPermission = .labelFree
  ) throws -> JudgedRegions {
    let file = try RegionFile(path: path)
    guard let verdict = try file.verdict(for: dataset) else {
      throw RegionError.unrelated(file: path, dataset: dataset.name)
    }
    if let place = try file.joined(to: dataset)?.beyond {
      throw RegionError.beyond(
        file: path, place: place, split: file.split.rawValue, dataset: dataset.name)
    }
    if verdict.leaks && permission != .leakyReproduction {
      throw RegionError.leaking(file: path, verdict)
    }
    return JudgedRegions(file: file, verdict: verdict)
  }
}
