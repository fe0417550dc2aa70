import Annotations
import Files

extension StoreTransfer {
  /// What `annotations copy` prints.
  package func text() -> String {
    "\(steps.counted("step")) of \(from) copied to \(to) and compared; SHA-256 of the history "
      + digest
  }

  /// The same as JSON.
  package func json() -> String {
    JSONText.object([
      ("from", .string(from)), ("to", .string(to)), ("steps", .int(steps)),
      ("sha256", .string(digest)),
    ]).text()
  }
}
