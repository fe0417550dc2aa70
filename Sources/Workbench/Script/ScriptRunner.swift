import Screen

/// Carries out effects for a workbench without a terminal. The executable plugs its services in
/// here, tests plug fakes in.
package protocol EffectPerformer: AnyObject {
  /// Begins to carry an effect out; answers come from `nextMessages`.
  func perform(_ effect: Effect)
  /// Messages that are ready. With `waiting`, blocks until there is one or no work is pending; so
  /// an empty answer with `waiting` means that all is done.
  func nextMessages(waiting: Bool) -> [Message]
}

/// Runs a key script against a workbench and prints a frame after each step.
package struct ScriptRunner {
  /// The workbench as it stands.
  package private(set) var state: WorkbenchState
  /// True once an effect asked to quit; the rest of the script is not run.
  package private(set) var hasQuit = false
  private let performer: any EffectPerformer
  private let output: (String) -> Void

  /// - Parameters:
  ///   - performer: carries effects out.
  ///   - output: takes one or more whole lines, without the last line feed; should write at once.
  package init(
    state: WorkbenchState, performer: any EffectPerformer, output: @escaping (String) -> Void
  ) {
    self.state = state
    self.performer = performer
    self.output = output
  }

  /// Runs the steps: after each, `== frame N: STEP` (from 1) and the frame as text. A durable edit
  /// prints `committed SEQUENCE` as soon as its answer came; the frame after a step stands only
  /// when its edits are answered, so that it is the same in every run. A key whose outcome depends
  /// on the models waits for them, as it does on a terminal.
  package mutating func run(_ script: KeyScript) {
    carryOut(start(&state))
    for (i, step) in script.steps.enumerated() where !hasQuit {
      run(step.action)
      output("== frame \(i + 1): \(step.source)")
      output(view(state).text)
    }
    drain()
  }

  private mutating func run(_ action: KeyScript.Action) {
    switch action {
    case .key(let key): send(.key(key))
    case .text(let text): for character in text where !hasQuit { send(.key(.character(character))) }
    case .size(let size): send(.resized(size))
    case .wait: drain()
    }
    for message in performer.nextMessages(waiting: false) { send(message) }
    while state.isHoldingInput, !hasQuit {
      let messages = performer.nextMessages(waiting: true)
      // A performer that does not answer must not hang the script.
      guard messages.isEmpty else {
        for message in messages { send(message) }
        continue
      }
      guard let post = state.awaitedPost else { break }
      let reason = "the models did not answer for this post"
      send(
        state.isAnswerDue
          ? .analysisFailed(post: post, reason: reason)
          : .explanationFailed(post: post, reason: reason))
    }
    while !state.saving.pending.isEmpty {
      let messages = performer.nextMessages(waiting: true)
      // A performer that lost a commit must not hang the script.
      if messages.isEmpty { break }
      for message in messages { send(message) }
    }
  }

  /// Goes on until no work is pending.
  private mutating func drain() {
    while true {
      let messages = performer.nextMessages(waiting: true)
      if messages.isEmpty { return }
      for message in messages { send(message) }
    }
  }

  private mutating func send(_ message: Message) {
    if case .committed(let sequence) = message { output("committed \(sequence)") }
    carryOut(update(&state, message))
  }

  private mutating func carryOut(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .resume: send(.resume)
      case .quit: hasQuit = true
      case .bell, .redraw, .suspend: break
      default: performer.perform(effect)
      }
    }
  }
}
