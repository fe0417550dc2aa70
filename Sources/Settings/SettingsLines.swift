/// The entries of a TOML text with their places, which the parser does not keep: to name the line
/// of a mistake, and to change one entry and leave every other byte as it is.
///
/// Of text that is not TOML the places may be wrong.
package struct SettingsLines: Sendable {
  /// A key with its value.
  package struct Entry: Sendable, Hashable {
    /// The table it stands in, `keys` under `[keys]`; empty at the top.
    package let table: String
    /// Which of the tables `[[step]]` of a name it stands in, counted from 0.
    package let number: Int
    /// Without quotes; parts joined by dots.
    package let key: String
    /// Counted from 1.
    package let line: Int
    /// Bytes of the value, without what stands behind it.
    let value: Range<Int>
    /// The byte after the line in which the value ends.
    let end: Int
  }

  /// A line such as `[keys]`, or `[[step]]`.
  package struct Header: Sendable, Hashable {
    package let name: String
    /// Of `[[step]]` and what stands under it such as `[step.check]`, which step; else 0.
    package let number: Int
    /// Counted from 1.
    package let line: Int
    /// The first byte of the line.
    let start: Int
  }

  package private(set) var entries: [Entry] = []
  package private(set) var headers: [Header] = []
  private let bytes: [UInt8]
  private var at = 0
  private var line = 1

  package init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    var table = ""
    var number = 0
    // How often each name stood in double brackets.
    var counts: [String: Int] = [:]
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\n"):
        line += 1
        at += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): at += 1
      case UInt8(ascii: "#"): skipLine()
      case UInt8(ascii: "["):
        let start = startOfLine(at)
        let bracket = at
        while at < bytes.count, bytes[at] == UInt8(ascii: "[") { at += 1 }
        let isList = at - bracket > 1
        table = name(upTo: UInt8(ascii: "]"))
        if isList { counts[table, default: 0] += 1 }
        let list = table.split(separator: ".").first.map(String.init) ?? table
        number = max(0, (counts[table] ?? counts[list] ?? 0) - 1)
        headers.append(Header(name: table, number: number, line: line, start: start))
        skipLine()
      default: readEntry(in: table, number)
      }
    }
  }

  /// The line of a key, or of the table of that name; nil when it is written in a way that is not
  /// found here.
  package func line(of key: String, in table: String = "") -> Int? {
    entries.first { $0.table == table && $0.key == key }?.line
      ?? entries.first { $0.table == table && $0.key.hasPrefix(key + ".") }?.line
      ?? (table.isEmpty
        ? headers.first { $0.name == key || $0.name.hasPrefix(key + ".") }?.line : nil)
  }

  /// The line of a key in one of several tables of a name, such as the third `[[step]]`, counted
  /// from 0; of the table where the key is written in a way that is not found here.
  package func line(of key: String, in table: String, number: Int) -> Int? {
    entries.first { $0.table == table && $0.number == number && $0.key == key }?.line
      ?? headers.first { $0.name == "\(table).\(key)" && $0.number == number }?.line
      ?? headers.first { $0.name == table && $0.number == number }?.line
  }

  /// The text with a key at the top set to a value that is written as TOML: in the place of the
  /// value that is there, else in a line of its own after the last key at the top.
  package func setting(_ key: String, to value: String) -> String {
    let new: [UInt8]
    if let entry = entries.first(where: { $0.table.isEmpty && $0.key == key }) {
      new =
        Array(bytes[..<entry.value.lowerBound]) + Array(value.utf8)
        + Array(bytes[entry.value.upperBound...])
    } else {
      let place = placeOfNewKey
      var before = Array(bytes[..<place.at])
      if let last = before.last, last != UInt8(ascii: "\n") { before += Array(lineEnd.utf8) }
      let line = "\(key) = \(value)\(lineEnd)\(place.isAlone ? lineEnd : "")"
      new = before + Array(line.utf8) + Array(bytes[place.at...])
    }
    return String(decoding: new, as: UTF8.self)
  }

  /// Where a key at the top can be added, and whether an empty line has to follow.
  private var placeOfNewKey: (at: Int, isAlone: Bool) {
    if let last = entries.last(where: \.table.isEmpty) { return (last.end, false) }
    guard let header = headers.first else { return (bytes.count, false) }
    // What is said of a table stands right above it.
    var place = header.start
    while place > 0 {
      let above = startOfLine(place - 1)
      guard bytes[above..<place].first(where: { !Self.isBlank($0) }) == UInt8(ascii: "#") else {
        break
      }
      place = above
    }
    return (place, true)
  }

  private var lineEnd: String {
    let first = bytes.firstIndex(of: UInt8(ascii: "\n"))
    return first.map { $0 > 0 && bytes[$0 - 1] == UInt8(ascii: "\r") } == true ? "\r\n" : "\n"
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private func startOfLine(_ place: Int) -> Int {
    bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
  }

  /// Goes to the end of the line, before its line feed.
  private mutating func skipLine() {
    while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
  }

  /// A name up to a sign or the end of the line: parts without quotes and blanks, joined by dots.
  /// Goes behind the sign.
  private mutating func name(upTo end: UInt8) -> String {
    var parts: [[UInt8]] = [[]]
    while at < bytes.count, bytes[at] != UInt8(ascii: "\n") {
      let byte = bytes[at]
      if byte == end {
        at += 1
        break
      }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        let close = SettingsText.endOfString(at: at, bytes)
        parts[parts.count - 1] += bytes[min(at + 1, close)..<max(at + 1, close - 1)]
        at = close
        continue
      }
      if byte == UInt8(ascii: ".") {
        parts.append([])
      } else if !Self.isBlank(byte) {
        parts[parts.count - 1].append(byte)
      }
      at += 1
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
  }

  private mutating func readEntry(in table: String, _ number: Int) {
    let first = line
    let key = name(upTo: UInt8(ascii: "="))
    while at < bytes.count, Self.isBlank(bytes[at]) { at += 1 }
    let start = at
    var end = at
    var brackets = 0
    loop: while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let close = SettingsText.endOfString(at: at, bytes)
        line += bytes[at..<close].count { $0 == UInt8(ascii: "\n") }
        at = close
        end = at
        continue
      case UInt8(ascii: "#"):
        skipLine()
        continue
      case UInt8(ascii: "\n"):
        if brackets == 0 { break loop }
        line += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets -= 1
      default: break
      }
      if !Self.isBlank(bytes[at]), bytes[at] != UInt8(ascii: "\n") { end = at + 1 }
      at += 1
    }
    entries.append(
      Entry(
        table: table, number: number, key: key, line: first, value: start..<max(start, end),
        end: min(at + 1, bytes.count)))
  }
}
