import Tensors

/// Damages files in the ways that readers break at: single bits, lengths and numbers at their
/// extremes, pieces of other files, deep nesting, long lines, text that is no UTF-8.
struct Mutation {
  private var generator: SeededGenerator
  private let tokens: [[UInt8]]

  /// No input is longer; what costs time by its length alone shows below that.
  static let mostBytes = 1 << 20

  init(_ generator: SeededGenerator, _ tokens: [String]) {
    self.generator = generator
    self.tokens = tokens.map { Array($0.utf8) }
  }

  /// A damaged copy of one of the files.
  mutating func damaged(_ seeds: [[UInt8]]) -> [UInt8] {
    var bytes = generator.pick(seeds)
    // Mostly one or two places: a file that is wrong everywhere is refused at the first.
    for _ in 0...generator.index(below: generator.chance(0.7) ? 2 : 8) {
      change(&bytes, seeds)
      if bytes.count > Self.mostBytes { bytes.removeLast(bytes.count - Self.mostBytes) }
    }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ seeds: [[UInt8]]) {
    guard !bytes.isEmpty else {
      bytes = generator.pick(seeds)
      return
    }
    let at = generator.index(below: bytes.count)
    switch generator.index(below: 20) {
    case 0: bytes[at] = UInt8(truncatingIfNeeded: generator.next())
    case 1, 2: bytes[at] ^= 1 << UInt8(generator.index(below: 8))
    case 3: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: at)
    case 4: bytes.removeSubrange(at..<min(bytes.count, at + length(40)))
    case 5: bytes.removeLast(min(bytes.count, length(200)))
    case 6: bytes.removeFirst(min(bytes.count, length(20)))
    case 7: extreme(&bytes, at)
    case 8: bytes.insert(contentsOf: piece(of: bytes), at: at)
    case 9: bytes.insert(contentsOf: piece(of: generator.pick(seeds)), at: at)
    case 10:
      // The head of one and the tail of another.
      let other = generator.pick(seeds)
      bytes = Array(bytes[..<at] + other[generator.index(below: max(1, other.count))...])
    case 11, 12: if !tokens.isEmpty { bytes.insert(contentsOf: generator.pick(tokens), at: at) }
    case 13: number(&bytes, at)
    case 14: nest(&bytes, at)
    case 15: lengthen(&bytes, at)
    case 16: bytes.insert(contentsOf: generator.pick(Self.texts), at: at)
    case 17: lines(&bytes, at)
    case 18:
      // A name or value again: what stands twice, and where it must not.
      let word = word(at, in: bytes)
      bytes.insert(contentsOf: bytes[word], at: generator.index(below: bytes.count))
    default:
      let (a, b) = (word(at, in: bytes), word(generator.index(below: bytes.count), in: bytes))
      if a.upperBound <= b.lowerBound {
        bytes.replaceSubrange(b, with: Array(bytes[a]))
      } else {
        bytes.replaceSubrange(a, with: Array(bytes[b]))
      }
    }
  }

  /// Mostly short.
  private mutating func length(_ most: Int) -> Int {
    1 + generator.index(below: generator.chance(0.7) ? 4 : most)
  }

  private mutating func piece(of bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    let start = generator.index(below: bytes.count)
    return Array(bytes[start..<min(bytes.count, start + length(60))])
  }

  /// A number of one to eight bytes at an end of its range, in either order of bytes.
  private mutating func extreme(_ bytes: inout [UInt8], _ at: Int) {
    let width = 1 << generator.index(below: 4)
    let bits = UInt64(width * 8)
    let all = bits == 64 ? UInt64.max : (1 << bits) - 1
    let values: [UInt64] = [
      0, 1, all, all >> 1, (all >> 1) + 1, all - 1, all / 3, UInt64(bytes.count), 1 << (bits / 2),
    ]
    let value = generator.pick(values)
    let isBig = generator.chance(0.5)
    for i in 0..<width where at + i < bytes.count {
      let shift = UInt64(8 * (isBig ? width - 1 - i : i))
      bytes[at + i] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  /// The next number that is written in digits becomes another.
  private mutating func number(_ bytes: inout [UInt8], _ at: Int) {
    guard let first = bytes[at...].firstIndex(where: Self.isDigit) else { return }
    let end = bytes[first...].firstIndex { !Self.isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(first..<end, with: Array(generator.pick(Self.numbers).utf8))
  }

  private mutating func nest(_ bytes: inout [UInt8], _ at: Int) {
    let opens = ["[", "{", "(", "{\"a\":", "[[", "a.", "<", "-", "not ", "\"", "[{", "a={", "\\"]
    let depth = generator.pick([2, 8, 33, 70, 150, 600, generator.chance(0.1) ? 20_000 : 40])
    let open = Array(generator.pick(opens).utf8)
    bytes.insert(contentsOf: [[UInt8]](repeating: open, count: depth).joined(), at: at)
  }

  private mutating func lengthen(_ bytes: inout [UInt8], _ at: Int) {
    let count = generator.pick([16, 65, 257, 1_025, generator.chance(0.05) ? 70_000 : 300])
    bytes.insert(contentsOf: [UInt8](repeating: bytes[at], count: count), at: at)
  }

  /// A line again, away, or with another end.
  private mutating func lines(_ bytes: inout [UInt8], _ at: Int) {
    let start = bytes[..<at].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let end = bytes[at...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    let line = Array(bytes[start..<end])
    switch generator.index(below: 4) {
    case 0:
      let times = generator.pick([1, 2, generator.chance(0.1) ? 300 : 5])
      for _ in 0..<times { bytes.insert(contentsOf: line, at: start) }
    case 1: bytes.removeSubrange(start..<end)
    case 2: bytes.insert(contentsOf: [0x0D, 0x0A], at: end)
    default: bytes.append(contentsOf: line)
    }
  }

  /// The word around a place: letters and digits, or the one sign that is there.
  private func word(_ at: Int, in bytes: [UInt8]) -> Range<Int> {
    func belongs(_ byte: UInt8) -> Bool {
      byte >= 0x80 || Self.isDigit(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F
    }
    guard belongs(bytes[at]) else { return at..<(at + 1) }
    var (start, end) = (at, at + 1)
    while start > 0, at - start < 100, belongs(bytes[start - 1]) { start -= 1 }
    while end < bytes.count, end - at < 100, belongs(bytes[end]) { end += 1 }
    return start..<end
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static let numbers = [
    "-1", "0", "1", "7", "-0", "0.0", "255", "256", "2147483648", "4294967295", "4294967296",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
    "99999999999999999999999999", "1e300", "1e999", "-1e999", "1e-320", "nan", "inf", "null", "[]",
    "true", "\"x\"", "0x10", "1_000", "1.5", "9007199254740993", "1979-05-27", "24:60:61",
  ]

  /// Text that is no UTF-8, and signs that readers and screens stumble over.
  private static let texts: [[UInt8]] = [
    [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80, 0x80], [0],
    [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0x1B, 0x5B, 0x32, 0x4A], [0xC2, 0x9B],
    [0xE2, 0x80, 0xAE], [0xE2, 0x80, 0xA8], [0xC2, 0x85], [0x0D], [0x0B], [0x09], [0xCC, 0x81],
    [0xF0, 0x9F, 0x91, 0xA9, 0xE2, 0x80, 0x8D, 0xF0, 0x9F, 0x91, 0xA7], [0xE0, 0xA5, 0x8D],
    Array("\\u0000".utf8), Array("\\ud800".utf8), Array("\\".utf8), Array("\"".utf8),
  ]
}
