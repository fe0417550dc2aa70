import Annotations
import Corpora
import Files
import Foundation

/// A store whose history is to be played over its dataset. It is only read.
package struct PlayedStore: Sendable {
  /// The steps that fit the dataset, in the order of the store.
  package let steps: [Step]
  /// What does not fit, or is damaged.
  package let findings: [StoreFinding]

  /// Reads a store over a dataset.
  /// - Throws: `StoreError`; `ReplayError` where nothing is to be played, or the dataset is another
  ///   than the store's.
  package init(_ path: String, over dataset: Dataset) throws {
    let store = try StoreAddress.open(path, access: .readOnly)
    let (history, findings) = try store.history(over: dataset)
    guard !history.steps.isEmpty else { throw ReplayError.empty(path) }
    var hashes: [Post.ID: String?] = [:]
    steps = history.steps.filter { step in
      let hash =
        hashes[step.post] ?? dataset.post(id: step.post).map { DatasetHash.hash(ofTokens: $0) }
      hashes[step.post] = .some(hash)
      return hash == step.tokensHash
    }
    guard !steps.isEmpty else {
      throw ReplayError.other(
        path, steps: history.steps.count, dataset: dataset.path,
        own: try store.openings().first?.dataset)
    }
    self.findings = findings
  }

  /// The file that a path means: itself, or the store in the folder of a dataset.
  package static func file(_ path: String) -> String {
    SharedFiles.isFolder(path) ? path + "/.twinlens/annotations.sqlite" : path
  }

  /// Where the dataset of a store is, as the store says.
  /// - Throws: `StoreError`, `ReplayError`.
  package static func dataset(of path: String) throws -> String {
    let openings = try StoreAddress.open(path, access: .readOnly).openings()
    guard let last = openings.first else { throw ReplayError.unknown(path) }
    var seen: Set<String> = []
    for opening in openings where seen.insert(opening.dataset).inserted {
      if FileManager.default.fileExists(atPath: opening.dataset) { return opening.dataset }
    }
    throw ReplayError.gone(path, dataset: last.dataset)
  }
}

/// Why a history cannot be played. Other errors come from the store or the dataset.
package enum ReplayError: Error, Sendable, Hashable, CustomStringConvertible {
  case empty(String)
  case unknown(String)
  case gone(String, dataset: String)
  case other(String, steps: Int, dataset: String, own: String?)

  package var description: String {
    switch self {
    case .empty(let path):
      "\(path): nothing was done in it, so there is nothing to play"
    case .unknown(let path):
      "\(path): does not say which dataset it is of; name that with --dataset DATASET"
    case .gone(let path, let dataset):
      "\(path): its dataset \(dataset) is not there any more; --dataset DATASET names where it is now"
    case .other(let path, let steps, let dataset, let own):
      "\(path): none of its \(steps.counted("step")) fits \(dataset), whose posts have other ids or words"
        + (own.map { "; it was made on \($0), and --dataset DATASET names where that is now" }
          ?? "; name its own dataset with --dataset DATASET")
    }
  }
}
