import Screen

extension WorkbenchState {
  /// Types pasted text into a prompt; elsewhere it does nothing, as it would run as commands.
  mutating func paste(_ text: String) -> [Effect] {
    guard Panes.fits(size) else { return [.bell] }
    switch mode {
    case .browse, .relation:
      let prompts = "\(keymap.label("command")) or \(keymap.label("search"))"
      notice = Notice(text: "pasted text goes into \(prompts)")
      return [.bell]
    case .command, .search, .help:
      return text.prefix(LineEditor.limit).flatMap { press(.character($0)) }
    }
  }
}
