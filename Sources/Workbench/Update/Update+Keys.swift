extension WorkbenchState {
  /// Runs a command line; what is wrong with it goes to the status line.
  mutating func run(_ line: String) -> [Effect] {
    if let wait = wait(for: line) { return hold(line, for: wait) }
    do throws(CommandError) {
      // What is hidden has no names to be checked either.
      if let action = CommandLine.action(of: line), action.isOfModels, let reason = hidingOfModels {
        throw CommandError.unavailable(action.name, reason: reason)
      }
      let (action, arguments) = try CommandLine.parse(line, in: self)
      let before = (layers.count, queue.position, token)
      defer {
        let isMissed =
          switch action.leadsTo {
          case .layer, .history: layers.count <= before.0 && newHead == nil
          case .place: (queue.position, token) == (before.1, before.2)
          case nil: false
          }
        if isMissed { missed = Missed(command: line) }
      }
      if let reason = action.obstacle(self) {
        throw CommandError.unavailable(action.name, reason: reason)
      }
      if let reason = typedForSomethingElse(line, action) { return refuse(reason) }
      guard let count = arguments.count, action.counting == .times else {
        return action.run(&self, arguments)
      }
      var effects: [Effect] = []
      for _ in 0..<count {
        guard action.obstacle(self) == nil else { break }
        let earlier = (queue.position, token, history.nextSequence, choice, pairPlace, suggestion)
        effects += action.run(&self, arguments)
        // At the end of the road the rest of a large number is nothing.
        let after = (queue.position, token, history.nextSequence, choice, pairPlace, suggestion)
        if earlier == after { break }
      }
      return effects
    } catch {
      notice = Notice(text: error.description, isError: true)
      return [.bell]
    }
  }

  /// Why a change is not made: it was typed ahead for something that did not come about. The same
  /// command once more is meant, and any other ends the matter.
  private mutating func typedForSomethingElse(_ line: String, _ action: Action) -> String? {
    guard action.changesPost, let missed, missed.refused != line else {
      self.missed = nil
      return nil
    }
    // Only Enter means something in a history: other keys are not typed for it.
    if missed.goal == .history, action.name != "accept" {
      self.missed = nil
      return nil
    }
    self.missed?.refused = line
    let key = keymap.keys(for: line).last.map(KeyName.label) ?? line
    return (action.name == "accept" ? "not accepted: Enter" : "not done: \(key)")
      + " was for \(missed.command), which did not \(missed.goal == .place ? "go on" : "open"); once more "
      + (action.name == "accept" ? "accepts" : "does it")
  }
}

/// A command that keys were typed ahead for, and that did not do what they were for.
struct Missed: Sendable, Equatable {
  /// As it was given.
  let command: String
  /// The change that was refused last.
  var refused: String?

  /// What it was to lead to.
  var goal: Action.Goal? { CommandLine.action(of: command)?.leadsTo }
}
