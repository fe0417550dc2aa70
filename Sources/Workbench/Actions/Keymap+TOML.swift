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
  /// Reads a keymap file over the standard keys, or over others. Under `[keys]` each entry is a
  /// command line and its key or keys, which replace the ones before of that command; a key taken
  /// from another command leaves that command its other keys:
  ///
  ///     [keys]
  ///     next = ["j", "Down"]
  ///     "type PER" = "F5"
  ///
  /// - Parameters:
  ///   - base: the keys that are replaced; nil takes the standard ones.
  ///   - isForAll: whether the file holds for every dataset: then keys for types that this one does
  ///     not have are passed over, which are a mistake in a file that was named for it.
  /// - Throws: `KeymapError` with file and line: not TOML, unknown keys or commands, conflicts.
  package static func parse(
    _ toml: String, file: String, types: [EntityType], over base: Keymap? = nil,
    isForAll: Bool = false
  ) throws(KeymapError) -> Keymap {
    let table: TOMLTable
    do throws(SettingsTextError) {
      table = try SettingsText.table(toml)
    } catch {
      throw .notTOML(file: file, line: error.line, reason: error.reason)
    }
    guard let entries = table[ReadSettings.keysTable]?.table else {
      throw .notTOML(file: file, line: 1, reason: "there is no [keys] table")
    }
    var map = base ?? standard(types: types)
    var given: [Key: String] = [:]
    let lines = SettingsLines(toml)
    let ordered = entries.keys.map { ($0, lines.line(of: $0, in: ReadSettings.keysTable) ?? 1) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    for (written, line) in ordered {
      let isHere = try check(written, file: file, line: line, types: types)
      guard let value = entries[written] else { continue }
      // A name of an earlier version means the command that has it now.
      let words = written.split(separator: " ")
      let name = words.first.flatMap { Action.named(String($0))?.name } ?? written
      let command = ([name] + words.dropFirst().map(String.init)).joined(separator: " ")
      let keys = try keys(value, command: command, file: file, line: line)
      guard isHere else {
        if isForAll { continue }
        throw .unknownCommand(
          file: file, line: line, command: written,
          nearest: types.first.map { "type \($0.rawValue)" })
      }
      map.unbindAll(command)
      for (key, name) in keys {
        if let first = given[key], first != command {
          throw .conflict(file: file, line: line, key: name, first: first, second: command)
        }
        given[key] = command
        map.bind(key, to: command)
      }
    }
    for command in ["quit", "command"] where map.keys(for: command).isEmpty {
      throw .unreachable(file: file, command: command)
    }
    return map
  }

  /// Whether the dataset has what a command is about.
  private static func check(
    _ command: String, file: String, line: Int, types: [EntityType]
  ) throws(KeymapError) -> Bool {
    let words = command.split(separator: " ").map(String.init)
    guard let name = words.first, let action = Action.named(name) else {
      throw .unknownCommand(
        file: file, line: line, command: command,
        nearest: CommandLine.nearest(to: words.first ?? ""))
    }
    guard action.parameters.first?.kind == .type, words.count > 1 else { return true }
    return types.contains { $0.rawValue == words[1] }
  }

  private static func keys(
    _ value: any TOMLValueConvertible, command: String, file: String, line: Int
  ) throws(KeymapError) -> [(key: Key, name: String)] {
    var names: [String] = []
    if let one = value.string {
      names = [one]
    } else if let list = value.array {
      names = list.compactMap { $0.string }
      guard names.count == list.count else {
        throw .notKeys(file: file, line: line, command: command)
      }
    } else {
      throw .notKeys(file: file, line: line, command: command)
    }
    var keys: [(key: Key, name: String)] = []
    for name in names {
      guard let key = KeyName.parse(name) else {
        throw .unknownKey(file: file, line: line, key: name)
      }
      keys.append((key, name))
    }
    return keys
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
