import Foundation

/// Which store a text means: what `--store` and `--from` take.
package enum StoreAddress {
  /// Opens the store.
  /// - Throws: `StoreError`.
  package static func open(
    _ text: String, access: AnnotationStore.Access = .readWrite
  ) throws -> any StepStore {
    try AnnotationStore(path: text, access: access)
  }

  /// Whether something is there that may be a store.
  package static func isThere(_ text: String) -> Bool { Foundation.access(text, F_OK) == 0 }
}
