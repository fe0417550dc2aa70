import Corpora
import Screen
import Settings
import TOMLKit

/// What can be wrong with a keymap file. The wording stands here and nowhere else.
package enum KeymapError: Error, Equatable, CustomStringConvertible {
  /// Not TOML.
  case notTOML(file: String, line: Int, reason: String)
  /// A value that is neither a key name nor a list of them.
  case notKeys(file: String, line: Int, command: String)
  /// A name that is no key.
  case unknownKey(file: String, line: Int, key: String)
  /// A command that the command line would refuse.
  case unknownCommand(file: String, line: Int, command: String, nearest: String?)
  /// One key for two commands of the file.
  case conflict(file: String, line: Int, key: String, first: String, second: String)
  /// A command without which nobody finds the way out.
  case unreachable(file: String, command: String)

  package var description: String {
    switch self {
    case .notTOML(let file, let line, let reason):
      "\(file):\(line): not TOML: \(reason)"
    case .notKeys(let file, let line, let command):
      "\(file):\(line): \"\(command)\" wants a key or a list of keys, as in [\"j\", \"Down\"]"
    case .unknownKey(let file, let line, let key):
      "\(file):\(line): no key \"\(key)\"; write one character, C-x, M-x, F1, Enter, Tab, Down …"
    case .unknownCommand(let file, let line, let command, let nearest):
      "\(file):\(line): no command \"\(command)\""
        + (nearest.map { "; did you mean \"\($0)\"?" } ?? "; ? in the workbench lists them")
    case .conflict(let file, let line, let key, let first, let second):
      "\(file):\(line): \(key) is given to \"\(second)\" and to \"\(first)\"; keep one of them"
    case .unreachable(let file, let command):
      "\(file): no key is left for \"\(command)\"; give it one"
    }
  }
}

extension Keymap {
  /// Reads a keymap file over the standard keys. Under `[keys]` each entry is a command line and
  /// its key or keys, which replace the standard ones of that command; a key taken from another
  /// command leaves that command its other keys:
  ///
  ///     [keys]
  ///     next = ["j", "Down"]
  ///     "type PER" = "F5"
  ///
  /// - Throws: `KeymapError` with file and line: not TOML, unknown keys or commands, conflicts.
  package static func parse(_ toml: String, file: String, types: [EntityType]) throws -> Keymap {
    let table: TOMLTable
    do throws(SettingsTextError) {
      table = try SettingsText.table(toml)
    } catch {
      throw KeymapError.notTOML(file: file, line: error.line, reason: error.reason)
    }
    guard let entries = table["keys"]?.table else {
      throw KeymapError.notTOML(file: file, line: 1, reason: "there is no [keys] table")
    }
    var map = standard(types: types)
    var given: [Key: String] = [:]
    let ordered = entries.keys.map { ($0, line(of: $0, in: toml)) }.sorted { $0.1 < $1.1 }
    for (written, line) in ordered {
      try check(written, file: file, line: line, types: types)
      guard let value = entries[written] else { continue }
      // A name of an earlier version means the command that has it now.
      let words = written.split(separator: " ")
      let name = words.first.flatMap { Action.named(String($0))?.name } ?? written
      let command = ([name] + words.dropFirst().map(String.init)).joined(separator: " ")
      map.unbindAll(command)
      for name in try names(value, command: command, file: file, line: line) {
        guard let key = KeyName.parse(name) else {
          throw KeymapError.unknownKey(file: file, line: line, key: name)
        }
        if let first = given[key], first != command {
          throw KeymapError.conflict(
            file: file, line: line, key: name, first: first, second: command)
        }
        given[key] = command
        map.bind(key, to: command)
      }
    }
    for command in ["quit", "command"] where map.keys(for: command).isEmpty {
      throw KeymapError.unreachable(file: file, command: command)
    }
    return map
  }

  private static func check(_ command: String, file: String, line: Int, types: [EntityType]) throws
  {
    let words = command.split(separator: " ").map(String.init)
    guard let name = words.first, let action = Action.named(name) else {
      throw KeymapError.unknownCommand(
        file: file, line: line, command: command,
        nearest: CommandLine.nearest(to: words.first ?? ""))
    }
    let isType = action.parameters.first?.kind == .type
    if isType, words.count > 1, !types.contains(where: { $0.rawValue == words[1] }) {
      throw KeymapError.unknownCommand(
        file: file, line: line, command: command,
        nearest: types.first.map { "type \($0.rawValue)" })
    }
  }

  private static func names(
    _ value: any TOMLValueConvertible, command: String, file: String, line: Int
  ) throws -> [String] {
    if let one = value.string { return [one] }
    guard let list = value.array else {
      throw KeymapError.notKeys(file: file, line: line, command: command)
    }
    return try list.map {
      guard let name = $0.string else {
        throw KeymapError.notKeys(file: file, line: line, command: command)
      }
      return name
    }
  }

  /// The line of an entry, counted from 1: TOMLKit keeps no places of keys.
  private static func line(of key: String, in toml: String) -> Int {
    let lines = toml.split(separator: "\n", omittingEmptySubsequences: false)
    let at = lines.firstIndex {
      let left = $0.split(separator: "=", maxSplits: 1).first ?? ""
      return left.filter { $0 != "\"" && $0 != "'" }.trimmingSpaces == key
    }
    return (at ?? 0) + 1
  }
}

extension StringProtocol {
  /// Without spaces and tabs at both ends.
  var trimmingSpaces: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    let head = drop(while: isSpace)
    guard let last = head.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(head[...last])
  }
}
