import Screen

/// The searchable list that `?` opens; its entries can be run.
struct HelpList: Sendable, Equatable {
  var filter = LineEditor()
  /// Which entry is chosen, counted in the filtered list.
  var chosen = 0

  /// One line of the list.
  struct Entry: Sendable, Equatable {
    let command: String
    let group: Action.Group
    let keys: [Key]
    let usage: String
    let summary: String
    /// Why it cannot be run now.
    let unavailable: String?
    let needsArguments: Bool
  }

  /// The entries that match the filter: every word must stand in name, summary, keys or group.
  /// Those whose name begins with it come first, so that Enter runs what was typed.
  func entries(in state: WorkbenchState) -> [Entry] {
    let words = filter.text.lowercased().split(separator: " ")
    let found = Self.all(in: state).filter { entry in
      let keys = entry.keys.map(KeyName.label).joined(separator: " ")
      let text = "\(entry.usage) \(entry.summary) \(keys) \(entry.group.rawValue)".lowercased()
      return words.allSatisfy { text.contains($0) }
    }
    guard let typed = words.first else { return found }
    return found.filter { $0.command.hasPrefix(typed) }
      + found.filter { !$0.command.hasPrefix(typed) }
  }

  private static func all(in state: WorkbenchState) -> [Entry] {
    Action.all.flatMap { action -> [Entry] in
      let entry = Entry(
        command: action.name, group: action.group, keys: state.keymap.keys(for: action.name),
        usage: action.usage, summary: action.summary,
        unavailable: action.needsAnswer && state.isAnswerDue ? nil : action.unavailable(state),
        needsArguments: action.needsArguments)
      guard action.parameters.first?.kind == .type, action.parameters.count == 1 else {
        return [entry]
      }
      // A type has a key of its own, so it has a line of its own.
      return state.opened.types.map { type in
        let command = "\(action.name) \(type.rawValue)"
        return Entry(
          command: command, group: action.group, keys: state.keymap.keys(for: command),
          usage: command, summary: "make the selection, mention or token \(type.rawValue)",
          unavailable: action.unavailable(state), needsArguments: false)
      }
    }
  }
}
