import Screen

/// The search line: while it is typed, the posts that match are counted; Enter lists them.
struct SearchLayer: Layer {
  let place = LayerPlace.prompt
  var line: LineEditor

  static let actions = [
    Action(
      "search", .moving, keys: ["/"],
      "show only the posts that match words, fields or a regular expression",
      parameters: [.optional("QUERY", .rest)]
    ) { state, arguments in
      guard let query = arguments.text(0) else {
        state.openSearch()
        return []
      }
      return state.search(query, adopt: true)
    }
  ]

  var takesText: Bool { true }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    switch key {
    case .escape, .control("c"):
      state.notice = nil
      state.searchJob = nil
      return .leaves([])
    case .backspace where line.isEmpty:
      state.searchJob = nil
      return .leaves([])
    case .enter:
      state.notice = nil
      guard !line.text.trimmingSpaces.isEmpty else { return .leaves(state.leave()) }
      return .leaves(state.adoptSearch(line.text))
    case .tab: complete()
    default:
      if !line.handle(key) { return .stays([]) }
    }
    return .stays(state.search(line.text, adopt: false))
  }

  /// Completes the name of a field.
  private mutating func complete() {
    let stem = line.text.split(separator: " ", omittingEmptySubsequences: false).last ?? ""
    let sign = stem.hasPrefix("-") ? "-" : ""
    let name = stem.dropFirst(sign.count)
    if let match = Query.filterNames.first(where: { $0.hasPrefix(name) && !name.isEmpty }) {
      line.set(String(line.text.dropLast(stem.count)) + sign + match)
    }
  }

  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool {
    state.drawLine(&pen, box, sign: "/", line, note: note(state))
    return true
  }

  private func note(_ state: WorkbenchState) -> String {
    guard let job = state.searchJob else {
      return "words, \"phrase\", /regex/, "
        + Query.fields.map { $0.name + ":" }.joined(separator: " ")
    }
    let total = state.posts.count
    let share = job.next < total ? " so far" : ""
    let open =
      job.unknown.isEmpty ? "" : ", Enter looks at \(state.grouped(job.unknown.count)) more"
    return "\(state.grouped(job.matches.count)) of \(state.grouped(total)) posts\(share)\(open)"
  }

  /// No hints: what is typed stands in their place, and a click on it does nothing.
  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? { HintLine([], last: nil, in: box) }
}

extension WorkbenchState {
  /// Opens the search line with the query of the list on screen, which the first letter replaces.
  fileprivate mutating func openSearch() {
    layers.open(SearchLayer(line: LineEditor(selected: queue.query ?? "")))
    if let query = queue.query { _ = search(query, adopt: false) } else { searchJob = nil }
  }

  /// Lists what a search finds, which may be going on since it was typed.
  fileprivate mutating func adoptSearch(_ text: String) -> [Effect] {
    guard searchJob?.text == text else { return search(text, adopt: true) }
    searchJob?.adopt = true
    return finishSearchIfDone() + (searchJob == nil ? [] : [.resume])
  }
}
