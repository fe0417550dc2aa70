import Corpora
import Screen

/// The table of actions as the manual prints it.
package enum KeysTable {
  /// The types whose keys the manual names.
  package static let types: [EntityType] = [.person, .location, .organization, .miscellaneous]

  /// One Markdown table per group: keys, command, what it does. Made from the same table as the
  /// keymap and the help list, so it cannot say anything else than they do.
  /// - Parameter keymap: nil takes the standard keys.
  package static func markdown(types: [EntityType] = types, keymap: Keymap? = nil) -> String {
    let map = keymap ?? Keymap.standard(types: types)
    return Action.Group.allCases.map { group in
      var lines = [
        "### \(group.rawValue)", "", "| keys | command | what it does |", "| --- | --- | --- |",
      ]
      for action in Action.all where action.group == group {
        if action.name == "type" {
          for type in types {
            let command = "type \(type.rawValue)"
            let place = types.firstIndex(of: type) ?? 0
            let note =
              place == 0 ? "; the digit where words are selected or a suggestion was gone to" : ""
            lines.append(row(map.keys(for: command), command, "make it \(type.rawValue)\(note)"))
          }
          continue
        }
        lines.append(row(map.keys(for: action.name), action.usage, action.summary))
        // Keys of one's own may give a command its arguments.
        let own = map.keys.keys.filter {
          $0.hasPrefix(action.name + " ") && !map.keys(for: $0).isEmpty
        }
        lines += own.sorted().map { row(map.keys(for: $0), $0, action.summary) }
      }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }

  private static func row(_ keys: [Key], _ usage: String, _ summary: String) -> String {
    let names = keys.map { "`\(KeyName.label($0).replacing("|", with: "\\|"))`" }
    return "| \(names.joined(separator: " ")) | `:\(usage)` | \(summary) |"
  }
}
