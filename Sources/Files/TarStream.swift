import Foundation

/// Members of a tar archive, or of several that were joined, one after the other: ustar, pax and
/// GNU's long names. Links, folders and devices are passed over. Nothing is written or followed: an
/// archive is read only.
///
/// Every size is bounded, and an archive that is damaged is read on from the next sound header.
package struct TarStream: Sendable {
  /// What stands next in an archive.
  package enum Event: Sendable, Hashable {
    /// A plain file.
    case member(Member)
    /// What is wrong; what comes next is sound again.
    case damage(String)
    /// The end mark; where archives were joined, the next one begins behind it.
    case end
  }

  /// A plain file in an archive.
  package struct Member: Sendable, Hashable {
    /// Its path, as the archive has it.
    package let name: String
    /// Its bytes; nil where they were not asked for.
    package let content: [UInt8]?
    /// Where its content begins.
    package let offset: Int
    /// Bytes of its content.
    package let size: Int
  }

  private let stream: ByteStream
  /// Moves the stream on without reading; false where that is not possible.
  private let seek: (@Sendable (Int) -> Bool)?
  private var ahead: [UInt8]
  /// How many bytes of the archive were taken.
  private var position = 0
  private var isOver = false
  /// Whether something stood in the archive since its beginning.
  private var hasBegun = false

  /// Most bytes of pax records and of a long name.
  private static let mostRecords = 1 << 20
  private static let mostName = 4096

  /// - Parameters:
  ///   - beginning: bytes that were read from the stream before.
  ///   - seek: passes over bytes of the stream without reading them, where that is possible.
  package init(
    _ stream: ByteStream, beginning: [UInt8] = [], seek: (@Sendable (Int) -> Bool)? = nil
  ) {
    self.stream = stream
    self.seek = seek
    ahead = beginning
  }

  /// Whether bytes are the beginning of an archive.
  package static func isArchive(_ beginning: some Collection<UInt8>) -> Bool {
    TarHeader.isHeader(beginning)
  }

  /// The next member or damage; nil at the end.
  ///
  /// - Parameter takes: whether the content of a member of a name and size is wanted.
  /// - Throws: what the stream throws.
  package mutating func next(
    takes: (_ name: String, _ size: Int) -> Bool
  ) throws -> Event? {
    var (name, size): (String?, Int?)
    while !isOver {
      let block = try take(TarHeader.block)
      guard block.count == TarHeader.block else {
        isOver = true
        return block.isEmpty ? nil : .damage("the archive ends within a header")
      }
      if block.allSatisfy({ $0 == 0 }) {
        (name, size) = (nil, nil)
        guard hasBegun else { continue }
        hasBegun = false
        return .end
      }
      hasBegun = true
      guard let header = TarHeader(block) else { return try resume() }
      switch header.type {
      case UInt8(ascii: "L"):
        guard header.size <= Self.mostName else {
          guard try pass(header) else { return truncated() }
          return .damage("a name of \(header.size) bytes is passed over with what it stands for")
        }
        guard let content = try body(header) else { return truncated() }
        name = String(decoding: content.prefix { $0 != 0 }, as: UTF8.self)
      case UInt8(ascii: "x"):
        guard header.size <= Self.mostRecords else {
          guard try pass(header) else { return truncated() }
          return .damage("\(header.size) bytes of records are passed over")
        }
        guard let content = try body(header) else { return truncated() }
        guard let records = TarHeader.pax(content) else {
          return .damage("the records at byte \(position - content.count) cannot be read")
        }
        name = records.path ?? name
        size = records.size ?? size
      // A plain file, also in the words of two other formats.
      case UInt8(ascii: "0"), UInt8(ascii: "7"):
        let member = (name: name ?? header.name, size: size ?? header.size)
        let offset = position
        guard takes(member.name, member.size) else {
          guard try pass(padded(member.size)) else { return truncated() }
          return .member(
            Member(name: member.name, content: nil, offset: offset, size: member.size))
        }
        guard let content = try body(member.size) else { return truncated() }
        return .member(
          Member(name: member.name, content: content, offset: offset, size: member.size))
      // Links, devices and folders have no content, whatever size they say.
      case UInt8(ascii: "1")...UInt8(ascii: "6"): (name, size) = (nil, nil)
      default:
        guard try pass(header) else { return truncated() }
        if header.type != UInt8(ascii: "K"), header.type != UInt8(ascii: "g") {
          (name, size) = (nil, nil)
        }
      }
    }
    return nil
  }

  private mutating func truncated() -> Event {
    isOver = true
    return .damage("the archive ends within a member")
  }

  /// Goes on to the next sound header.
  private mutating func resume() throws -> Event {
    let start = position - TarHeader.block
    while true {
      let block = try take(TarHeader.block)
      guard block.count == TarHeader.block else {
        isOver = true
        break
      }
      if TarHeader(block) != nil || block.allSatisfy({ $0 == 0 }) {
        ahead = block + ahead
        position -= block.count
        break
      }
    }
    return .damage(
      "no header where one belongs, at byte \(start); \(position - start) bytes are passed over")
  }

  private func padded(_ size: Int) -> Int {
    (size + TarHeader.block - 1) / TarHeader.block * TarHeader.block
  }

  /// The content of a member; nil when the archive ends before it does.
  private mutating func body(_ size: Int) throws -> [UInt8]? {
    let content = try take(size)
    guard content.count == size else { return nil }
    // Some archives end without the last block's padding.
    _ = try pass(padded(size) - size)
    return content
  }

  private mutating func body(_ header: TarHeader) throws -> [UInt8]? { try body(header.size) }

  private mutating func pass(_ header: TarHeader) throws -> Bool { try pass(padded(header.size)) }

  private mutating func take(_ count: Int) throws -> [UInt8] {
    var bytes = Array(ahead.prefix(count))
    ahead.removeFirst(bytes.count)
    // Grown as it comes: a size alone allocates nothing.
    var piece = [UInt8](repeating: 0, count: min(count - bytes.count, Self.piece))
    while bytes.count < count {
      let wanted = min(piece.count, count - bytes.count)
      let got = try piece.withUnsafeMutableBytes {
        try stream.read(UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
      }
      if got == 0 { break }
      bytes += piece[..<got]
    }
    position += bytes.count
    return bytes
  }

  private static let piece = 1 << 16

  /// Passes over bytes; false when there are fewer.
  private mutating func pass(_ count: Int) throws -> Bool {
    var left = count
    let inHand = min(left, ahead.count)
    ahead.removeFirst(inHand)
    (left, position) = (left - inHand, position + inHand)
    if left > 0, let seek, seek(left) {
      position += left
      return true
    }
    var piece = [UInt8](repeating: 0, count: min(left, Self.piece))
    while left > 0 {
      let wanted = min(left, piece.count)
      let got = try piece.withUnsafeMutableBytes {
        try stream.read(UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
      }
      if got == 0 { return false }
      (left, position) = (left - got, position + got)
    }
    return true
  }
}
