import Foundation

/// Standard output and standard error, written at once and without a buffer.
public enum StandardOutput {
  /// Writes lines and the line feed after them.
  public static func write(_ lines: String) { write(bytes: Array((lines + "\n").utf8)) }

  /// Writes bytes. Whoever reads them may be gone; then the rest is lost and nothing else happens.
  public static func write(bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  /// Writes a line to standard error.
  public static func complain(_ line: String) {
    write(Array((line + "\n").utf8), to: STDERR_FILENO)
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
