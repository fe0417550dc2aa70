import Foundation

/// Lines from a descriptor, each of bounded length. Bytes that are not UTF-8 become replacement
/// characters.
struct LineInput {
  enum Line: Equatable {
    case text(String)
    /// More than `longest` bytes without a line feed; the whole line is passed over.
    case tooLong
  }

  /// Bytes of a line; more than a person types.
  static let longest = 64 << 10

  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var isAtEnd = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The next line without its line feed, waiting for it; nil at the end. What stands behind the
  /// last line feed is a line too.
  mutating func next() -> Line? {
    var isTooLong = false
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        let line = pending[..<end]
        defer { pending.removeFirst(end + 1) }
        return isTooLong || line.count > Self.longest
          ? .tooLong : .text(String(decoding: line, as: UTF8.self))
      }
      if isAtEnd {
        guard !pending.isEmpty || isTooLong else { return nil }
        defer { pending = [] }
        return isTooLong || pending.count > Self.longest
          ? .tooLong : .text(String(decoding: pending, as: UTF8.self))
      }
      if pending.count > Self.longest {
        isTooLong = true
        pending = []
      }
      fill()
    }
  }

  private mutating func fill() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &buffer, buffer.count)
    if count > 0 {
      pending += buffer.prefix(count)
    } else if count == 0 || errno != EINTR {
      isAtEnd = true
    }
  }
}
