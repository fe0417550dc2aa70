import TOMLKit

/// Reads the TOML of a settings file (a theme, a keymap, a dataset's `dataset.toml`), which may
/// come from a stranger: the parser calls itself for each level, so levels are bounded before it
/// runs.
package enum SettingsText {
  /// Most bytes of a settings file.
  package static let mostBytes = 1 << 20
  /// Most names in one key, and most brackets open at once; our files need three.
  static let mostLevels = 32

  /// The table that the text holds.
  /// - Throws: `SettingsTextError` with the line at which the text is not TOML or is nested too
  ///   deep.
  package static func table(_ text: String) throws(SettingsTextError) -> TOMLTable {
    guard text.utf8.count <= mostBytes else {
      throw SettingsTextError(line: 0, reason: "larger than 1 MB")
    }
    // The parser would take the text to end there.
    if let end = text.utf8.firstIndex(of: 0) {
      let line = 1 + text.utf8[..<end].count { $0 == UInt8(ascii: "\n") }
      throw SettingsTextError(line: line, reason: "a zero byte; is this a text file?")
    }
    if let line = firstLineDeeper(than: mostLevels, Array(text.utf8)) {
      throw SettingsTextError(
        line: line, reason: "more than \(mostLevels) levels of names or brackets")
    }
    if let line = firstHeaderWithoutName(Array(text.utf8)) {
      throw SettingsTextError(line: line, reason: "a name must follow the bracket of a table")
    }
    do {
      return try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw SettingsTextError(line: Int(error.source.begin.line), reason: error.description)
    } catch {
      throw SettingsTextError(line: 0, reason: "\(error)")
    }
  }
}

/// Why a settings file cannot be read.
package struct SettingsTextError: Error, Equatable {
  /// Counted from 1; 0 when it is no line's fault.
  package let line: Int
  /// What is wrong, in the words of the parser or of the bounds here.
  package let reason: String
}

extension SettingsText {
  /// The first line at which a key has more names joined by dots, or more brackets are open, than
  /// `levels`. Strings and comments do not count. Text that is not TOML may be counted wrongly, but
  /// no level that the parser would reach is missed, as it stops at the first mistake.
  static func firstLineDeeper(than levels: Int, _ bytes: [UInt8]) -> Int? {
    var (line, names, brackets, index) = (1, 1, 0, 0)
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let end = endOfString(at: index, bytes)
        line += bytes[index..<end].count { $0 == UInt8(ascii: "\n") }
        index = end
        continue
      case UInt8(ascii: "#"):
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        continue
      case UInt8(ascii: "\n"): (line, names) = (line + 1, 1)
      case UInt8(ascii: "."): names += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"): (brackets, names) = (brackets + 1, 1)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
      case UInt8(ascii: "="), UInt8(ascii: ","): names = 1
      default: break
      }
      if max(names, brackets) > levels { return line }
      index += 1
    }
    return nil
  }

  /// The first line such as `[=]`: the parser takes for granted that a name follows the brackets of
  /// a table, and ends the program where none does.
  static func firstHeaderWithoutName(_ bytes: [UInt8]) -> Int? {
    var (line, brackets, index) = (1, 0, 0)
    var startsLine = true
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\n"): (line, startsLine) = (line + 1, brackets == 0)
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
      case UInt8(ascii: "#"):
        while index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "\n") { index += 1 }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let end = endOfString(at: index, bytes)
        line += bytes[index..<end].count { $0 == UInt8(ascii: "\n") }
        (index, startsLine) = (end - 1, false)
      case UInt8(ascii: "[") where startsLine:
        if bytes[(index + 1)...].first == byte { index += 1 }
        let rest = bytes[(index + 1)...].drop {
          $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
        }
        guard rest.first.map(beginsName) ?? true else { return line }
        // What stands behind the header is on a line of its own.
        while index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "\n") { index += 1 }
      case UInt8(ascii: "["), UInt8(ascii: "{"): (brackets, startsLine) = (brackets + 1, false)
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        (brackets, startsLine) = (max(0, brackets - 1), false)
      default: startsLine = false
      }
      index += 1
    }
    return nil
  }

  /// Whether a name begins with a byte; the closing bracket and the end of the line are the
  /// parser's own to refuse.
  private static func beginsName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "]"):
      true
    default: false
    }
  }

  /// The index after a string that begins at `start`: after its closing marks, before the end of
  /// the line for a string of one line that is not closed, or the end of the text.
  static func endOfString(at start: Int, _ bytes: [UInt8]) -> Int {
    let quote = bytes[start]
    let isLong = bytes[start...].prefix(3).count { $0 == quote } == 3
    var index = start + (isLong ? 3 : 1)
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        index += 2
      } else if byte == quote, !isLong {
        return index + 1
      } else if byte == quote, bytes[index...].prefix(3).count(where: { $0 == quote }) == 3 {
        return index + 3
      } else if byte == UInt8(ascii: "\n"), !isLong {
        return index
      } else {
        index += 1
      }
    }
    return bytes.count
  }
}
