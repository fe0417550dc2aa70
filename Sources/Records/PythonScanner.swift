import Files

/// A small reader of Python literals over bytes that are held elsewhere: what `ast.literal_eval`
/// reads, as far as datasets use it, and nothing that could be run.
///
/// Strings in single or double quotes with their escapes, whole numbers, lists, tuples and dicts
/// with string keys; other numbers, `True`, `False` and `None` can be passed over. Depth is
/// bounded.
/// Rules: The Python Language Reference, 2.4.1 (string literals) and 6.2.
package struct PythonScanner: RecordScanner {
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
    guard take(byte) else { throw failure("expected `\(Character(UnicodeScalar(byte)))`") }
  }

  /// Nothing but blanks may be left.
  package mutating func finish() throws {
    if peek() != nil { throw failure("something stands behind the end of the value") }
  }

  /// Calls `body` for each key of a dict; `body` must consume the value.
  package mutating func object(_ body: (_ key: String, inout PythonScanner) throws -> Void) throws {
    try expect(UInt8(ascii: "{"))
    while !take(UInt8(ascii: "}")) {
      let key = try string()
      try expect(UInt8(ascii: ":"))
      try body(key, &self)
      if take(UInt8(ascii: ",")) { continue }
      try expect(UInt8(ascii: "}"))
      return
    }
  }

  /// Calls `body` for each element of a list or tuple; `body` must consume it.
  package mutating func array(_ body: (inout PythonScanner) throws -> Void) throws {
    let close: UInt8
    switch peek() {
    case UInt8(ascii: "["): close = UInt8(ascii: "]")
    case UInt8(ascii: "("): close = UInt8(ascii: ")")
    default: throw failure("expected a list")
    }
    position += 1
    while !take(close) {
      try body(&self)
      if take(UInt8(ascii: ",")) { continue }
      try expect(close)
      return
    }
  }

  /// A whole number that fits.
  package mutating func integer() throws -> Int {
    _ = peek()
    let start = position
    while position < end, isNumberByte(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Int(text) else {
      position = start
      throw failure("expected a whole number")
    }
    return value
  }

  private func isNumberByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte) || byte | 0x20 == 0x65
  }

  /// Passes over any value, at most 64 levels deep, and returns where it stood.
  @discardableResult
  package mutating func skip(depth: Int = 64) throws -> Range<Int> {
    guard depth > 0 else { throw failure("nested too deeply") }
    let first = peek()
    let start = position
    switch first {
    case UInt8(ascii: "{"): try object { try $1.skip(depth: depth - 1) }
    case UInt8(ascii: "["), UInt8(ascii: "("): try array { try $0.skip(depth: depth - 1) }
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "u"), UInt8(ascii: "U"):
      _ = try string()
    default:
      if ["None", "True", "False"].contains(where: { word($0) }) { break }
      while position < end, isNumberByte(bytes[position]) { position += 1 }
      guard Double(String(decoding: bytes[start..<position], as: UTF8.self)) != nil else {
        position = start
        throw failure("expected a string, a number, a list or a dict")
      }
    }
    return start..<position
  }

  private mutating func word(_ text: String) -> Bool {
    let wanted = text.utf8
    guard end - position >= wanted.count,
      zip(bytes[position...], wanted).allSatisfy({ $0 == $1 })
    else { return false }
    position += wanted.count
    return true
  }

  /// A string with its escapes resolved.
  package mutating func string() throws -> String {
    if peek().map({ $0 | 0x20 == UInt8(ascii: "u") }) == true { position += 1 }
    guard position < end, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(bytes[position]) else {
      throw failure("expected a string")
    }
    let quote = bytes[position]
    position += 1
    let start = position
    while position < end {
      if bytes[position] == quote {
        let (text, valid) = text(bytes, start..<position)
        guard valid else { throw failure("not valid UTF-8") }
        position += 1
        return text
      }
      if bytes[position] == UInt8(ascii: "\\") { return try escaped(from: start, quote) }
      position += 1
    }
    throw failure("string without an end")
  }

  /// The slow way, from the first backslash on.
  private mutating func escaped(from start: Int, _ quote: UInt8) throws -> String {
    var content = Array(bytes[start..<position])
    while position < end {
      let byte = bytes[position]
      position += 1
      if byte == quote {
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("not valid UTF-8")
        }
        return text
      }
      if byte == UInt8(ascii: "\\") {
        try escape(&content)
      } else {
        content.append(byte)
      }
    }
    throw failure("string without an end")
  }

  private mutating func escape(_ content: inout [UInt8]) throws {
    guard position < end else { throw failure("string without an end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): content.append(byte)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "a"): content.append(0x07)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "v"): content.append(0x0B)
    case UInt8(ascii: "x"): try append(digits(2), &content)
    case UInt8(ascii: "u"): try append(digits(4), &content)
    case UInt8(ascii: "U"): try append(digits(8), &content)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var value = UInt32(byte - 0x30)
      for _ in 0..<2 where position < end && (0x30...0x37).contains(bytes[position]) {
        value = value * 8 + UInt32(bytes[position] - 0x30)
        position += 1
      }
      try append(value, &content)
    case UInt8(ascii: "N"): throw failure("a character by its name is not read; write it itself")
    default:
      // Python keeps the backslash of an escape that it does not know.
      content.append(UInt8(ascii: "\\"))
      content.append(byte)
    }
  }

  private func append(_ value: UInt32, _ content: inout [UInt8]) throws {
    guard let scalar = UnicodeScalar(value) else {
      throw failure("an escape for half a surrogate pair, or beyond Unicode")
    }
    content.append(contentsOf: String(scalar).utf8)
  }

  private mutating func digits(_ count: Int) throws -> UInt32 {
    guard end - position >= count,
      let value = UInt32(
        String(decoding: bytes[position..<(position + count)], as: UTF8.self), radix: 16),
      bytes[position] != UInt8(ascii: "+")
    else { throw failure("expected \(count) hexadecimal digits") }
    position += count
    return value
  }

  /// A text as Python's `repr` writes it: in single quotes, in double quotes when it holds single
  /// ones only; controls escaped.
  package static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar =
      text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
    var output = String(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": output += "\\\\"
      case quote: output += "\\" + String(quote)
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\0"..<" ", "\u{7F}"..<"\u{A0}", "\u{AD}":
        let digits = String(scalar.value, radix: 16)
        output += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + String(quote)
  }
}
