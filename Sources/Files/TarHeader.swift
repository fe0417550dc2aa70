/// The header of a member of a tar archive: POSIX ustar, with what GNU tar writes for large sizes.
struct TarHeader: Sendable, Hashable {
  /// Bytes of a block.
  static let block = 512

  /// As the block has it; pax records and GNU's long names may put another in its place.
  let name: String
  /// Bytes of the content, from 0 on.
  let size: Int
  /// `0` is a plain file.
  let type: UInt8

  /// Reads a block; nil when it is no header: its sum or a number is wrong.
  init?(_ block: [UInt8]) {
    guard block.count == Self.block, let sum = Self.number(block[148..<156]),
      let size = Self.number(block[124..<136]), size <= Self.mostBytes
    else { return nil }
    // The sum is taken with blanks in its own place; some old programs added signed bytes.
    var (unsigned, signed) = (8 * 0x20, 8 * 0x20)
    for (i, byte) in block.enumerated() where !(148..<156).contains(i) {
      unsigned += Int(byte)
      signed += Int(Int8(bitPattern: byte))
    }
    guard sum == unsigned || sum == signed else { return nil }
    var name = Self.text(block[0..<100])
    // GNU's own format has other things where ustar has the folders.
    if block[257..<263].elementsEqual("ustar\0".utf8), block[345] != 0 {
      name = Self.text(block[345..<500]) + "/" + name
    }
    self.name = name
    self.size = size
    type = block[156] == 0 ? UInt8(ascii: "0") : block[156]
  }

  /// Whether the block looks like a header of a tar archive.
  static func isHeader(_ beginning: some Collection<UInt8>) -> Bool {
    TarHeader(Array(beginning.prefix(block))) != nil
  }

  /// Larger sizes cannot be added to a position without an overflow.
  private static let mostBytes = 1 << 60

  /// Octal digits between blanks and zeros, or a large number in base 256; nil for anything else.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    var value = 0
    if first & 0x80 != 0 {
      // The top bit marks the base, the next one a negative number.
      guard first == 0x80 else { return nil }
      for byte in field.dropFirst() {
        guard value < 1 << 52 else { return nil }
        value = value << 8 | Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    for byte in digits {
      guard (0x30...0x37).contains(byte), value < 1 << 57 else { return nil }
      value = value << 3 | Int(byte - 0x30)
    }
    return value
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// What pax records (POSIX.1-2008, `pax`, "Extended Header") say of the member behind them; nil
  /// when they are not records.
  static func pax(_ content: [UInt8]) -> (path: String?, size: Int?)? {
    var (path, size): (String?, Int?)
    var rest = content[...]
    while !rest.isEmpty {
      // "LENGTH KEY=VALUE\n", where the length counts itself and the line feed.
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      guard (1...8).contains(digits.count),
        let length = Int(String(decoding: digits, as: UTF8.self)),
        length > digits.count + 1, length <= rest.count
      else { return nil }
      let record = rest.prefix(length)
      rest = rest.dropFirst(length)
      let field = record.dropFirst(digits.count + 1).dropLast()
      guard record.last == 0x0A, let equals = field.firstIndex(of: UInt8(ascii: "=")) else {
        return nil
      }
      let value = field[(equals + 1)...]
      switch String(decoding: field[..<equals], as: UTF8.self) {
      case "path": path = String(decoding: value, as: UTF8.self)
      case "size":
        guard let number = Int(String(decoding: value, as: UTF8.self)),
          (0...mostBytes).contains(number)
        else { return nil }
        size = number
      default: break
      }
    }
    return (path, size)
  }
}
