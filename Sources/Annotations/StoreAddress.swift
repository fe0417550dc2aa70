import Foundation

/// Which store a text means: what `--store` and `--from` take.
package enum StoreAddress {
  /// Opens the store.
  /// - Throws: `StoreError`.
  package static func open(
    _ text: String, access: AnnotationStore.Access = .readWrite
  ) throws -> any StepStore {
    if PostgresAddress.isMeant(by: text) {
      return try PostgresStore(PostgresAddress(text), access: access)
    }
    return try AnnotationStore(path: text, access: access)
  }

  /// Whether something is there that may be a store; a server is asked when it is opened.
  package static func isThere(_ text: String) -> Bool {
    PostgresAddress.isMeant(by: text) || Foundation.access(text, F_OK) == 0
  }
}
