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

/// A workbench that no terminal shows: messages go in, effects are carried out, and whoever drives
/// it decides when to wait.
struct HeadlessWorkbench {
  /// The workbench as it stands.
  private(set) var state: WorkbenchState
  /// True once an effect asked to quit.
  private(set) var hasQuit = false
  /// How often the terminal's bell would have rung.
  private(set) var bells = 0
  private let performer: any EffectPerformer
  /// Called with the sequence number of each edit that is durable.
  private let committed: (Int64) -> Void

  init(
    _ state: WorkbenchState, _ performer: any EffectPerformer,
    committed: @escaping (Int64) -> Void = { _ in }
  ) {
    self.state = state
    self.performer = performer
    self.committed = committed
  }

  /// Asks for what is needed before the first key.
  mutating func begin() { carryOut(start(&state)) }

  /// Something happened.
  mutating func send(_ message: Message) {
    if case .committed(let sequence) = message { committed(sequence) }
    carryOut(update(&state, message))
  }

  /// Takes what is ready, then goes on until everything that was typed has been done and every edit
  /// is answered.
  mutating func settle() {
    take()
    while state.isHoldingInput, !hasQuit {
      let messages = performer.nextMessages(waiting: true)
      // A performer that does not answer must not hang the program.
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
    wait { $0.saving.pending.isEmpty }
  }

  /// Takes what is ready.
  mutating func take() {
    for message in performer.nextMessages(waiting: false) { send(message) }
  }

  /// Goes on until something holds or no work is pending; by default the latter.
  mutating func wait(until isEnough: (WorkbenchState) -> Bool = { _ in false }) {
    while !isEnough(state) {
      let messages = performer.nextMessages(waiting: true)
      if messages.isEmpty { return }
      for message in messages { send(message) }
    }
  }

  private mutating func carryOut(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .resume: send(.resume)
      case .quit: hasQuit = true
      case .bell: bells += 1
      case .redraw, .suspend: break
      default: performer.perform(effect)
      }
    }
  }
}
