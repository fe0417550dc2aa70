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
      let missed = missedChoice
      missedChoice = nil
      if action.name == "accept", let missed {
        notice = Notice(
          text: "not accepted: Enter was for \(missed), which did not open; once more accepts",
          isError: true)
        return [.bell]
      }
      let top = layers.count
      defer { if action.opensChoice, layers.count <= top, newHead == nil { missedChoice = line } }
      if let reason = action.obstacle(self) {
        throw CommandError.unavailable(action.name, reason: reason)
      }
      guard let count = arguments.count, action.counting == .times else {
        return action.run(&self, arguments)
      }
      var effects: [Effect] = []
      for _ in 0..<count {
        guard action.obstacle(self) == nil else { break }
        let before = (queue.position, token, history.nextSequence, choice, pairPlace, suggestion)
        effects += action.run(&self, arguments)
        // At the end of the road the rest of a large number is nothing.
        let after = (queue.position, token, history.nextSequence, choice, pairPlace, suggestion)
        if before == after { break }
      }
      return effects
    } catch {
      notice = Notice(text: error.description, isError: true)
      return [.bell]
    }
  }
}
