import Corpora
import Screen

/// The table of actions as the manual prints it.
package enum KeysTable {
  /// One Markdown table per group: keys, command, what it does. Made from the same table as the
  /// keymap and the help list, so it cannot say anything else than they do.
  package static func markdown(
    types: [EntityType] = [.person, .location, .organization, .miscellaneous]
  ) -> String {
    let map = Keymap.standard(types: types)
    return Action.Group.allCases.map { group in
      var lines = [
        "### \(group.rawValue)", "", "| keys | command | what it does |", "| --- | --- | --- |",
      ]
      for action in Action.all where action.group == group {
        if action.name == "type" {
          for type in types {
            let command = "type \(type.rawValue)"
            lines.append(row(map.keys(for: command), command, "make it \(type.rawValue)"))
          }
          continue
        }
        lines.append(row(map.keys(for: action.name), action.usage, action.summary))
      }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }

  private static func row(_ keys: [Key], _ usage: String, _ summary: String) -> String {
    let names = keys.map { "`\(KeyName.label($0).replacing("|", with: "\\|"))`" }
    return "| \(names.joined(separator: " ")) | `:\(usage)` | \(summary) |"
  }
}
