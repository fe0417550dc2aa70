import Files
import Tensors

/// Numbers and texts at any offset of a file; nil outside of it.
struct LittleEndianReader: Sendable {
  let source: ByteSource
  var count: Int { source.count }

  func u16(_ at: Int) -> UInt16? { load(at).map(UInt16.init(littleEndian:)) }
  func u32(_ at: Int) -> UInt32? { load(at).map(UInt32.init(littleEndian:)) }

  /// An unsigned 64-bit number that fits an `Int`, as every size and offset must.
  func int64(_ at: Int) -> Int? {
    load(at).map(UInt64.init(littleEndian:)).flatMap(Int.init(exactly:))
  }

  /// UTF-8; damaged bytes are replaced.
  func text(_ at: Int, _ length: Int) -> String? {
    bytes(at, length).map { String(decoding: $0, as: UTF8.self) }
  }

  func bytes(_ at: Int, _ length: Int) -> [UInt8]? {
    guard at >= 0, length >= 0, at <= count, length <= count - at else { return nil }
    return source.copy(at..<(at + length))
  }

  private func load<T: FixedWidthInteger>(_ at: Int) -> T? {
    let size = MemoryLayout<T>.size
    guard at >= 0, at <= count, size <= count - at else { return nil }
    return source.withBytes(at..<(at + size)) { $0.loadUnaligned(as: T.self) }
  }
}
