import Foundation

/// One line of an MNER text file, by byte ranges: what both the reader and the writer walk over.
///
/// Only LF ends a line, only a tab parts word and tag, only a CR before the LF is taken off: words
/// may hold U+00A0, U+FE0F, U+0092 and anything else that Unicode calls a space or a control.
enum MNERLine {
  case header(id: Range<Int>)
  case word(Range<Int>, tag: Range<Int>, fields: Int)
  case blank
  case malformed(Finding.Problem)

  private static let mark = Array("IMGID:".utf8)

  /// Calls `body` with each line of the bytes, its number from 1 and its range with its end of
  /// line.
  static func walk(
    _ bytes: UnsafeBufferPointer<UInt8>,
    _ body: (_ line: MNERLine, _ number: Int, _ range: Range<Int>) throws -> Void
  ) rethrows {
    var number = 0
    try forEachLine(bytes) { content, range in
      number += 1
      try body(MNERLine(bytes, content), number, range)
    }
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) {
    if line.isEmpty {
      self = .blank
    } else if line.count > Bounds.line {
      self = .malformed(.lineTooLong(bytes: line.count))
    } else if bytes[line.lowerBound] == Self.mark[0], Self.isHeader(bytes, line) {
      self = .header(id: trim(bytes, (line.lowerBound + Self.mark.count)..<line.upperBound))
    } else {
      var first: Int?
      var last = 0
      var tabs = 0
      for i in line where bytes[i] == UInt8(ascii: "\t") {
        if first == nil { first = i }
        last = i
        tabs += 1
      }
      guard let first else {
        self = .malformed(.noTab)
        return
      }
      self = .word(
        line.lowerBound..<first, tag: (last + 1)..<line.upperBound, fields: tabs + 1)
    }
  }

  private static func isHeader(_ bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> Bool {
    guard line.count >= mark.count else { return false }
    for i in mark.indices where bytes[line.lowerBound + i] != mark[i] { return false }
    return true
  }
}

/// Calls `body` with each line: its content without LF, CR LF and a byte order mark, and its whole
/// range.
func forEachLine(
  _ bytes: UnsafeBufferPointer<UInt8>,
  _ body: (_ content: Range<Int>, _ range: Range<Int>) throws -> Void
) rethrows {
  guard let base = bytes.baseAddress else { return }
  var start = 0
  while start < bytes.count {
    let found = memchr(base + start, 0x0A, bytes.count - start)
    let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
    let next = found == nil ? end : end + 1
    var low = start
    var high = end
    if high > low, bytes[high - 1] == 0x0D { high -= 1 }
    if start == 0, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      low = min(3, high)
    }
    try body(low..<high, start..<next)
    start = next
  }
}

/// The range without ASCII blanks at its ends.
func trim(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int> {
  var low = range.lowerBound
  var high = range.upperBound
  while low < high, isBlank(bytes[low]) { low += 1 }
  while low < high, isBlank(bytes[high - 1]) { high -= 1 }
  return low..<high
}

/// Space, tab, LF, VT, FF, CR.
func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

/// The text of some bytes, exactly; false when they are not UTF-8 and U+FFFD stands in.
@inline(__always)
func text(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> (text: String, valid: Bool) {
  let part = UnsafeBufferPointer(rebasing: bytes[range])
  var high: UInt8 = 0
  for byte in part { high |= byte }
  // ASCII needs no validation, and the validating initialiser costs several times the decoding one.
  if high >= 0x80 {
    guard let text = String(validating: part, as: UTF8.self) else {
      return (String(decoding: part, as: UTF8.self), false)
    }
    return (text, true)
  }
  return (String(decoding: part, as: UTF8.self), true)
}
