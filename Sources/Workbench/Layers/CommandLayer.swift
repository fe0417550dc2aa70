import Screen

/// The command line: any action by its name, with arguments.
struct CommandLayer: Layer {
  let place = LayerPlace.prompt
  var line = LineEditor()
  /// What Tab offered last, until another key.
  private var completion: Completion?
  /// What was offered with the text that may be changed behind it, e.g. `note `.
  private let offer: String
  /// What is run where nothing stands behind it; nil where that is a command, too.
  private let emptied: String?
  /// Earlier lines, latest last.
  private var history: [String] = []

  static let actions = [
    Action("command", .program, keys: [":"], "type a command by name") { state, _ in
      state.openCommandLine("")
      return []
    }
  ]

  /// The line as it was left, for its history, with a new text.
  fileprivate init(_ text: String, offer: String, emptied: String?, earlier: CommandLayer?) {
    line.set(offer + text)
    (self.offer, self.emptied) = (offer, emptied)
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
      if let emptied, text == offer.trimmingSpaces { return .leaves(state.run(emptied)) }
      LineHistory.add(text, to: &history)
      // What runs may open this layer again, which then has the history.
      state.layers.open(self)
      state.layers.close { $0 is Self }
      return .leaves(state.run(text))
    case .tab, .backTab: complete(after: offered, forward: key == .tab, in: state)
    // The command itself goes with a second one.
    case .control("u") where line.text.hasPrefix(offer) && line.cursor > offer.count:
      let rest = line.characters[line.cursor...]
      line.set(offer + rest)
    case .up, .down: line.set(LineHistory.line(history, from: line.text, older: key == .up))
    default: _ = line.handle(key)
    }
    return .stays([])
  }

  private mutating func complete(
    after earlier: Completion?, forward: Bool, in state: WorkbenchState
  ) {
    let whole = line.text
    guard
      let offered = earlier?.next(forward: forward)
        ?? Completion(whole, { _ in CommandLine.completions(of: whole, in: state) })
    else { return }
    // A single candidate is final: the next Tab completes the next word.
    line.set(offered.line + (offered.candidates.count == 1 ? " " : ""))
    if offered.candidates.count > 1 { completion = offered }
  }

  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool {
    state.drawLine(&pen, box, sign: ":", line, note: completion?.words ?? usage(state))
    return true
  }

  private func usage(_ state: WorkbenchState) -> String {
    guard let name = line.text.split(separator: " ").first.map(String.init) else {
      return "Tab completes, Up recalls, Esc leaves"
    }
    guard let action = Action.named(name) else { return "" }
    if let reason = action.obstacle(state) { return reason }
    return action.parameters.isEmpty ? action.summary : ":\(action.usage)"
  }

  /// No hints: what is typed stands in their place, and a click on it does nothing.
  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? { HintLine([], last: nil, in: box) }
}

extension WorkbenchState {
  /// Opens the command line with a text that is to be continued.
  ///
  /// - Parameters:
  ///   - offer: stands before it, and is not what is to be changed.
  ///   - emptied: the command that is run where nothing stands behind it.
  mutating func openCommandLine(
    _ text: String, after offer: String = "", emptied: String? = nil
  ) {
    layers.open(
      CommandLayer(
        text, offer: offer, emptied: emptied, earlier: layers.earlier(CommandLayer.self)))
  }
}
