import Queries
import Screen

/// The saved queries, with how many posts they list: a list to choose from.
struct QueriesLayer: Layer {
  let place = LayerPlace.over
  private var cursor = ListCursor()

  static let actions = [
    Action(
      "queries", .moving, keys: ["Q"],
      "choose from the saved queries, with how many posts they list"
    ) { state, _ in
      guard !state.savedQueries.all.isEmpty else {
        return state.refuse(
          "no query is saved here; \(state.keymap.label("search")) searches, :save-query NAME keeps it"
        )
      }
      state.layers.open(QueriesLayer())
      return state.countQueries()
    }.leading(to: .layer),
    Action(
      "save-query", .moving,
      "keep the query of this list under a name: in the list of saved queries, and as @NAME in others",
      parameters: [.required("NAME", .rest)]
    ) { state, arguments in state.saveQuery(arguments.text(0) ?? "") },
  ]

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    let queries = state.savedQueries.all
    cursor.stay(within: queries.count)
    if cursor.move(key, within: queries.count, page: max(1, box(state).rows - 2)) {
      return .stays([])
    }
    let place = cursor.place
    switch key {
    case .escape, .control("c"): return .leaves([])
    case .click(let at):
      guard let clicked = query(at: at, state) else { return .stays([]) }
      if clicked == place { return open(queries[clicked], in: &state) }
      cursor.go(to: clicked)
    case .enter:
      guard queries.indices.contains(place) else { return .stays([.bell]) }
      return open(queries[place], in: &state)
    case .character("x"), .delete:
      guard queries.indices.contains(place) else { return .stays([.bell]) }
      return .stays(remove(queries[place], in: &state))
    default: return .stays([.bell])
    }
    return .stays([])
  }

  private func open(_ query: SavedQuery, in state: inout WorkbenchState) -> LayerReply {
    if let problem = query.problem {
      return .stays(state.refuse("\(query.name): \(problem)"))
    }
    return .leaves(state.search("@" + query.name, adopt: true))
  }

  private func remove(_ query: SavedQuery, in state: inout WorkbenchState) -> [Effect] {
    guard state.savedQueries.own.contains(query) else {
      return state.refuse(
        "\(query.name) is the dataset's, whose folder cannot be written; save another of this name")
    }
    return [.saveQuery(name: query.name, text: nil)]
  }

  // MARK: On screen

  private func box(_ state: WorkbenchState) -> Box {
    Box(column: 0, row: 1, columns: state.size.columns, rows: state.size.rows - 3)
  }

  private func top(_ count: Int, _ box: Box) -> Int {
    max(0, min(cursor.place - (box.rows - 1) / 2, count - (box.rows - 1)))
  }

  private func query(at place: Position, _ state: WorkbenchState) -> Int? {
    let (box, count) = (box(state), state.savedQueries.all.count)
    guard box.contains(place), place.row > box.row else { return nil }
    let number = top(count, box) + place.row - box.row - 1
    return number < count ? number : nil
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let box = self.box(state)
    let queries = state.savedQueries.all
    pen.frame.fill(box, style: pen.look.theme[.popup])
    pen.line(" saved queries", .title, in: box, row: 0)
    let wide = queries.map(\.name.count).max() ?? 0
    let start = top(queries.count, box)
    for (row, query) in queries.enumerated().dropFirst(start).prefix(box.rows - 1) {
      let isHere = row == cursor.place
      let (count, isError) = words(query, state)
      pen.line(
        [
          pen.piece(isHere ? pen.look.glyphs.pointer : " ", .title),
          pen.piece(pen.cell(query.name, min(wide, 40)) + "  ", isHere ? .title : .text),
          pen.piece(count + "  ", isError ? .error : .muted),
          pen.piece(state.safe(query.text), .text),
        ], in: box, row: row - start + 1)
    }
    pen.frame.restyle(box) { style in
      style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
    }
  }

  /// How many posts it lists, as far as that is known, or why it cannot be told.
  private func words(_ query: SavedQuery, _ state: WorkbenchState) -> (String, isError: Bool) {
    func posts(_ count: Int) -> String {
      let digits = state.grouped(count)
      return String(repeating: " ", count: max(0, 9 - digits.count)) + digits
    }
    return switch state.queryCounts?.known[query.name] {
    case nil: (String(repeating: " ", count: 8) + state.look.glyphs.ellipsis, false)
    case .posts(let count)?: (posts(count) + " ", false)
    case .open(let count, let unknown)?:
      (posts(count) + "+ (\(state.grouped(unknown)) to be looked at)", false)
    case .none(let reason)?: (state.safe(reason), true)
    }
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        Hint(label: "Enter", words: "lists its posts", key: .enter),
        Hint(label: "x", words: "removes it", key: .character("x")),
        Hint(label: "Esc", words: "leaves", key: .escape),
      ], last: nil, in: box)
  }
}
