/// What was wrong with a record, and the byte where.
package struct ScanFailure: Error {
  package let offset: Int
  package let reason: String
}

/// What readers of records need of a scanner: `JSONScanner` and `PythonScanner` differ in how
/// strings and constants are written, not in what there is.
package protocol RecordScanner {
  /// The next byte to read.
  var position: Int { get }
  init(_ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>)
  func failure(_ reason: String) -> ScanFailure
  mutating func peek() -> UInt8?
  mutating func finish() throws
  /// Calls `body` for each key; `body` must consume the value.
  mutating func object(_ body: (_ key: String, inout Self) throws -> Void) throws
  /// Calls `body` for each element; `body` must consume it.
  mutating func array(_ body: (inout Self) throws -> Void) throws
  mutating func string() throws -> String
  mutating func integer() throws -> Int
  mutating func skip(depth: Int) throws -> Range<Int>
  /// A text as a string of this notation, with quotes.
  static func quoted(_ text: String) -> String
}

extension RecordScanner {
  /// The keys of the first level, as far as they can be read.
  package static func keys(_ bytes: UnsafeBufferPointer<UInt8>, in line: Range<Int>) -> Set<String>
  {
    var scanner = Self(bytes, in: line)
    var keys: Set<String> = []
    try? scanner.object { key, scanner in
      keys.insert(key)
      _ = try scanner.skip(depth: 64)
    }
    return keys
  }
}
