extension WorkbenchState {
  /// Runs a command line; what is wrong with it goes to the status line.
  mutating func run(_ line: String) -> [Effect] {
    if let wait = wait(for: line) { return hold(line, for: wait) }
    do throws(CommandError) {
      let (action, arguments) = try CommandLine.parse(line, in: self)
      if let reason = action.unavailable(self) {
        throw CommandError.unavailable(action.name, reason: reason)
      }
      return action.run(&self, arguments)
    } catch {
      notice = Notice(text: error.description, isError: true)
      return [.bell]
    }
  }
}
