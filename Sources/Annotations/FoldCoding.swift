import Corpora
import Files

/// The bytes of a snapshot.
///
///     "TwLnFold"  version  mark  place  texts  steps  states  lines  findings  posts  hash
///
/// Numbers are LEB128, texts stand once in a table and are named by their place there, and the hash
/// of all bytes before it ends the file. Readers take nothing for granted: what does not add up is
/// no snapshot.
enum FoldCoding {
  static let heading = Array("TwLnFold".utf8)
  /// Grows with every change of what is written, and of what steps do.
  static let version: UInt64 = 1

  /// The bytes are no snapshot of this version.
  struct Unreadable: Error {}
  /// Something in a history has no place in a snapshot.
  struct Unwritable: Error {}
}

/// Collects values and the texts in them.
struct FoldWriter {
  private(set) var bytes: [UInt8] = []
  /// By their bytes: texts that are equal to a reader may be written differently.
  private var texts: [[UInt8]: Int] = [:]
  private var table: [UInt8] = []

  mutating func put(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func put(_ number: Int) { put(UInt64(number)) }

  /// Small numbers of either sign are short.
  mutating func put(_ number: Int64) { put(UInt64(bitPattern: (number << 1) ^ (number >> 63))) }

  mutating func put(_ text: String) {
    let utf8 = Array(text.utf8)
    if let place = texts[utf8] { return put(place) }
    put(texts.count)
    texts[utf8] = texts.count
    var writer = FoldWriter()
    writer.put(utf8.count)
    table += writer.bytes + utf8
  }

  mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func put(_ range: Range<Int>) {
    put(range.lowerBound)
    put(range.count)
  }

  mutating func put<Value>(optional value: Value?, _ body: (Value, inout Self) throws -> Void)
    rethrows
  {
    put(value != nil)
    if let value { try body(value, &self) }
  }

  mutating func put<Values: Collection>(
    all values: Values, _ body: (Values.Element, inout Self) throws -> Void
  ) rethrows {
    put(values.count)
    for value in values { try body(value, &self) }
  }

  /// The table of texts: how many, then each with its length.
  var textTable: [UInt8] {
    var writer = FoldWriter()
    writer.put(texts.count)
    return writer.bytes + table
  }
}

/// Reads what `FoldWriter` wrote.
struct FoldReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place: Int
  private(set) var texts: [String] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>, from place: Int) {
    self.bytes = bytes
    self.place = place
  }

  var isAtEnd: Bool { place == bytes.count }

  mutating func number() throws -> UInt64 {
    var (value, shift) = (UInt64(0), UInt64(0))
    while place < bytes.count, shift < 64 {
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw FoldCoding.Unreadable()
  }

  mutating func integer() throws -> Int {
    let value = try number()
    guard value <= 1 << 40 else { throw FoldCoding.Unreadable() }
    return Int(value)
  }

  mutating func signed() throws -> Int64 {
    let value = try number()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func flag() throws -> Bool {
    guard place < bytes.count, bytes[place] < 2 else { throw FoldCoding.Unreadable() }
    place += 1
    return bytes[place - 1] == 1
  }

  /// A count of things of at least a byte each.
  mutating func count() throws -> Int {
    let count = try integer()
    guard count <= bytes.count - place else { throw FoldCoding.Unreadable() }
    return count
  }

  mutating func readTexts() throws {
    let count = try count()
    texts.reserveCapacity(count)
    for _ in 0..<count {
      let length = try self.count()
      let part = UnsafeBufferPointer(rebasing: bytes[place..<(place + length)])
      texts.append(String(decoding: part, as: UTF8.self))
      place += length
    }
  }

  mutating func text() throws -> String {
    let place = try integer()
    guard texts.indices.contains(place) else { throw FoldCoding.Unreadable() }
    return texts[place]
  }

  mutating func range() throws -> Range<Int> {
    let (low, count) = (try integer(), try integer())
    return low..<(low + count)
  }

  mutating func optional<Value>(_ body: (inout Self) throws -> Value) throws -> Value? {
    try flag() ? try body(&self) : nil
  }

  mutating func all<Value>(_ body: (inout Self) throws -> Value) throws -> [Value] {
    let count = try count()
    var values: [Value] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try body(&self)) }
    return values
  }
}
