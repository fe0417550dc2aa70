import Corpora
import Foundation

/// A dataset that was annotated in a store.
package struct StoreOpening: Sendable, Hashable {
  /// Its path then.
  package let dataset: String
  /// `Dataset.contentHash` then.
  package let hash: String

  /// Of a dataset as it is now.
  package init(of dataset: Dataset) {
    self.dataset = URL(fileURLWithPath: dataset.path).resolvingSymlinksInPath().path
    hash = dataset.contentHash
  }

  /// What a store says; nil where that cannot be: a store may come from anywhere.
  init?(stored dataset: String?, hash: String?) {
    guard let dataset, let hash, (1...4_096).contains(dataset.utf8.count), !dataset.utf8.contains(0)
    else { return nil }
    (self.dataset, self.hash) = (dataset, hash)
  }
}
