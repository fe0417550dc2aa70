import Screen

/// The command line: any action by its name, with arguments.
struct CommandLayer: Layer {
  let place = LayerPlace.prompt
  var line = LineEditor()
  /// What Tab offered last, until another key.
  private var completion: Completion?
  /// Earlier lines, latest last.
  private var history: [String] = []

  /// Names offered by Tab, and which of them is shown.
  struct Completion: Sendable, Equatable {
    let stem: String
    let candidates: [String]
    var chosen: Int
  }

  static let actions = [
    Action("command", .program, keys: [":"], "type a command by name") { state, _ in
      state.openCommandLine("")
      return []
    }
  ]

  /// The line as it was left, for its history, with a new text.
  fileprivate init(_ text: String, earlier: CommandLayer?) {
    line.set(text)
    history = earlier?.history ?? []
  }

  var takesText: Bool { true }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    let offered = completion
    completion = nil
    state.notice = nil
    switch key {
    case .escape, .control("c"): return .leaves([])
    case .backspace where line.isEmpty: return .leaves([])
    case .enter:
      let text = line.text.trimmingSpaces
      guard !text.isEmpty else { return .leaves([]) }
      remember(text)
      // What runs may open this layer again, which then has the history.
      state.layers.open(self)
      state.layers.close { $0 is Self }
      return .leaves(state.run(text))
    case .tab, .backTab: complete(after: offered, forward: key == .tab, in: state)
    case .up, .down: line.set(historyLine(older: key == .up))
    default: _ = line.handle(key)
    }
    return .stays([])
  }

  private mutating func remember(_ text: String) {
    history.removeAll { $0 == text }
    history.append(text)
    if history.count > 100 { history.removeFirst() }
  }

  private func historyLine(older: Bool) -> String {
    let at = history.firstIndex(of: line.text) ?? history.count
    let next = older ? max(0, at - 1) : at + 1
    return history.indices.contains(next) ? history[next] : ""
  }

  private mutating func complete(
    after earlier: Completion?, forward: Bool, in state: WorkbenchState
  ) {
    var offered: Completion
    if let earlier {
      offered = earlier
      let count = offered.candidates.count
      offered.chosen = (offered.chosen + (forward ? 1 : count - 1)) % max(1, count)
    } else {
      let candidates = CommandLine.completions(of: line.text, in: state)
      let stem = line.text.lastIndex(of: " ").map { String(line.text[...$0]) } ?? ""
      offered = Completion(stem: stem, candidates: candidates, chosen: 0)
    }
    guard offered.candidates.indices.contains(offered.chosen) else { return }
    line.set(offered.stem + offered.candidates[offered.chosen])
    // A single candidate is final: the next Tab completes the next word.
    if offered.candidates.count == 1 { line.set(line.text + " ") } else { completion = offered }
  }

  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool {
    state.drawLine(&pen, box, sign: ":", line, note: completion.map(names) ?? usage(state))
    return true
  }

  /// The names that Tab offers, the chosen one in brackets.
  private func names(_ completion: Completion) -> String {
    let start = max(0, completion.chosen - 3)
    return completion.candidates.enumerated().dropFirst(start)
      .map { $0 == completion.chosen ? "[\($1)]" : $1 }.joined(separator: " ")
  }

  private func usage(_ state: WorkbenchState) -> String {
    guard let name = line.text.split(separator: " ").first.map(String.init) else {
      return "Tab completes, Up recalls, Esc leaves"
    }
    guard let action = Action.named(name) else { return "" }
    if let reason = action.unavailable(state) { return reason }
    return action.parameters.isEmpty ? action.summary : ":\(action.usage)"
  }

  /// No hints: what is typed stands in their place, and a click on it does nothing.
  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? { HintLine([], last: nil, in: box) }
}

extension WorkbenchState {
  /// Opens the command line with a text that is to be continued.
  mutating func openCommandLine(_ text: String) {
    layers.open(CommandLayer(text, earlier: layers.earlier(CommandLayer.self)))
  }
}
