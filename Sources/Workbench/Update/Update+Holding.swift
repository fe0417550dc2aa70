import Screen

/// What was typed after a command whose outcome depends on the models' answer, and before that
/// answer. It is typed once the answer is there, so that fast typing, slow typing and a script
/// without `wait` give the same labels.
struct HeldInput: Sendable, Equatable {
  /// The command that waits.
  let line: String
  /// What was typed after it, in order.
  var typed: [TypedInput] = []

  /// More than anybody types ahead on purpose.
  static let limit = 4_096
}

/// What a person's hands can send.
enum TypedInput: Sendable, Equatable {
  case key(Key)
  case paste(String)
}

extension WorkbenchState {
  /// Whether the models may still answer for the post on screen.
  var isAnswerDue: Bool {
    guard opened.hasModels, let index = current else { return false }
    return analyses[index] == nil && analysisFailures[index] == nil
  }

  /// True while a command waits for the models' answer.
  public var isHoldingInput: Bool { heldInput != nil }

  /// The post whose answer is waited for.
  public var awaitedPost: String? { heldInput == nil ? nil : current.map { posts[$0].id } }

  /// Does what a key or a paste means, or keeps it until the models have answered.
  mutating func type(_ input: TypedInput) -> [Effect] {
    guard heldInput != nil else { return carryOut(input) }
    switch input {
    case .key(.control("c")):
      let count = heldInput?.typed.count ?? 0
      heldInput = nil
      notice = Notice(
        text: "stopped waiting for the models"
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
    }
  }

  /// Keeps a command until the models have answered.
  mutating func hold(_ line: String) -> [Effect] {
    heldInput = HeldInput(line: line)
    notice = Notice(text: "\(line) waits for the models; C-c gives up")
    // The question may have been forgotten with older answers; asking twice does no harm.
    requested.analysis = nil
    return []
  }

  /// Runs what was kept, as far as the answers reach.
  mutating func releaseHeldInput() -> [Effect] {
    var effects: [Effect] = []
    while let held = heldInput, !isAnswerDue {
      heldInput = nil
      notice = nil
      effects += run(held.line)
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
