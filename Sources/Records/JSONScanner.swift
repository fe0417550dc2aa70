import Files

/// A small JSON reader over bytes that are held elsewhere: no tree, no copies, bounded depth.
///
/// Foundation's decoder takes about 40 µs a post; 100,000 posts must open in less than a second.
/// Grammar: RFC 8259; a lone surrogate escape is an error, as it has no UTF-8.
package struct JSONScanner: RecordScanner {
  package typealias Failure = ScanFailure

  @usableFromInline let bytes: UnsafeBufferPointer<UInt8>
  @usableFromInline let end: Int
  /// The next byte to read.
  @usableFromInline package internal(set) var position: Int

  /// Reads the given part of the bytes, which must outlive the scanner.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// An error at the current byte.
  package func failure(_ reason: String) -> Failure { Failure(offset: position, reason: reason) }

  /// The next byte that is not blank, not consumed; nil at the end.
  @inlinable package mutating func peek() -> UInt8? {
    while position < end, isBlank(bytes[position]) { position += 1 }
    return position < end ? bytes[position] : nil
  }

  /// Consumes the byte if it comes next.
  @inlinable package mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  @inlinable mutating func expect(_ byte: UInt8) throws {
    guard take(byte) else { throw missing(byte) }
  }

  @usableFromInline func missing(_ byte: UInt8) -> Failure {
    failure("expected `\(Character(UnicodeScalar(byte)))`")
  }

  /// Nothing but blanks may be left.
  package mutating func finish() throws {
    if peek() != nil { throw failure("something stands behind the end of the value") }
  }

  /// Calls `body` for each key of an object; `body` must consume the value.
  @inlinable package mutating func object(
    _ body: (_ key: String, inout JSONScanner) throws -> Void
  ) throws {
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
  @inlinable package mutating func array(_ body: (inout JSONScanner) throws -> Void) throws {
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
    case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte):
      return try numberText()
    default: break
    }
    throw failure("expected a string, a number, true or false")
  }

  /// A string with its escapes resolved.
  package mutating func string() throws -> String {
    try expect(UInt8(ascii: "\""))
    let start = position
    let isASCII = passPlain()
    guard position < end, bytes[position] == UInt8(ascii: "\"") else {
      var content: [UInt8] = []
      try finishString(from: start, into: &content)
      return String(decoding: content, as: UTF8.self)
    }
    let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
    if !isASCII { try check(content) }
    position += 1
    return String(decoding: content, as: UTF8.self)
  }

  /// Appends the UTF-8 of a string, its escapes resolved; an unknown part of it when it throws.
  package mutating func string(into output: inout [UInt8]) throws {
    try expect(UInt8(ascii: "\""))
    let start = position
    let isASCII = passPlain()
    guard position < end, bytes[position] == UInt8(ascii: "\"") else {
      return try finishString(from: start, into: &output)
    }
    let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
    if !isASCII { try check(content) }
    position += 1
    output.append(contentsOf: content)
  }

  /// Goes on to the next quote, backslash or control character, or to the end.
  /// - Returns: whether all that was passed is ASCII.
  private mutating func passPlain() -> Bool {
    var seen: UInt64 = 0
    if let base = UnsafeRawPointer(bytes.baseAddress) {
      while end - position >= 8 {
        let eight = UInt64(
          littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        // The lowest of the bytes found by each test is always right; a borrow may mark one above
        // it too.
        let found =
          (eight &- Eight.blank) & ~eight | Eight.zeros(eight ^ Eight.quote)
          | Eight.zeros(eight ^ Eight.backslash)
        let stop = (found & Eight.high).trailingZeroBitCount & ~7
        guard stop == 64 else {
          position += stop / 8
          seen |= eight & (1 << UInt64(stop) &- 1)
          return seen & Eight.high == 0
        }
        seen |= eight
        position += 8
      }
    }
    while position < end {
      let byte = bytes[position]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      seen |= UInt64(byte)
      position += 1
    }
    return seen & Eight.high == 0
  }

  /// Eight bytes as one number, each the same.
  private enum Eight {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let high = ones &* 0x80
    static let blank = ones &* 0x20
    static let quote = ones &* UInt64(UInt8(ascii: "\""))
    static let backslash = ones &* UInt64(UInt8(ascii: "\\"))

    /// The high bit of the lowest byte that is zero, and perhaps of others above it.
    static func zeros(_ eight: UInt64) -> UInt64 { (eight &- ones) & ~eight }
  }

  private func check(_ content: UnsafeBufferPointer<UInt8>) throws {
    guard (try? UTF8Span(validating: content.span)) != nil else {
      throw failure("not valid UTF-8; \(TextEncoding.advice)")
    }
  }

  /// The slow way, from the first byte on that is not plain.
  private mutating func finishString(from start: Int, into output: inout [UInt8]) throws {
    let first = output.count
    output.append(contentsOf: bytes[start..<position])
    if position < end, bytes[position] < 0x20 {
      throw failure("control character in a string; write it as \\u00..")
    }
    while position < end {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        return try output.withUnsafeBufferPointer {
          try check(UnsafeBufferPointer(rebasing: $0[first...]))
        }
      case UInt8(ascii: "\\"):
        output.append(contentsOf: try escape().utf8)
      case 0..<0x20:
        throw failure("control character in a string; write it as \\u00..")
      default:
        output.append(byte)
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
    var value: UInt32 = 0
    for place in position..<(position + 4) {
      guard place < end, let digit = Self.digit(bytes[place]) else {
        throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | digit
    }
    position += 4
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte & 15)
    case 0x41...0x46, 0x61...0x66: UInt32(byte & 15 + 9)
    default: nil
    }
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
    default: if !passNonNumber() { _ = try scalarText() }
    }
    return start..<position
  }

  /// Passes over what Python's `json` writes for numbers that JSON has no text for; nobody reads
  /// them.
  private mutating func passNonNumber() -> Bool {
    word("NaN") || word("Infinity") || word("-Infinity")
  }

  package static func quoted(_ text: String) -> String { JSONString.quoted(text) }
}
