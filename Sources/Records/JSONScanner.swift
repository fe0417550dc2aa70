import Files

/// A small JSON reader over bytes that are held elsewhere: no tree, no copies, bounded depth.
///
/// Foundation's decoder takes about 40 µs a post; 100,000 posts must open in less than a second.
/// Grammar: RFC 8259; a lone surrogate escape is an error, as it has no UTF-8.
package struct JSONScanner: RecordScanner {
  package typealias Failure = ScanFailure

  private let bytes: UnsafeBufferPointer<UInt8>
  private let end: Int
  /// The next byte to read.
  package private(set) var position: Int

  /// Reads the given part of the bytes, which must outlive the scanner.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// An error at the current byte.
  package func failure(_ reason: String) -> Failure { Failure(offset: position, reason: reason) }

  /// The next byte that is not blank, not consumed; nil at the end.
  package mutating func peek() -> UInt8? {
    while position < end, isBlank(bytes[position]) { position += 1 }
    return position < end ? bytes[position] : nil
  }

  /// Consumes the byte if it comes next.
  package mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws {
    guard take(byte) else {
      throw failure("expected `\(Character(UnicodeScalar(byte)))`")
    }
  }

  /// Nothing but blanks may be left.
  package mutating func finish() throws {
    if peek() != nil { throw failure("something stands behind the end of the value") }
  }

  /// Calls `body` for each key of an object; `body` must consume the value.
  package mutating func object(_ body: (_ key: String, inout JSONScanner) throws -> Void) throws {
    try expect(UInt8(ascii: "{"))
    if take(UInt8(ascii: "}")) { return }
    repeat {
      let key = try string()
      try expect(UInt8(ascii: ":"))
      try body(key, &self)
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// Calls `body` for each element of an array; `body` must consume it.
  package mutating func array(_ body: (inout JSONScanner) throws -> Void) throws {
    try expect(UInt8(ascii: "["))
    if take(UInt8(ascii: "]")) { return }
    repeat { try body(&self) } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  /// True and consumed when `null` comes next.
  package mutating func null() -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    return word("null")
  }

  private mutating func word(_ text: StaticString) -> Bool {
    guard end - position >= text.utf8CodeUnitCount else { return false }
    for i in 0..<text.utf8CodeUnitCount where bytes[position + i] != text.utf8Start[i] {
      return false
    }
    position += text.utf8CodeUnitCount
    return true
  }

  /// A whole number that fits.
  package mutating func integer() throws -> Int {
    _ = peek()
    // Nearly all are a few digits.
    var (value, place) = (0, position)
    while place < end, place - position < 18, isDigit(bytes[place]) {
      value = 10 * value + Int(bytes[place] & 15)
      place += 1
    }
    if place > position, place == end || !isNumberByte(bytes[place]) {
      position = place
      return value
    }
    let number = try numberText()
    guard let value = Int(number) else { throw failure("`\(number)` is not a whole number") }
    return value
  }

  private mutating func numberText() throws -> String {
    guard let first = peek(), first == UInt8(ascii: "-") || isDigit(first) else {
      throw failure("expected a number")
    }
    let start = position
    while position < end, isNumberByte(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard Double(text) != nil else { throw failure("`\(text)` is not a number") }
    return text
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private func isNumberByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E || byte | 0x20 == 0x65
  }

  /// A string, a number, `true` or `false`, as text.
  package mutating func scalarText() throws -> String {
    switch peek() {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "t"): if word("true") { return "true" }
    case UInt8(ascii: "f"): if word("false") { return "false" }
    default: return try numberText()
    }
    throw failure("expected a string, a number, true or false")
  }

  /// A string with its escapes resolved.
  package mutating func string() throws -> String {
    try expect(UInt8(ascii: "\""))
    let start = position
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        let (text, valid) = text(bytes, start..<position)
        guard valid else { throw failure("not valid UTF-8; \(TextEncoding.advice)") }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case 0..<0x20:
        throw failure("control character in a string; write it as \\u00..")
      default:
        position += 1
      }
    }
    throw failure("string without an end")
  }

  /// The slow way, from the first backslash on.
  private mutating func escapedString(from start: Int) throws -> String {
    var content = Array(bytes[start..<position])
    while position < end {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("not valid UTF-8; \(TextEncoding.advice)")
        }
        return text
      case UInt8(ascii: "\\"):
        content.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20:
        throw failure("control character in a string; write it as \\u00..")
      default:
        content.append(byte)
      }
    }
    throw failure("string without an end")
  }

  private mutating func escape() throws -> UnicodeScalar {
    guard position < end else { throw failure("string without an end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UnicodeScalar(byte)
    case UInt8(ascii: "u"):
      let unit = try hexadecimal()
      if let scalar = UnicodeScalar(unit) { return scalar }
      // A surrogate pair: 0xD800–0xDBFF, then 0xDC00–0xDFFF.
      if unit < 0xDC00, word("\\u") {
        let low = try hexadecimal()
        if (0xDC00..<0xE000).contains(low),
          let scalar = UnicodeScalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        {
          return scalar
        }
      }
      throw failure("half a surrogate pair")
    default: throw failure("unknown escape")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard end - position >= 4,
      bytes[position..<(position + 4)].allSatisfy({ isDigit($0) || (97...102).contains($0 | 32) }),
      let value = UInt32(
        String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits") }
    position += 4
    return value
  }

  /// Passes over any value, at most 64 levels deep, and returns where it stood.
  @discardableResult
  package mutating func skip(depth: Int = 64) throws -> Range<Int> {
    guard depth > 0 else { throw failure("nested too deeply") }
    let first = peek()
    let start = position
    switch first {
    case UInt8(ascii: "{"): try object { try $1.skip(depth: depth - 1) }
    case UInt8(ascii: "["): try array { try $0.skip(depth: depth - 1) }
    case UInt8(ascii: "n"): if !null() { throw failure("expected a value") }
    case nil: throw failure("expected a value")
    default: _ = try scalarText()
    }
    return start..<position
  }

  package static func quoted(_ text: String) -> String { JSONString.quoted(text) }
}
