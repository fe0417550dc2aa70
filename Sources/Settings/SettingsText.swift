import TOMLKit

/// Reads the TOML of a settings file (a theme, a keymap, a dataset's `dataset.toml`), which may
/// come from a stranger: the parser calls itself for each level and ends the program at some
/// mistakes, so `SettingsGrammar` checks all of the text before it runs.
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
    try SettingsGrammar.check(text)
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
