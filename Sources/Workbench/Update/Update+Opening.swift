import Screen

extension WorkbenchState {
  /// Shows a post by id; false when there is none of that name.
  @discardableResult
  public mutating func open(post id: String) -> Bool {
    guard let index = indexOfID[id] else { return false }
    show(post: index)
    return true
  }

  /// Types pasted text into a prompt; elsewhere it does nothing, as it would run as commands.
  mutating func paste(_ text: String) -> [Effect] {
    switch mode {
    case .browse:
      notice = Notice(text: "pasted text goes into \(keymap.label("command")) or \(keymap.label("search"))")
      return [.bell]
    case .command, .search, .help:
      return text.prefix(LineEditor.limit).flatMap { press(.character($0)) }
    }
  }
}
