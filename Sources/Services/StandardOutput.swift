import Foundation
import Screen

/// Standard output and standard error, written at once and without a buffer.
package enum StandardOutput {
  /// Writes lines and the line feed after them. What could steer a terminal is written visibly:
  /// names and labels come from strangers.
  package static func write(_ lines: String) {
    write(bytes: Array((visible(lines) + "\n").utf8))
  }

  /// Writes bytes. Whoever reads them may be gone; then the rest is lost and nothing else happens.
  package static func write(bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  /// Writes bytes for a reader who may go before the end; SIGPIPE must be ignored.
  ///
  /// - Throws: `OutputGone` when nobody reads any more, `OutputError` for a disk that is full and
  ///   the like.
  package static func writeAll(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var entry = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, 100)
        continue
      }
      if count < 0 { throw errno == EPIPE ? OutputGone() : OutputError(code: errno) as any Error }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes a line to standard error.
  package static func complain(_ line: String) {
    write(Array((visible(line) + "\n").utf8), to: STDERR_FILENO)
  }

  /// Text whose control characters (line feeds and tabs aside) and invisible format characters
  /// (marks of direction, tags, byte order marks) are written as `\u{…}`.
  static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: steers) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if steers(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0x7F { return value < 0x20 && value != 0x09 && value != 0x0A }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    case .format:
      // Joiners belong to words and emoji; the number signs of Arabic and Kaithi are visible.
      return value == 0xAD
        || value != 0x200C && value != 0x200D && TextWidth.columns(of: scalar) == 0
    default: return false
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// Nobody reads what is written any more.
package struct OutputGone: Error {}

/// Standard output does not take what is written.
package struct OutputError: Error, Hashable, CustomStringConvertible {
  let code: Int32

  package var description: String {
    "standard output takes no more: \(String(cString: strerror(code)))"
  }
}
