import Foundation

/// Calls `body` with each line: its content without LF, CR LF and a byte order mark, and its whole
/// range.
@inlinable package func forEachLine(
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
@inlinable package func trim(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int>
{
  var low = range.lowerBound
  var high = range.upperBound
  while low < high, isBlank(bytes[low]) { low += 1 }
  while low < high, isBlank(bytes[high - 1]) { high -= 1 }
  return low..<high
}

/// Space, tab, LF, VT, FF, CR.
@inlinable package func isBlank(_ byte: UInt8) -> Bool {
  byte == 0x20 || (0x09...0x0D).contains(byte)
}

/// The text of some bytes, exactly; false when they are not UTF-8 and U+FFFD stands in.
@inlinable @inline(__always) package func text(
  _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
) -> (text: String, valid: Bool) {
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
