import Inspection
import Screen

/// The line in which a change is typed, or the name under which a what-if is kept.
struct WhatIfLine: Layer {
  let place = LayerPlace.prompt
  let isOfModels = true
  private let kind: Kind
  private var line: LineEditor
  /// What Tab offered last, until another key.
  private var completion: Completion?
  /// Earlier lines, latest last.
  private var history: [String] = []

  /// What is typed.
  enum Kind: Sendable { case change, name }

  init(_ kind: Kind, _ text: String = "") {
    self.kind = kind
    line = LineEditor(text)
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
      LineHistory.add(text, to: &history)
      let effects = kind == .change ? state.change(text) : state.saveWhatIf(text)
      // What is wrong can be put right.
      return state.notice?.isError == true ? .stays(effects) : .leaves(effects)
    case .tab, .backTab: complete(after: offered, forward: key == .tab, in: state)
    case .up, .down: line.set(LineHistory.line(history, from: line.text, older: key == .up))
    default: _ = line.handle(key)
    }
    return .stays([])
  }

  private mutating func complete(
    after earlier: Completion?, forward: Bool, in state: WorkbenchState
  ) {
    guard kind == .change else { return }
    let whole = line.text
    guard
      let offered = earlier?.next(forward: forward)
        ?? Completion(whole, { _ in state.changeCompletions(of: whole) })
    else { return }
    // A single candidate is final: the next Tab completes the next word.
    line.set(offered.line + (offered.candidates.count == 1 ? " " : ""))
    if offered.candidates.count > 1 { completion = offered }
  }

  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool {
    state.drawLine(
      &pen, box, sign: kind == .change ? "what if: " : "keep as: ", line,
      note: completion?.words ?? usage(state))
    return true
  }

  private func usage(_ state: WorkbenchState) -> String {
    guard kind == .change else { return "NAME, then a note; Esc leaves" }
    let words = line.text.split(separator: " ")
    guard let first = words.first, let kind = PostChange.Kind(rawValue: String(first)) else {
      return PostChange.Kind.allCases.map(\.rawValue).joined(separator: " ") + "; Tab completes"
    }
    if [.drop, .edit].contains(kind), words.count > 1,
      let place = words[1].split(separator: ",").last, let word = state.wordAt(place)
    {
      return "\(place) is “\(word)”; \(kind.usage)"
    }
    return kind.usage
  }

  /// No hints: what is typed stands in their place, and a click on it does nothing.
  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? { HintLine([], last: nil, in: box) }
}
