import Screen

/// What was typed after a command whose outcome depends on something that is not known yet, and
/// before it is known. It is typed once it is, so that fast typing, slow typing and a script
/// without `wait` give the same labels.
struct HeldInput: Sendable, Equatable {
  /// What is not known yet.
  enum Wait: Sendable, Equatable {
    /// What the experts answer for the post on screen.
    case models
    /// Which posts a search lists.
    case search
  }

  let wait: Wait
  /// The command that waits; nil where only what was typed does.
  let line: String?
  /// What was typed after it, in order.
  var typed: [TypedInput] = []

  /// More than anybody types ahead on purpose.
  static let limit = 4_096
}

/// What a person's hands can send.
enum TypedInput: Sendable, Equatable {
  case key(Key)
  case paste(String)
  /// A whole command line.
  case line(String)
}

extension WorkbenchState {
  /// Whether the models may still answer for the post on screen.
  var isAnswerDue: Bool {
    guard asksModels, let index = current else { return false }
    return analyses[index] == nil
  }

  /// Whether a command is about signals that a layer still asks for.
  private func awaitsSignals(_ line: String) -> Bool {
    CommandLine.action(of: line)?.ofSignals == true
      && layers.downwards.contains { $0.awaitsSignals(self) }
  }

  /// True while a command waits for the models' answer.
  package var isHoldingInput: Bool { heldInput != nil }

  /// The post whose answer is waited for.
  package var awaitedPost: String? {
    heldInput?.wait == .models ? current.map { posts[$0].id } : nil
  }

  /// Whether a search has yet to say which post is on screen next.
  var isSearchUnseen: Bool {
    searchJob?.adopt == true || growth.map { $0.listed == 0 } ?? false
  }

  /// Whether where a command goes depends on posts that a growing list may still get.
  private func dependsOnGrowth(_ line: String) -> Bool {
    guard growth != nil else { return false }
    switch CommandLine.action(of: line)?.place {
    case nil: return false
    case .next?:
      return queue.position + (CommandLine.counted(line)?.count ?? 1) >= queue.count
    case .nextUnreviewed?:
      return !(queue.position + 1..<max(queue.position + 1, queue.count)).contains {
        !review(queue[$0]).isDecided
      }
    case .anywhere?: return true
    }
  }

  /// Whether what the held input waits for may still come.
  private func isDue(_ held: HeldInput) -> Bool {
    switch held.wait {
    case .models: isAnswerDue || held.line.map(awaitsSignals) ?? false
    case .search: isSearchUnseen || held.line.map(dependsOnGrowth) ?? false
    }
  }

  /// What a command has to wait for; nil when it can be run.
  func wait(for line: String) -> HeldInput.Wait? {
    if isSearchUnseen, !Self.independent.contains(CommandLine.action(of: line)?.name ?? "") {
      return .search
    }
    if isAnswerDue, let action = CommandLine.action(of: line), action.needsAnswer {
      // Who is open is known from the first answer on.
      let isKnown = action.parameters.first?.kind == .expert && !members.isEmpty
      if !isKnown { return .models }
    }
    if awaitsSignals(line) { return .models }
    return dependsOnGrowth(line) ? .search : nil
  }

  /// Commands that mean the same whatever a search finds, or end it.
  private static let independent: Set<String> = [
    "search", "command", "leave", "help", "redraw", "suspend", "quit", "quit!",
  ]

  /// Whether a key means the same whatever a search finds.
  private func isIndependent(_ input: TypedInput) -> Bool {
    switch input {
    case .key(.control("c")): return true
    case .key(let key):
      let command = keymap.command(for: key).flatMap(CommandLine.action(of:))?.name
      return Self.independent.contains(command ?? "")
    case .line(let line):
      return Self.independent.contains(CommandLine.action(of: line)?.name ?? "")
    case .paste: return false
    }
  }

  /// Does what a key or a paste means, or keeps it until what it depends on is known.
  mutating func type(_ input: TypedInput) -> [Effect] {
    if heldInput == nil {
      guard isSearchUnseen, layers.isBrowsing, !isIndependent(input) else {
        return carryOut(input)
      }
      _ = hold(nil, for: .search)
    }
    switch input {
    case .key(.control("c")):
      let count = heldInput?.typed.count ?? 0
      let wait = heldInput?.wait
      heldInput = nil
      notice = Notice(
        text: "stopped waiting for the \(wait == .models ? "models" : "search")"
          + (count == 0 ? "" : count == 1 ? "; 1 key was dropped" : "; \(count) keys were dropped"))
      return []
    case .key(let key) where ["redraw", "suspend"].contains(keymap.command(for: key)):
      return press(key)
    default:
      guard let held = heldInput, held.typed.count < HeldInput.limit else { return [.bell] }
      heldInput?.typed.append(input)
      return []
    }
  }

  private mutating func carryOut(_ input: TypedInput) -> [Effect] {
    switch input {
    case .key(let key): press(key)
    case .paste(let text): paste(text)
    case .line(let line): enter(line)
    }
  }

  private mutating func enter(_ line: String) -> [Effect] {
    notice = nil
    count = nil
    guard layers.isBrowsing else {
      return refuse("something is open that takes all keys; Esc leaves it")
    }
    return run(line)
  }

  /// Keeps a command until what it depends on is known.
  mutating func hold(_ line: String?, for wait: HeldInput.Wait) -> [Effect] {
    heldInput = HeldInput(wait: wait, line: line)
    let what = line.map { "\($0) waits" } ?? "what is typed waits"
    notice = Notice(
      text: "\(what) for the \(wait == .models ? "models" : "search"); C-c gives up")
    // The question may have been forgotten with older answers; asking twice does no harm.
    if wait == .models { (requested.analysis, requested.explanation) = (nil, nil) }
    return []
  }

  /// Runs what was kept, as far as the answers reach.
  mutating func releaseHeldInput() -> [Effect] {
    var effects: [Effect] = []
    while let held = heldInput, !isDue(held) {
      heldInput = nil
      // A search that found nothing has said so.
      if held.wait == .models || notice?.text.hasSuffix("C-c gives up") == true { notice = nil }
      if let line = held.line { effects += run(line) }
      for (i, input) in held.typed.enumerated() {
        // The next command may have to wait on another post.
        guard heldInput == nil else {
          heldInput?.typed.append(contentsOf: held.typed[i...])
          break
        }
        if effects.contains(.quit) { return effects }
        effects += carryOut(input)
      }
    }
    return effects
  }
}
