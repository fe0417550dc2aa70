import Corpora
import Screen

/// Which key runs which command line. A value made from the table of actions, the entity types of
/// the dataset and the person's own keymap file.
package struct Keymap: Sendable {
  /// Command line (without colon) by key.
  private(set) var bindings: [Key: String] = [:]
  /// Keys by command line, in the order in which they were bound: the first is the one shown.
  private(set) var keys: [String: [Key]] = [:]

  /// The keys of the table of actions, and for the types 1 … 9 and a letter each: the first of
  /// their name that is free, as a capital, else as a small letter, else any.
  package static func standard(types: [EntityType]) -> Keymap {
    var map = Keymap()
    for action in Action.all {
      for name in action.keys {
        if let key = KeyName.parse(name) { map.bind(key, to: action.name) }
      }
    }
    for (i, type) in types.prefix(9).enumerated() {
      let command = "type \(type.rawValue)"
      map.bindIfFree(.character(Character("\(i + 1)")), to: command)
    }
    // First letters first, so that no type takes another's.
    for type in types {
      if let letter = type.rawValue.uppercased().first {
        map.bindIfFree(.character(letter), to: "type \(type.rawValue)")
      }
    }
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for type in types {
      let command = "type \(type.rawValue)"
      guard !map.keys(for: command).contains(where: Self.isLetter) else { continue }
      let name = type.rawValue.filter(\.isASCII)
      let letters = [name.uppercased(), name.lowercased(), alphabet, alphabet.lowercased()]
        .joined().filter(\.isLetter)
      if let free = letters.first(where: { map.bindings[.character($0)] == nil }) {
        map.bind(.character(free), to: command)
      }
    }
    return map
  }

  private static func isLetter(_ key: Key) -> Bool {
    if case .character(let character) = key { character.isLetter } else { false }
  }

  /// The command line of a key.
  func command(for key: Key) -> String? { bindings[key] }

  /// The keys of a command line, the one to show first.
  func keys(for command: String) -> [Key] { keys[command] ?? [] }

  /// The key to show beside a command, empty when it has none.
  func label(_ command: String) -> String { keys(for: command).first.map(KeyName.label) ?? "" }

  mutating func bind(_ key: Key, to command: String) {
    unbind(key)
    bindings[key] = command
    keys[command, default: []].append(key)
  }

  mutating func bindIfFree(_ key: Key, to command: String) {
    if bindings[key] == nil { bind(key, to: command) }
  }

  mutating func unbind(_ key: Key) {
    guard let old = bindings.removeValue(forKey: key) else { return }
    keys[old]?.removeAll { $0 == key }
  }

  mutating func unbindAll(_ command: String) {
    for key in keys(for: command) { unbind(key) }
  }
}
