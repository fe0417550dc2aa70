import CKernels

/// SHA-256 (FIPS 180-4), fed piece by piece.
///
/// Names what was read: a dataset's files, a post under its annotations. Not for secrets.
package struct SHA256: Sendable {
  private var state: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19
  )
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  /// An empty hash.
  package init() { pending.reserveCapacity(64) }

  /// Adds bytes.
  package mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    length &+= UInt64(bytes.count)
    var at = 0
    if !pending.isEmpty {
      let take = min(64 - pending.count, bytes.count)
      pending.append(contentsOf: bytes[..<take])
      at = take
      guard pending.count == 64 else { return }
      let block = pending
      block.withUnsafeBufferPointer { compress($0, from: 0, blocks: 1) }
      pending.removeAll(keepingCapacity: true)
    }
    let blocks = (bytes.count - at) / 64
    compress(bytes, from: at, blocks: blocks)
    pending.append(contentsOf: bytes[(at + 64 * blocks)...])
  }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { update($0) }
  }

  /// Adds a text as UTF-8, with its length in front, so that parts cannot run into each other.
  package mutating func update(field text: String) {
    var text = text
    text.withUTF8 { update(field: $0) }
  }

  /// Adds a text by its UTF-8, with its length in front.
  package mutating func update(field utf8: UnsafeBufferPointer<UInt8>) {
    withUnsafeBytes(of: UInt64(utf8.count).littleEndian) {
      $0.withMemoryRebound(to: UInt8.self) { update($0) }
    }
    update(utf8)
  }

  /// The digest of everything added, as 64 lower-case hexadecimal digits.
  package func hexDigest() -> String {
    var copy = self
    var tail: [UInt8] = [0x80]
    let used = (Int(length % 64) + 1) % 64
    tail.append(contentsOf: repeatElement(0, count: (120 - used) % 64))
    tail.append(contentsOf: withUnsafeBytes(of: (length &* 8).bigEndian) { Array($0) })
    copy.update(tail)
    let s = copy.state
    var text = ""
    for word in [s.0, s.1, s.2, s.3, s.4, s.5, s.6, s.7] {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(Self.digits[Int(word >> UInt32(shift) & 15)])
      }
    }
    return text
  }

  /// The digest of some bytes.
  package static func hexDigest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexDigest()
  }

  private static let digits = Array("0123456789abcdef")

  private mutating func compress(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, blocks: Int
  ) {
    guard blocks > 0, let base = bytes.baseAddress else { return }
    withUnsafeMutableBytes(of: &state) {
      $0.withMemoryRebound(to: UInt32.self) {
        ck_sha256($0.baseAddress, base + start, blocks)
      }
    }
  }
}
