import Screen

/// The workbench line by line, for screen readers and for terminals that cannot place a cursor: a
/// line of keys or a command goes in, and only what it changed comes out, a sentence a line. No
/// colours, no control sequences.
package struct PlainRunner {
  private var workbench: HeadlessWorkbench
  private let isPatient: Bool
  private let output: (String) -> Void
  /// What was said last of everything, by its name.
  private var said: [String: PlainFact] = [:]
  /// Lines of which something was refused.
  package private(set) var refusals = 0
  private var wasRefused = false

  /// The workbench as it stands.
  package var state: WorkbenchState { workbench.state }
  /// True once the person has quit.
  package var hasQuit: Bool { workbench.hasQuit }

  /// Where a workbench that is not drawn believes to be: lists that are drawn as text have room.
  package static let size = Size(columns: 100, rows: 50)

  /// - Parameters:
  ///   - performer: carries effects out.
  ///   - isPatient: whether each line waits for everything it sets off, so that the same lines
  ///     always print the same; else only for what is about the post on screen.
  ///   - output: takes one line, without its line feed.
  package init(
    state: WorkbenchState, performer: any EffectPerformer, isPatient: Bool,
    output: @escaping (String) -> Void
  ) {
    workbench = HeadlessWorkbench(state, performer)
    self.isPatient = isPatient
    self.output = output
  }

  /// Says where the person is.
  package mutating func begin() {
    let opened = state.opened
    say(
      "twinlens \(opened.dataset), \(state.posts.count) posts. Edits are kept in \(opened.store).")
    say(
      "Write keys or a command, a line at a time; ? lists them, an empty line says everything "
        + "again, q ends.")
    workbench.begin()
    rest()
    tell()
  }

  /// Does what a line means and says what changed.
  package mutating func run(_ line: String) {
    wasRefused = false
    defer { refusals += wasRefused ? 1 : 0 }
    let before = state.notice
    workbench.take()
    // What others did meanwhile: the next key would take it away unsaid.
    if state.notice != before { sayNotice() }
    if state.layers.top.isTextPrompt {
      answer(line)
    } else {
      do throws(PlainLine.Failure) {
        switch try PlainLine.parse(line) {
        case .empty: said = [:]
        case .command(let text):
          send(.command(text))
          sayNotice()
        case .keys(let keys): press(keys)
        }
      } catch {
        return refuseLine(error.description)
      }
    }
    guard !hasQuit else { return }
    tell()
    // What is only to be read would take the keys of the next line.
    if state.layers.top.isOnlyRead {
      send(.key(.escape))
      forgetLayers()
    }
  }

  /// A line for a prompt is its text and Enter; an empty one leaves it.
  private mutating func answer(_ line: String) {
    guard !line.isEmpty else { return send(.key(.escape)) }
    for character in line { workbench.send(.key(.character(character))) }
    send(.key(.enter))
    sayNotice()
  }

  /// Says why a line did nothing.
  package mutating func refuseLine(_ reason: String) {
    refusals += 1
    say(reason)
  }

  /// Sends again what could not be saved, once: there is no later chance.
  package mutating func finish() {
    if state.unsaved != nil { send(.command("retry")) }
  }

  private mutating func press(_ keys: [Key]) {
    for (i, key) in keys.enumerated() where !hasQuit {
      let bells = workbench.bells
      send(.key(key))
      // A bell says nothing to who reads lines.
      if workbench.bells > bells, state.notice == nil {
        wasRefused = true
        say("\(KeyName.label(key)) does nothing here")
      }
      // A number means something together with the key after it.
      if state.count == nil || i + 1 == keys.count { sayNotice() }
    }
  }

  /// Sends a message and waits as far as the next one must.
  private mutating func send(_ message: Message) {
    workbench.send(message)
    workbench.settle()
    if !hasQuit { rest() }
  }

  private mutating func sayNotice() {
    guard let notice = state.notice, !hasQuit else { return }
    // What becomes of the store is no line's fault.
    wasRefused = wasRefused || notice.isError && notice.subject != .store
    say(state.safe(notice.text))
  }

  private mutating func rest() {
    if isPatient {
      workbench.wait()
    } else {
      workbench.wait { !$0.isAwaitingTheScreen }
    }
  }

  /// Says everything that is not as it was when it was said last.
  private mutating func tell() {
    let facts = state.plainFacts
    var now: [String: PlainFact] = [:]
    for fact in facts { now[fact.id] = fact }
    for fact in said.values.sorted(by: { $0.id < $1.id }) where now[fact.id] == nil {
      if let gone = fact.gone, state.current.map({ state.posts[$0].id }) == fact.post { say(gone) }
    }
    for fact in facts where said[fact.id]?.text != fact.text { say(fact.text) }
    said = now
  }

  private mutating func forgetLayers() {
    for id in said.keys where id.hasPrefix(PlainFact.layer) { said[id] = nil }
  }

  private func say(_ text: String) {
    // Words of the program itself may hold an arrow; a locale without it gets ASCII.
    output(state.look.glyphs.isUnicode ? text : state.look.sanitizer.visible(text))
  }
}

extension WorkbenchState {
  /// Whether something is still to come of what is said of the post on screen.
  fileprivate var isAwaitingTheScreen: Bool {
    isAnswerDue || isHoldingInput || !saving.pending.isEmpty || isSearchUnseen
      || layers.downwards.contains { $0.awaitsSignals(self) }
  }
}
