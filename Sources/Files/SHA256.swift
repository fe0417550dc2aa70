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
    func rotate(_ x: UInt32, _ k: UInt32) -> UInt32 { (x >> k) | (x << (32 &- k)) }
    guard blocks > 0 else { return }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      roundConstants.withUnsafeBufferPointer { k in
        for block in 0..<blocks {
          let base = start &+ 64 &* block
          for i in 0..<16 {
            let p = base &+ 4 &* i
            w[i] =
              UInt32(bytes[p]) << 24 | UInt32(bytes[p &+ 1]) << 16
              | UInt32(bytes[p &+ 2]) << 8 | UInt32(bytes[p &+ 3])
          }
          for i in 16..<64 {
            let x = w[i &- 15]
            let y = w[i &- 2]
            let s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)
            let s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10)
            w[i] = w[i &- 16] &+ s0 &+ w[i &- 7] &+ s1
          }
          var (a, b, c, d, e, f, g, h) = state
          for i in 0..<64 {
            let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ k[i] &+ w[i]
            let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let t2 = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
          }
          state.0 &+= a
          state.1 &+= b
          state.2 &+= c
          state.3 &+= d
          state.4 &+= e
          state.5 &+= f
          state.6 &+= g
          state.7 &+= h
        }
      }
    }
  }
}

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4
/// §4.2.2).
private let roundConstants: [UInt32] = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
  0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
  0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
  0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
  0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
  0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
  0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
  0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
  0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
  0xc671_78f2,
]
