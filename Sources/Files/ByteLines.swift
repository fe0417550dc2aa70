import Foundation

/// Bytes that come one after the other: from a pipe, a file or memory.
package struct ByteStream: Sendable {
  /// Fills a part of a buffer, waiting for bytes; 0 at the end.
  package let read: @Sendable (UnsafeMutableRawBufferPointer) throws -> Int

  /// Bytes by a function.
  package init(_ read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int) {
    self.read = read
  }

  /// Bytes of an open descriptor.
  ///
  /// - Parameters:
  ///   - name: what errors call it.
  ///   - goesOn: asked every tenth of a second while nothing comes; false ends the stream.
  package init(
    descriptor: Int32, name: String, goesOn: @escaping @Sendable () -> Bool = { true }
  ) {
    read = { buffer in
      while true {
        guard goesOn() else { return 0 }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = poll(&entry, 1, 100)
        if ready == 0 || ready < 0 && errno == EINTR { continue }
        let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { continue }
        guard count >= 0 else { throw ByteStreamError(name: name, code: errno) }
        return count
      }
    }
  }
}

/// Bytes that cannot be read any further.
package struct ByteStreamError: Error, Hashable, CustomStringConvertible {
  let name: String
  let code: Int32

  /// An error of the system.
  package init(name: String, code: Int32) { (self.name, self.code) = (name, code) }

  package var description: String {
    "\(name) cannot be read any further: \(String(cString: strerror(code)))"
  }
}

/// Lines of a stream, any number of them, each of bounded length.
package struct ByteLines {
  /// A line without its line feed and the carriage return before it.
  package enum Line: Sendable, Hashable {
    case bytes([UInt8])
    /// A line of more bytes than are taken, which was passed over.
    case tooLong
  }

  private let stream: ByteStream
  private let longest: Int
  private var buffer: [UInt8]
  /// What of the buffer is not handed on yet.
  private var unread: Range<Int>
  private var isFirst = true
  private var hasEnded = false

  /// - Parameters:
  ///   - beginning: bytes that were read from the stream before.
  ///   - longest: bytes of a line.
  package init(_ stream: ByteStream, beginning: [UInt8] = [], longest: Int) {
    self.stream = stream
    self.longest = longest
    buffer = beginning
    unread = 0..<beginning.count
    if buffer.count < Self.piece {
      buffer += [UInt8](repeating: 0, count: Self.piece - buffer.count)
    }
  }

  private static let piece = 1 << 18

  /// The next line, waiting for it; nil at the end. What stands behind the last line feed is a line
  /// too.
  ///
  /// - Throws: what the stream throws.
  package mutating func next() throws -> Line? {
    var line: [UInt8] = []
    var isTooLong = false
    while true {
      if unread.isEmpty, try !fill() {
        return line.isEmpty && !isTooLong ? nil : finished(line, isTooLong)
      }
      let end = endOfLine()
      let part = unread.lowerBound..<(end ?? unread.upperBound)
      if line.count + part.count > longest {
        (isTooLong, line) = (true, [])
      } else if !isTooLong {
        line += buffer[part]
      }
      unread = (end.map { $0 + 1 } ?? unread.upperBound)..<unread.upperBound
      if end != nil { return finished(line, isTooLong) }
    }
  }

  /// Passes over lines without looking at them; fewer at the end.
  ///
  /// - Returns: how many were there.
  /// - Throws: what the stream throws.
  package mutating func skip(_ count: Int) throws -> Int {
    var (skipped, isWithinLine) = (0, false)
    while skipped < count {
      if unread.isEmpty, try !fill() { return skipped + (isWithinLine ? 1 : 0) }
      if let end = endOfLine() {
        unread = (end + 1)..<unread.upperBound
        (skipped, isWithinLine) = (skipped + 1, false)
      } else {
        unread = unread.upperBound..<unread.upperBound
        isWithinLine = true
      }
      isFirst = false
    }
    return skipped
  }

  private func endOfLine() -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = memchr(base + unread.lowerBound, 0x0A, unread.count)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private mutating func finished(_ line: [UInt8], _ isTooLong: Bool) -> Line {
    defer { isFirst = false }
    if isTooLong { return .tooLong }
    var line = line
    if line.last == 0x0D { line.removeLast() }
    if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    return .bytes(line)
  }

  /// False at the end.
  private mutating func fill() throws -> Bool {
    guard !hasEnded else { return false }
    let count = try buffer.withUnsafeMutableBytes { try stream.read($0) }
    hasEnded = count == 0
    unread = 0..<count
    return count > 0
  }
}
