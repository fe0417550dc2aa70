import Corpora
import Queries
import Screen

/// The search line: while it is typed, the posts that match are counted; Enter lists them.
struct SearchLayer: Layer {
  let place = LayerPlace.prompt
  var line: LineEditor
  /// What Tab offered last, until another key.
  private var completion: Completion?
  /// Earlier queries, latest last, those that were refused among them.
  private var history: [String]

  fileprivate init(line: LineEditor, earlier: SearchLayer?) {
    self.line = line
    history = earlier?.history ?? []
  }

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
    let offered = completion
    completion = nil
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
      remember(line.text)
      return .leaves(state.adoptSearch(line.text))
    case .tab, .backTab: complete(after: offered, forward: key == .tab, in: state)
    case .up, .down: line.set(LineHistory.line(history, from: line.text, older: key == .up))
    default:
      if !line.handle(key) { return .stays([]) }
    }
    return .stays(state.search(line.text, adopt: false))
  }

  private mutating func remember(_ text: String) { LineHistory.add(text, to: &history) }

  /// Completes names of fields, their values and saved queries.
  private mutating func complete(
    after earlier: Completion?, forward: Bool, in state: WorkbenchState
  ) {
    // What stands behind the cursor stays.
    guard line.cursor == line.characters.count else { return }
    guard
      let offered = earlier?.next(forward: forward)
        ?? Completion(line.text, state.queryCompletions(of:))
    else { return }
    line.set(offered.line)
    // A single candidate is final: the next Tab completes what follows it.
    if offered.candidates.count > 1 { completion = offered }
  }

  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool {
    var wrong: Range<Int>?
    do throws(QueryError) {
      _ = try Query.parse(line.text, saved: state.savedQueries.texts)
    } catch { wrong = error.place }
    state.drawLine(&pen, box, sign: "/", line, wrong: wrong, note: note(state))
    return true
  }

  private func note(_ state: WorkbenchState) -> String {
    if let completion { return completion.words }
    guard let job = state.searchJob else {
      return "words, \"phrase\", /regex/, or, not, (), "
        + QueryField.all.map { $0.name + ":" }.joined(separator: " ")
    }
    let total = state.posts.count
    let share = job.next < total ? " so far" : ""
    let open =
      job.unknown.isEmpty ? "" : ", Enter looks at \(state.grouped(job.unknown.count)) more"
    return "\(state.grouped(job.matches.count)) of \(state.grouped(total)) posts\(share)\(open)"
      + handles(job.query, state)
  }

  /// That `@name` is text, where somebody may have meant a saved query.
  private func handles(_ query: Query, _ state: WorkbenchState) -> String {
    guard let name = query.handles.first, !state.savedQueries.all.isEmpty else { return "" }
    return "; @\(name) is text, as no saved query is called that"
  }

  /// No hints: what is typed stands in their place, and a click on it does nothing.
  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? { HintLine([], last: nil, in: box) }
}

extension WorkbenchState {
  /// What the last word of a query could become.
  func queryCompletions(of word: String) -> [String] {
    let saved = savedQueries.all.filter { $0.problem == nil }.map(\.name)
    return QueryCompletion.candidates(of: word, saved: saved) { values(of: $0) }
  }

  /// What a field may take in this dataset.
  private func values(of field: QueryField) -> [String] {
    switch field.values {
    case .words(let words), .range(_, let words), .text(let words): words
    case .types: opened.types.map(\.rawValue)
    case .relations: opened.relations.filter { $0 != RelationInventory.none } + ["none"]
    case .annotators: Set(labels.states.values.compactMap(\.annotator)).sorted()
    case .assignees: assignees
    case .ids: posts.map(\.id)
    }
  }

  private var assignees: [String] {
    guard let assigneesOf = opened.assigneesOf else { return [] }
    // Whoever has work has some of the first posts.
    return Set(posts.prefix(10_000).flatMap(assigneesOf)).sorted()
  }

  /// Opens the search line with the query of the list on screen, which the first letter replaces.
  fileprivate mutating func openSearch() {
    layers.open(
      SearchLayer(
        line: LineEditor(selected: queue.query ?? ""), earlier: layers.earlier(SearchLayer.self)))
    if let query = queue.query { _ = search(query, adopt: false) } else { searchJob = nil }
  }

  /// Lists what a search finds, which may be going on since it was typed.
  fileprivate mutating func adoptSearch(_ text: String) -> [Effect] {
    guard searchJob?.text == text else { return search(text, adopt: true) }
    searchJob?.adopt = true
    return finishSearchIfDone() + (searchJob == nil ? [] : [.resume])
  }
}
