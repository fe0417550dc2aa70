import Screen

extension WorkbenchState {
  /// What a key does in the mode that is on.
  mutating func press(_ key: Key) -> [Effect] {
    // What cannot be seen must not be changed.
    guard Panes.fits(size) else { return keymap.command(for: key) == "quit" ? quit() : [.bell] }
    if case .click(let place) = key, let hinted = hintedKey(at: place) { return press(hinted) }
    switch mode {
    case .browse: return pressInBrowse(key)
    case .command(let line, let completion): return pressInCommand(key, line, completion)
    case .search(let line): return pressInSearch(key, line)
    case .help(let list): return pressInHelp(key, list)
    case .relation(let chooser): return pressInChooser(key, chooser)
    }
  }

  private mutating func pressInBrowse(_ key: Key) -> [Effect] {
    notice = nil
    switch key {
    case .click(let place): return click(place)
    case .scroll(let place, let up): return scroll(place, up: up)
    default: break
    }
    guard let command = keymap.command(for: key) else {
      notice = Notice(
        text: "\(KeyName.label(key)) does nothing here; \(keymap.label("help")) lists the keys",
        isError: true)
      return [.bell]
    }
    return run(command)
  }

  /// Runs a command line; what is wrong with it goes to the status line.
  mutating func run(_ line: String) -> [Effect] {
    if let wait = wait(for: line) { return hold(line, for: wait) }
    do throws(CommandError) {
      let (action, arguments) = try CommandLine.parse(line, in: self)
      if let reason = action.unavailable(self) {
        throw CommandError.unavailable(action.name, reason: reason)
      }
      return action.run(&self, arguments)
    } catch {
      notice = Notice(text: error.description, isError: true)
      return [.bell]
    }
  }

  private mutating func pressInCommand(
    _ key: Key, _ line: LineEditor, _ completion: Mode.Completion?
  ) -> [Effect] {
    var line = line
    notice = nil
    switch key {
    case .escape, .control("c"): mode = .browse
    case .enter:
      mode = .browse
      let text = line.text.trimmingSpaces
      guard !text.isEmpty else { return [] }
      commandHistory.removeAll { $0 == text }
      commandHistory.append(text)
      if commandHistory.count > 100 { commandHistory.removeFirst() }
      return run(text)
    case .tab, .backTab:
      mode = complete(line, completion, forward: key == .tab)
    case .up, .down:
      line.set(historyLine(after: line.text, older: key == .up))
      mode = .command(line, completion: nil)
    case .backspace where line.isEmpty: mode = .browse
    default:
      _ = line.handle(key)
      mode = .command(line, completion: nil)
    }
    return []
  }

  private func historyLine(after text: String, older: Bool) -> String {
    let at = commandHistory.firstIndex(of: text) ?? commandHistory.count
    let next = older ? max(0, at - 1) : at + 1
    return commandHistory.indices.contains(next) ? commandHistory[next] : ""
  }

  private func complete(
    _ line: LineEditor, _ completion: Mode.Completion?, forward: Bool
  ) -> Mode {
    var line = line
    var offered: Mode.Completion
    if let completion {
      offered = completion
      let count = offered.candidates.count
      offered.chosen = (offered.chosen + (forward ? 1 : count - 1)) % max(1, count)
    } else {
      let candidates = CommandLine.completions(of: line.text, in: self)
      let stem = line.text.lastIndex(of: " ").map { String(line.text[...$0]) } ?? ""
      offered = Mode.Completion(stem: stem, candidates: candidates, chosen: 0)
    }
    guard offered.candidates.indices.contains(offered.chosen) else {
      return .command(line, completion: nil)
    }
    line.set(offered.stem + offered.candidates[offered.chosen])
    // A single candidate is final: the next Tab completes the next word.
    if offered.candidates.count == 1 { line.set(line.text + " ") }
    return .command(line, completion: offered.candidates.count == 1 ? nil : offered)
  }

  private mutating func pressInHelp(_ key: Key, _ list: HelpList) -> [Effect] {
    var list = list
    let entries = list.entries(in: self)
    switch key {
    case .escape, .control("c"), .function(1):
      mode = .browse
      return []
    case .up, .control("p"): list.chosen = max(0, list.chosen - 1)
    case .down, .control("n"): list.chosen = min(max(0, entries.count - 1), list.chosen + 1)
    case .pageUp: list.chosen = max(0, list.chosen - helpPage)
    case .pageDown: list.chosen = min(max(0, entries.count - 1), list.chosen + helpPage)
    case .click(let place):
      guard let clicked = helpEntry(at: place, list) else { return [] }
      // The first click shows what an entry does, the second runs it.
      if clicked == list.chosen { return runEntry(entries[clicked], list) }
      list.chosen = clicked
    case .scroll(_, let up):
      list.chosen = max(0, min(entries.count - 1, list.chosen + (up ? -1 : 1)))
    case .enter:
      guard entries.indices.contains(list.chosen) else { return [.bell] }
      return runEntry(entries[list.chosen], list)
    default:
      if !list.filter.handle(key) { return [] }
      list.chosen = 0
    }
    mode = .help(list)
    return []
  }

  private mutating func runEntry(_ entry: HelpList.Entry, _ list: HelpList) -> [Effect] {
    if let reason = entry.unavailable {
      notice = Notice(text: "\(entry.command): \(reason)", isError: true)
      mode = .help(list)
      return [.bell]
    }
    mode = .browse
    notice = nil
    if entry.needsArguments {
      mode = .command(LineEditor(entry.command + " "), completion: nil)
      return []
    }
    return run(entry.command)
  }

  /// Esc: the selection or the pair being made first, then the list that a search left.
  mutating func leave() -> [Effect] {
    if suggestion != nil {
      suggestion = nil
    } else if anchor != nil {
      anchor = nil
    } else if newHead != nil {
      newHead = nil
    } else if queue.filter != nil {
      queue.show(nil, query: nil)
      searchJob = nil
      growth = nil
      notice = Notice(text: "search ended; all \(queue.count) posts are listed")
      arrive()
    } else if growth != nil {
      growth = nil
      notice = Notice(text: "search stopped; all \(grouped(queue.count)) posts are listed")
    }
    return []
  }
}
