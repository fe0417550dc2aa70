import Foundation

/// JSON with its keys in order, so that equal runs write equal files.
package enum StableJSON {
  /// The bytes of a value.
  ///
  /// - Throws: what encoding throws.
  package static func encode(_ value: some Encodable, pretty: Bool = false) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty
      ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      : [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }
}
